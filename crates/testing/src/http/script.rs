//! What an SMS gateway is to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::rules::Rules;

pub(super) const SUCCESS: &str = r#"{"status":"ok"}"#;

/// How to answer a POST.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This status, these headers and this body; success if the status is 2xx. Headers for the
    /// length and type of the body are added, unless given. After a given Content-Length, right
    /// or wrong, the connection is closed.
    Status {
        /// The status code.
        code: u16,
        /// Headers as they are to be sent.
        headers: Vec<(String, String)>,
        /// The body as it is to be sent.
        body: Vec<u8>,
    },
    /// Close the connection when the request begins to arrive, before reading it. For a pattern
    /// the same as [`Answer::CloseAfterRead`], as the body must be read to be known.
    CloseBeforeRead,
    /// Close the connection instead of answering.
    CloseAfterRead,
    /// Reset the connection instead of answering.
    ResetAfterRead,
    /// Never answer, and keep the connection open.
    Hang,
    /// Take the post as accepted, but close the connection instead of saying so.
    AcceptThenClose,
    /// Accept with a body that never ends.
    EndlessBody,
    /// Accept normally, with this pause before each byte of the body.
    DripBody(Duration),
    /// Send these bytes as they are, then close. Success if they begin like an answer with 2xx.
    Raw(Vec<u8>),
    /// The same, but then do this instead of closing.
    RawThen(Vec<u8>, Box<Answer>),
    /// Send these bytes, then those again and again. Success as for [`Answer::Raw`].
    Endless(Vec<u8>, Vec<u8>),
}

impl Answer {
    /// A [`Answer::Status`] without further headers.
    #[must_use]
    pub fn status(code: u16, body: &str) -> Self {
        Self::Status {
            code,
            headers: Vec::new(),
            body: body.as_bytes().to_owned(),
        }
    }

    /// This answer with one more header, if it is an [`Answer::Status`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Whether the post is accepted, told or not.
    pub(super) fn accepts(&self) -> bool {
        match self {
            Self::Status { code, .. } => (200..300).contains(code),
            Self::AcceptThenClose | Self::EndlessBody | Self::DripBody(_) => true,
            Self::Raw(bytes) | Self::RawThen(bytes, _) | Self::Endless(bytes, _) => {
                bytes.starts_with(b"HTTP/1.1 2") || bytes.starts_with(b"HTTP/1.0 2")
            }
            Self::CloseBeforeRead | Self::CloseAfterRead | Self::ResetAfterRead | Self::Hang => {
                false
            }
        }
    }

    fn is_before_read(&self) -> bool {
        matches!(self, Self::CloseBeforeRead)
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::status(200, SUCCESS)
    }
}

/// What a gateway is to do. The default answers each POST at once with 200 and
/// `{"status":"ok"}`.
///
/// If several answers fit, those for a pattern come before the counted ones and those before the
/// general one; among equals the one added first is taken until its turns are used up.
#[derive(Default)]
#[must_use]
pub struct GatewayScript {
    rules: Rules<(), Answer>,
    general: Answer,
    pub(super) tls: bool,
    pub(super) gets: bool,
    pub(super) latency: Duration,
    pub(super) journal_file: Option<PathBuf>,
}

impl GatewayScript {
    /// Speaks TLS.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Takes a GET as it takes a POST, and looks for patterns in the path as well.
    pub fn gets(mut self) -> Self {
        self.gets = true;
        self
    }

    /// Waits this long before each answer.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Also appends each accepted post as a line of JSON to this file, before it answers.
    pub fn journal_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal_file = Some(path.into());
        self
    }

    /// Answers like this, if nothing narrower fits.
    pub fn answer(mut self, answer: Answer) -> Self {
        self.general = answer;
        self
    }

    /// Answers the first `n` posts like this.
    pub fn answer_first(mut self, n: usize, answer: Answer) -> Self {
        self.rules.add((), None, answer);
        self.times(n)
    }

    /// Answers posts with `pattern` in the body like this.
    pub fn answer_for(mut self, pattern: &str, answer: Answer) -> Self {
        self.rules.add((), Some(pattern), answer);
        self
    }

    /// Limits the first or pattern answer added last to its first `n` occasions.
    pub fn times(mut self, n: usize) -> Self {
        self.rules.limit_last(n);
        self
    }

    pub(super) fn finished(mut self) -> Self {
        self.rules.sort();
        self
    }

    /// Whether the next request is not even to be read; uses up a turn if so.
    pub(super) fn closes_before_read(&self) -> bool {
        let next = self
            .rules
            .iter()
            .find(|rule| rule.pattern.is_none() && !rule.spent());
        match next {
            Some(rule) => rule.action.is_before_read() && rule.take(),
            None => self.general.is_before_read(),
        }
    }

    /// The answer to a post of this body to this path; uses up a turn of it.
    pub(super) fn answer_to(&self, path: &str, body: &str) -> &Answer {
        let fits = |pattern: &Option<String>| {
            pattern.as_ref().is_none_or(|pattern| {
                body.contains(pattern) || (self.gets && path.contains(pattern))
            })
        };
        self.rules
            .iter()
            .find(|rule| fits(&rule.pattern) && rule.take())
            .map_or(&self.general, |rule| &rule.action)
    }
}
