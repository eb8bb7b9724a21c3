//! What may be said of an SMS, given the bytes that the gateway wrote: from its side and RFC 9110
//! and 9112 alone.

use messages_core::vocabulary::Verdict;

/// How the length of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Exact,
    TooLong,
    TooShort,
    Chunked,
    BrokenChunk,
    /// By the end of the connection.
    Close,
}

/// How it went on after the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Close,
    Reset,
    Hang,
}

/// What a gateway wrote, and what it kept to itself.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) status: u16,
    pub(super) kind: Option<&'static str>,
    pub(super) junk: bool,
    pub(super) body: Vec<u8>,
    pub(super) framing: Framing,
    pub(super) bytes: Vec<u8>,
    /// Where the body begins in the bytes.
    pub(super) head: usize,
    /// So many bytes were sent.
    pub(super) cut: usize,
    pub(super) end: End,
}

impl Written {
    /// What may be said of the SMS.
    pub(super) fn permitted(&self) -> Vec<Verdict> {
        if self.cut < self.head || self.junk {
            return vec![Verdict::Ambigu];
        }
        let verdict = match self.status {
            200..=202 => return self.success(),
            300..=399 | 401..=403 | 405 | 407 => Verdict::Config,
            503 => return self.unavailable(),
            408 | 429 => Verdict::Temporaire,
            400..=499 => Verdict::Permanent,
            _ => Verdict::Ambigu,
        };
        if self.end == End::Reset {
            vec![verdict, Verdict::Ambigu]
        } else {
            vec![verdict]
        }
    }

    /// A gateway that names a time has not taken the SMS; of any other 503 nobody knows who said it.
    fn unavailable(&self) -> Vec<Verdict> {
        let head = String::from_utf8_lossy(&self.bytes[..self.head]).into_owned();
        let named = head
            .lines()
            .find_map(|line| line.strip_prefix("Retry-After:"));
        match named.map(str::trim) {
            None | Some("" | "-5" | "bientôt") => vec![Verdict::Ambigu],
            Some("120") if self.end != End::Reset => vec![Verdict::Temporaire],
            Some(_) => vec![Verdict::Temporaire, Verdict::Ambigu],
        }
    }

    fn success(&self) -> Vec<Verdict> {
        let Some(text) = self.text() else {
            return vec![Verdict::Ambigu];
        };
        let text = text.trim_start_matches('\u{feff}');
        let page = text.trim_start().starts_with('<');
        let json = self
            .kind
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        let parses = serde_json::from_str::<serde_json::Value>(text).is_ok();
        if page || (json && !parses) {
            vec![Verdict::Ambigu]
        } else if self.end == End::Reset || self.lacks_an_empty_line() {
            vec![Verdict::Accepte, Verdict::Ambigu]
        } else {
            vec![Verdict::Accepte]
        }
    }

    /// The last chunk has come, and only the end of an empty trailer is missing.
    fn lacks_an_empty_line(&self) -> bool {
        let left = self.bytes.len() - self.cut;
        self.framing == Framing::Chunked && (1..=2).contains(&left)
    }

    /// The body as the client has it, if it may take it for whole.
    fn text(&self) -> Option<String> {
        let come = self.cut - self.head;
        let whole = self.cut == self.bytes.len();
        let body = match self.framing {
            Framing::Exact => whole.then_some(&self.body[..])?,
            Framing::Chunked => (whole || self.lacks_an_empty_line()).then_some(&self.body[..])?,
            Framing::TooLong | Framing::BrokenChunk => return None,
            Framing::TooShort => {
                let told = self.body.len() / 2;
                (come >= told).then_some(&self.body[..told])?
            }
            Framing::Close if self.end == End::Hang => return None,
            Framing::Close => &self.body[..come],
        };
        (body.len() <= 64 * 1024)
            .then(|| String::from_utf8(body.to_vec()).ok())
            .flatten()
    }
}
