//! A scripted SMS gateway over HTTP/1.1.

mod request;
mod script;
mod session;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use self::script::{Answer, GatewayScript};
use self::session::Session;
use crate::journal::{Entry, Journal};
use crate::net::Acceptor;

/// A POST the gateway received to the end.
#[derive(Clone, Debug)]
pub struct Received {
    /// The body as JSON; null if it is none.
    pub body: Value,
    /// The body as it came.
    pub raw: String,
    /// The headers as they came, in their order.
    pub headers: Vec<(String, String)>,
    /// `POST`, or `GET` where those are taken.
    pub method: String,
    /// The path it was sent to, with its query.
    pub path: String,
    /// When it was received.
    pub at: Instant,
    /// The connection it came over, counted from 1.
    pub connection: usize,
}

impl Received {
    /// The value of the first header of this name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        request::header(&self.headers, name)
    }
}

impl Entry for Received {
    fn line(&self) -> Value {
        json!({
            "body": self.body,
            "raw": self.raw,
            "path": self.path,
            "connection": self.connection,
        })
    }
}

/// A running gateway; dropping it stops it and closes its connections.
pub struct Gateway {
    acceptor: Acceptor,
    state: Arc<State>,
}

struct State {
    script: GatewayScript,
    received: Journal<Received>,
    accepted: Journal<Received>,
}

impl Gateway {
    /// Starts a gateway that follows `script`, on a free port of 127.0.0.1.
    #[must_use]
    pub fn start(script: GatewayScript) -> Self {
        Self::start_on(0, script)
    }

    /// The same on this port.
    #[must_use]
    pub fn start_on(port: u16, script: GatewayScript) -> Self {
        let script = script.finished();
        let state = Arc::new(State {
            received: Journal::new(None),
            accepted: Journal::new(script.journal_file.as_deref()),
            script,
        });
        let shared = Arc::clone(&state);
        let acceptor = Acceptor::start_on(port, move |peer| Session::new(peer, &shared).run());
        Self { acceptor, state }
    }

    /// Where it is.
    #[must_use]
    pub fn origin(&self) -> String {
        let url = self.url();
        url.trim_end_matches("/send").to_owned()
    }

    /// Where to POST to.
    #[must_use]
    pub fn url(&self) -> String {
        let origin = if self.state.script.tls {
            "https://localhost"
        } else {
            "http://127.0.0.1"
        };
        format!("{origin}:{}/send", self.port())
    }

    /// The port the gateway listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.acceptor.addr().port()
    }

    /// The posts received so far, whatever became of them.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.received.all()
    }

    /// How many posts were received so far.
    #[must_use]
    pub fn received_count(&self) -> usize {
        self.state.received.count()
    }

    /// Waits until at least `n` posts were received; `false` if the time ran out before.
    #[must_use]
    pub fn wait_received(&self, n: usize, timeout: Duration) -> bool {
        self.state.received.wait(n, timeout)
    }

    /// The posts answered with success so far, or meant to be.
    #[must_use]
    pub fn accepted(&self) -> Vec<Received> {
        self.state.accepted.all()
    }

    /// How many posts were accepted so far.
    #[must_use]
    pub fn accepted_count(&self) -> usize {
        self.state.accepted.count()
    }

    /// Waits until at least `n` posts were accepted; `false` if the time ran out before.
    #[must_use]
    pub fn wait_accepted(&self, n: usize, timeout: Duration) -> bool {
        self.state.accepted.wait(n, timeout)
    }

    /// How many connections were opened so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.acceptor.connections()
    }

    /// How many connections were open at once at most.
    #[must_use]
    pub fn max_open(&self) -> usize {
        self.acceptor.max_open()
    }
}
