//! A scripted SMTP server.

mod auth;
mod script;
mod session;
mod transaction;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use self::script::{Action, Script, Stage};
use self::session::Session;
use crate::journal::{Entry, Journal};
use crate::net::Acceptor;

/// A message the server accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The envelope's sender.
    pub mail_from: String,
    /// The envelope's recipients, as far as they were accepted.
    pub rcpt_to: Vec<String>,
    /// The message with dots unstuffed and without the final one; with [`Script::forgets`] its length.
    pub data: String,
    /// The connection it came over, counted from 1.
    pub connection: usize,
    /// When it was accepted.
    pub at: Instant,
}

impl Entry for Accepted {
    fn line(&self) -> Value {
        json!({
            "mail_from": self.mail_from,
            "rcpt_to": self.rcpt_to,
            "data": self.data,
            "connection": self.connection,
        })
    }
}

/// What the server did at one point of a session because its script said so.
#[derive(Clone, Debug)]
pub struct Performed {
    /// The connection, counted from 1.
    pub connection: usize,
    /// Where in the session.
    pub stage: Stage,
    /// Whom it was about, as far as recipients were accepted; at [`Stage::Rcpt`] the one asked for.
    pub recipients: Vec<String>,
    /// What the script said.
    pub action: Action,
}

/// A running server; dropping it stops it and closes its connections.
pub struct Server {
    acceptor: Acceptor,
    state: Arc<State>,
}

struct State {
    script: Script,
    accepted: Journal<Accepted>,
    commands: Mutex<Vec<(usize, String)>>,
    performed: Mutex<Vec<Performed>>,
    logins: AtomicUsize,
    served: AtomicUsize,
    /// Begin of the present window of the pace, and messages asked for in it.
    window: Mutex<Option<(Instant, usize)>>,
}

impl State {
    /// Whether one more connection is too many. Whoever is told no is not counted.
    fn is_crowded(&self) -> bool {
        let most = self.script.most_connections;
        let crowded = most.is_some_and(|most| self.served.load(Relaxed) >= most);
        if !crowded {
            self.served.fetch_add(1, Relaxed);
        }
        crowded
    }

    /// Whether one more message is too many for the present window.
    fn is_hurried(&self) -> bool {
        let Some((most, window)) = self.script.pace else {
            return false;
        };
        let mut present = self.window.lock().unwrap();
        let now = Instant::now();
        let current = present.filter(|(begin, _)| *begin + window > now);
        let (begin, asked) = current.unwrap_or((now, 0));
        *present = Some((begin, asked + 1));
        asked >= most
    }
}

impl Server {
    /// Starts a server that follows `script`, on a free port of 127.0.0.1.
    #[must_use]
    pub fn start(script: Script) -> Self {
        let script = script.finished();
        let state = Arc::new(State {
            accepted: Journal::new(script.journal_file.as_deref()),
            script,
            commands: Mutex::default(),
            performed: Mutex::default(),
            logins: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            window: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let acceptor = Acceptor::start(move |peer| Session::new(peer, &shared).run());
        Self { acceptor, state }
    }

    /// Where the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.acceptor.addr()
    }

    /// The port the server listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addr().port()
    }

    /// The messages accepted so far.
    #[must_use]
    pub fn accepted(&self) -> Vec<Accepted> {
        self.state.accepted.all()
    }

    /// How many messages were accepted so far.
    #[must_use]
    pub fn accepted_count(&self) -> usize {
        self.state.accepted.count()
    }

    /// Waits until at least `n` messages were accepted; `false` if the time ran out before.
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

    /// Every command line received (logins with their secrets), with its connection.
    #[must_use]
    pub fn commands(&self) -> Vec<(usize, String)> {
        self.state.commands.lock().unwrap().clone()
    }

    /// What was done so far because the script said so, in its order.
    #[must_use]
    pub fn performed(&self) -> Vec<Performed> {
        self.state.performed.lock().unwrap().clone()
    }

    /// How many logins succeeded so far.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.state.logins.load(Relaxed)
    }
}
