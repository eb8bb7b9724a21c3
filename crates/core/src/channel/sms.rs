//! The SMS gateway: one POST of JSON for each SMS.
//!
//! No redirect is followed (a login page would count as a sent SMS), no proxy is taken from the
//! environment, no compressed answer is accepted, at most 64 KiB of it are read, and everything
//! together takes at most 30 seconds.

mod body;
mod reply;
mod wire;

use super::{Answer, Channel, Delivery, Unready, agent};
use crate::config::Sms;
use crate::failpoint::reach;
use crate::secret::Secret;
use crate::segments::{self, Plain};
use crate::vocabulary::Canal;
use std::time::{Duration, Instant};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};
use wire::Mark;

/// For finding and connecting to the gateway.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The gateway of the settings.
#[derive(Debug)]
pub struct Gateway {
    url: String,
    key: Secret,
    sender: String,
    plain: Plain,
}

impl Gateway {
    pub(super) fn new(sms: &Sms) -> Result<Self, Unready> {
        Ok(Self {
            url: sms.url.clone().ok_or(Unready::NoGateway)?,
            key: sms.key.clone(),
            sender: sms.sender.clone(),
            plain: sms.plain,
        })
    }

    /// A way to the gateway for one sender; connects with the first request.
    pub(super) fn open(&self) -> Link<'_> {
        let config = agent::settings()
            .http_status_as_error(false)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .build();
        let mark = Mark::default();
        let connector = DefaultConnector::new().chain(mark.clone());
        Link {
            gateway: self,
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            mark,
        }
    }
}

/// One sender's way to the gateway.
pub struct Link<'g> {
    gateway: &'g Gateway,
    agent: ureq::Agent,
    mark: Mark,
}

impl Link<'_> {
    pub(super) fn send(&mut self, delivery: &Delivery) -> Answer {
        if !delivery.cutoff.begin_body() {
            return Answer::given_up(super::Stage::Envelope);
        }
        let left = delivery.deadline.saturating_duration_since(Instant::now());
        let body = serde_json::json!({
            "apiKey": self.gateway.key.expose(),
            "to": delivery.adresse,
            "from": self.gateway.sender,
            "message": segments::as_sent(&delivery.content.contenu, self.gateway.plain),
        });
        self.mark.lower();
        reach("request");
        let response = self
            .agent
            .post(&self.gateway.url)
            .header("Connection", "close")
            .config()
            .timeout_global(Some(left.min(Channel::deadline(Canal::Sms))))
            .build()
            .send_json(&body);
        reach("response");
        match response {
            Ok(response) => reply::of_response(response),
            Err(error) => reply::of_error(&error, self.mark.is_raised()),
        }
    }

    /// Connects (and shakes hands) by a HEAD request, which no gateway takes for an SMS.
    pub(super) fn check(&self) -> Result<String, Answer> {
        self.mark.lower();
        let response = self
            .agent
            .head(&self.gateway.url)
            .header("Connection", "close")
            .config()
            .timeout_global(Some(CONNECT_TIMEOUT))
            .build()
            .call();
        match response {
            Ok(_) => Ok("la passerelle répond".to_owned()),
            // It was reached: what it says to HEAD does not matter.
            Err(_) if self.mark.is_raised() => Ok("la passerelle est joignable".to_owned()),
            Err(error) => Err(reply::of_error(&error, false)),
        }
    }
}
