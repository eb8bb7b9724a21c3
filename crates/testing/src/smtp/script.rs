//! What an SMTP server is to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::rules::Rules;

/// The point of a session at which an action takes the place of the normal reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The greeting.
    Banner,
    /// The reply to EHLO or HELO.
    Ehlo,
    /// The reply to STARTTLS.
    StartTls,
    /// The final reply to correct credentials.
    Auth,
    /// The reply to MAIL.
    Mail,
    /// The reply to RCPT.
    Rcpt,
    /// The reply to DATA.
    Data,
    /// The reply to the final dot.
    Body,
    /// The reply to QUIT.
    Quit,
}

/// What to do instead of the normal reply.
#[derive(Clone, Debug)]
pub enum Action {
    /// Reply with this text, code included, line ends not; it may have several lines. The session
    /// goes on as its code says: positive codes accept, and 421 closes the connection.
    Reply(String),
    /// Close the connection without a reply.
    Close,
    /// Reset the connection without a reply.
    Reset,
    /// Never reply, and keep the connection open.
    Hang,
    /// Reply normally, with this pause before each byte.
    Drip(Duration),
    /// Take the message as accepted, then do this. Elsewhere than at [`Stage::Body`] just do this.
    AcceptThen(Box<Action>),
    /// Send these bytes as they are, in one write. The session goes on as their first digit says.
    Raw(Vec<u8>),
    /// Do this after a pause.
    Late(Duration, Box<Action>),
    /// Do the one, then the other; the session goes on as the first says. After the go-ahead of
    /// STARTTLS this takes the place of the handshake if it ends the connection.
    Both(Box<Action>, Box<Action>),
    /// Send these bytes again and again until the client has gone.
    Endless(Vec<u8>),
}

impl Action {
    /// A [`Action::Reply`] with this text.
    #[must_use]
    pub fn reply(text: impl Into<String>) -> Self {
        Self::Reply(text.into())
    }

    /// This one, and then that one.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self::Both(Box::new(self), Box::new(next))
    }

    /// Whether the client's wish is granted, told or not.
    pub(super) fn grants(&self) -> bool {
        match self {
            Self::Reply(text) => text.starts_with(['2', '3']),
            Self::Raw(bytes) => bytes.starts_with(b"2") || bytes.starts_with(b"3"),
            Self::Late(_, action) | Self::Both(action, _) => action.grants(),
            Self::Drip(_) | Self::AcceptThen(_) => true,
            Self::Close | Self::Reset | Self::Hang | Self::Endless(_) => false,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Tls {
    #[default]
    Never,
    OnRequest,
    Always,
}

/// What a server is to do. The default accepts everything at once and announces PIPELINING,
/// 8BITMIME and SIZE.
///
/// If several actions fit, those for a recipient come before the counted ones and those before
/// the general ones; among equals the one added first is taken until its turns are used up.
#[derive(Default)]
#[must_use]
pub struct Script {
    rules: Rules<Stage, Action>,
    tls: Tls,
    no_pipelining: bool,
    pub(super) one_ehlo: bool,
    pub(super) forgets: bool,
    pub(super) latency: Duration,
    pub(super) most_connections: Option<usize>,
    pub(super) pace: Option<(usize, Duration)>,
    pub(super) credentials: Option<(String, String)>,
    pub(super) journal_file: Option<PathBuf>,
}

impl Script {
    /// A slow line: each reply takes this long, those to commands that arrived together once.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Takes `n` connections at a time, and sends further ones away with 421.
    pub fn most_connections(mut self, n: usize) -> Self {
        self.most_connections = Some(n);
        self
    }

    /// Takes `n` messages in each `window`, and answers 450 to MAIL beyond, as Postfix does.
    pub fn pace(mut self, n: usize, window: Duration) -> Self {
        self.pace = Some((n, window));
        self
    }

    /// Does not announce PIPELINING.
    pub fn no_pipelining(mut self) -> Self {
        self.no_pipelining = true;
        self
    }

    /// Refuses a second EHLO in the same state, as some relays do.
    pub fn one_ehlo(mut self) -> Self {
        self.one_ehlo = true;
        self
    }

    /// Keeps of each message its length and no more: many large ones would fill the memory.
    pub fn forgets(mut self) -> Self {
        self.forgets = true;
        self
    }

    /// Demands a login by AUTH PLAIN or LOGIN; if there is TLS, announced and taken only under it.
    pub fn auth(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Offers STARTTLS.
    pub fn starttls(mut self) -> Self {
        self.tls = Tls::OnRequest;
        self
    }

    /// Speaks TLS from the first byte on.
    pub fn implicit_tls(mut self) -> Self {
        self.tls = Tls::Always;
        self
    }

    /// Also appends each accepted message as a line of JSON to this file, before it says so.
    pub fn journal_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal_file = Some(path.into());
        self
    }

    /// Does `action` whenever a session comes to `stage`.
    pub fn on(mut self, stage: Stage, action: Action) -> Self {
        self.rules.add(stage, None, action);
        self
    }

    /// Does `action` the first `n` times a session comes to `stage`.
    pub fn on_first(self, n: usize, stage: Stage, action: Action) -> Self {
        self.on(stage, action).times(n)
    }

    /// Does `action` only for recipients that contain `pattern`: at [`Stage::Rcpt`] for such an
    /// address, at [`Stage::Data`] and [`Stage::Body`] for a transaction that has one.
    pub fn on_recipient(mut self, pattern: &str, stage: Stage, action: Action) -> Self {
        self.rules.add(stage, Some(pattern), action);
        self
    }

    /// Limits the action added last to its first `n` occasions, over all connections.
    pub fn times(mut self, n: usize) -> Self {
        self.rules.limit_last(n);
        self
    }

    pub(super) fn finished(mut self) -> Self {
        self.rules.sort();
        self
    }

    /// The action due at `stage`, where these recipients are at issue; uses up a turn of it.
    pub(super) fn action(&self, stage: Stage, recipients: &[String]) -> Option<&Action> {
        let concerns = |pattern: &String| recipients.iter().any(|to| to.contains(pattern));
        let fits = |pattern: &Option<String>| pattern.as_ref().is_none_or(concerns);
        self.rules
            .iter()
            .find(|rule| rule.stage == stage && fits(&rule.pattern) && rule.take())
            .map(|rule| &rule.action)
    }

    pub(super) fn implicit(&self) -> bool {
        self.tls == Tls::Always
    }

    /// Whether STARTTLS is on offer to a session that is (not yet) under TLS.
    pub(super) fn offers_tls(&self, under_tls: bool) -> bool {
        self.tls == Tls::OnRequest && !under_tls
    }

    /// The reply to EHLO.
    pub(super) fn extensions(&self, under_tls: bool) -> String {
        let offers_tls = self.offers_tls(under_tls);
        let lines = [
            ("250-PIPELINING\n", !self.no_pipelining),
            ("250-STARTTLS\n", offers_tls),
            (
                "250-AUTH PLAIN LOGIN\n",
                self.credentials.is_some() && !offers_tls,
            ),
        ];
        let optional: String = lines
            .iter()
            .filter_map(|(line, announced)| announced.then_some(*line))
            .collect();
        format!("250-localhost\n{optional}250-8BITMIME\n250 SIZE 104857600")
    }
}
