//! Calls over the network.
//!
//! No redirect is followed (a login page would count as a sent SMS), no proxy is taken from the
//! environment, no compressed answer is accepted, and at most 64 KiB of an answer are read.

use super::mark::Mark;
use super::outgoing::Outgoing;
use super::reply;
use crate::channel::{Answer, agent};
use std::time::{Duration, Instant};
use ureq::http::{HeaderName, HeaderValue, Request, Response};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Body, Error};

/// For finding and connecting to the gateway, and for what is asked beside an SMS.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// ureq takes no time at all for no limit.
const SHORTEST: Duration = Duration::from_millis(1);

/// One sender's way to the gateway: a new connection for each call, because one that the gateway is
/// closing would swallow the request without an answer.
pub(super) struct Wire {
    agent: ureq::Agent,
    mark: Mark,
    /// No call goes on after this moment.
    end: Option<Instant>,
}

impl Wire {
    pub(super) fn new() -> Self {
        let config = agent::settings()
            .http_status_as_error(false)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .build();
        let mark = Mark::default();
        let connector = DefaultConnector::new().chain(mark.clone());
        Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            mark,
            end: None,
        }
    }

    /// Lets no call go on after this moment.
    pub(super) const fn end_at(&mut self, end: Instant) {
        self.end = Some(end);
    }

    /// Whether anything of the last call left.
    pub(super) fn has_left(&self) -> bool {
        self.mark.is_raised()
    }

    /// Makes a call.
    ///
    /// # Errors
    /// ureq's: no answer.
    pub(super) fn call(&self, call: &Outgoing, limit: Duration) -> Result<Response<Body>, Error> {
        self.mark.lower();
        let left = self
            .end
            .map(|end| end.saturating_duration_since(Instant::now()));
        let limit = left.map_or(limit, |left| left.min(limit)).max(SHORTEST);
        let mut request = Request::builder()
            .method(call.method)
            .uri(&call.url)
            .header("Connection", "close");
        for (name, value) in &call.headers {
            // A header is no text: what HTTP cannot say is left to the server to miss.
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|error| Error::Http(error.into()))?;
            let mut value =
                HeaderValue::from_str(value).map_err(|error| Error::Http(error.into()))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        if call.method == "POST" {
            let request = request.body(call.body.as_str())?;
            let request = self.agent.configure_request(request);
            self.agent.run(request.timeout_global(Some(limit)).build())
        } else {
            let request = self.agent.configure_request(request.body(())?);
            self.agent.run(request.timeout_global(Some(limit)).build())
        }
    }

    /// Asks for something that is no SMS: repeating it does no harm.
    ///
    /// # Errors
    /// Why there is no answer that could be used.
    pub(super) fn ask(&self, call: &Outgoing) -> Result<String, Answer> {
        let mut said = self.said(call)?;
        if said.status().is_success() {
            read(&mut said)
        } else {
            Err(reply::refused(&mut said))
        }
    }

    /// The same where nothing may stand (404, 410).
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(super) fn look(&self, call: &Outgoing) -> Result<Option<String>, Answer> {
        let mut said = self.said(call)?;
        match said.status().as_u16() {
            200..=299 => read(&mut said).map(Some),
            404 | 410 => Ok(None),
            _ => Err(reply::refused(&mut said)),
        }
    }

    fn said(&self, call: &Outgoing) -> Result<Response<Body>, Answer> {
        let said = self.call(call, CONNECT_TIMEOUT);
        said.map_err(|error| reply::of_error(&error, false))
    }
}

fn read(said: &mut Response<Body>) -> Result<String, Answer> {
    reply::read(said).map_err(|error| reply::of_error(&error, false))
}
