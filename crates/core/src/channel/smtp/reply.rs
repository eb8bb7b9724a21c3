//! What the relay's answers mean, phase by phase.

use super::words::{self, Class, Phase, full_code};
use crate::channel::Answer;
use crate::channel::answer::words as in_words;
use crate::vocabulary::{Cause, Verdict};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::io::ErrorKind;

/// An answer that is not the one hoped for (or, after the body, any answer).
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    /// Whether the connection may go on (after RSET).
    pub(super) connection_usable: bool,
}

impl Reply {
    /// Before the body: whatever goes wrong, nothing was accepted.
    pub(super) fn to_command(phase: Phase, response: Result<Response, Error>) -> Result<(), Self> {
        let error = match response {
            Ok(response) if response.has_code(if phase == Phase::Data { 354 } else { 250 }) => {
                return Ok(());
            }
            Ok(response) if phase == Phase::Rcpt && response.has_code(251) => return Ok(()),
            Ok(response) => return Err(Self::unexpected(&response)),
            Err(error) => error,
        };
        let Some(code) = error.status().map(u16::from) else {
            return Err(Self {
                answer: lost(&error, &cause(&error)),
                connection_usable: false,
            });
        };
        let answer = refused(phase, code, &cause(&error));
        Err(Self {
            answer,
            connection_usable: code != 421,
        })
    }

    /// After the body: accepted with 250 and nothing else, refused with 4xx and 5xx, and in doubt
    /// without a code.
    pub(super) fn to_body(response: Result<Response, Error>) -> Self {
        match response {
            Ok(response) if response.has_code(250) => Self {
                answer: Answer::accepted(response.first_line().and_then(queue_id)),
                connection_usable: true,
            },
            Ok(response) => Self {
                answer: Answer::of(
                    Verdict::Ambigu,
                    &response.code().to_string(),
                    "réponse inattendue après le contenu",
                ),
                connection_usable: false,
            },
            Err(error) => {
                let text = cause(&error);
                let Some(code) = error.status().map(u16::from) else {
                    return Self {
                        answer: Answer::of(Verdict::Ambigu, "connexion", &text),
                        connection_usable: false,
                    };
                };
                Self {
                    answer: refused(Phase::Dot, code, &text),
                    connection_usable: code != 421,
                }
            }
        }
    }

    fn unexpected(response: &Response) -> Self {
        Self {
            answer: Answer::unreached(&response.code().to_string(), "réponse inattendue"),
            connection_usable: false,
        }
    }
}

/// While connecting, securing or logging in: `step` is what it was about.
pub(super) fn while_opening(phase: Phase, step: &str, error: &Error) -> Answer {
    let text = format!("{step} : {}", cause(error));
    match error.status().map(u16::from) {
        Some(code) => refused(phase, code, &cause(error)),
        None if error.is_client() => Answer::channel(Cause::Reglage, "réglage", &text),
        None if is_tls_setting(error) => Answer::channel(Cause::Chiffrement, "tls", &text),
        None => lost(error, &text),
    }
}

/// What a reply of the classes 4 and 5 comes to.
fn refused(phase: Phase, code: u16, text: &str) -> Answer {
    let full = full_code(code, text);
    match words::sort(phase, code, text) {
        Class::Recipient => Answer::of(Verdict::Permanent, &full, text),
        Class::Spam => Answer::unwanted(&full, text),
        Class::Us(cause) | Class::Limit(cause) => Answer::channel(cause, &full, text),
        Class::Slow => Answer::channel(Cause::Cadence, &full, text),
        Class::Later => later(phase, code, &full, text),
    }
}

/// Before a recipient is named it is not the recipient's fault, and what is over (421) may be over
/// for the connection only.
fn later(phase: Phase, code: u16, full: &str, text: &str) -> Answer {
    match phase {
        Phase::Dot => Answer::of(Verdict::Temporaire, full, text),
        _ if code == 421 || phase < Phase::Mail => Answer::unreached(full, text),
        Phase::Mail => Answer::channel(Cause::Occupe, full, text),
        _ => Answer::of(Verdict::Temporaire, full, text),
    }
}

/// No answer, before anything was sent that the relay could accept.
fn lost(error: &Error, text: &str) -> Answer {
    if is_timeout(error) {
        Answer::channel(Cause::Muet, "délai", text)
    } else {
        Answer::unreached("connexion", text)
    }
}

/// A certificate that is not trusted, or a port that does not speak TLS. rustls says so inside the
/// error of the first read or write, for it shakes hands then.
fn is_tls_setting(error: &Error) -> bool {
    let text = cause(error);
    text.contains("certificate") || text.contains("corrupt message")
}

/// Linux says "would block" when the time of a read is over, Windows "timed out".
fn is_timeout(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        }
        source = inner.source();
    }
    false
}

/// The innermost text: the relay's own words, or the system's.
fn cause(error: &Error) -> String {
    let mut text = None;
    let mut source = error.source();
    while let Some(inner) = source {
        text = Some(match inner.downcast_ref::<std::io::Error>() {
            Some(io) => in_words(io),
            None => inner.to_string(),
        });
        source = inner.source();
    }
    match text {
        // lettre's words for a connection that ended in the middle of an answer.
        Some(text) if text == "incomplete response" => "connexion coupée".to_owned(),
        Some(text) => text,
        None => error.to_string(),
    }
}

/// The relay's number for the message: `2.0.0 Ok: queued as 4F2A…`.
fn queue_id(line: &str) -> Option<String> {
    let (_, id) = line.split_once("queued as ")?;
    let id = id.split_whitespace().next()?;
    (id.len() <= 64).then(|| id.to_owned())
}

/// The body as it goes over the wire, final dot included: lines that begin with a dot get a second
/// one (RFC 5321, 4.5.2).
pub(super) fn stuffed(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive("\r\n") {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
    }
    if !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out.push_str(".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use lettre::transport::smtp::response::{Category, Code, Detail, Severity};
    use proptest::prelude::*;

    #[test]
    fn lines_that_begin_with_a_dot_get_another() {
        assert_eq!(stuffed(b".a\r\nb.\r\n..\r\n"), "..a\r\nb.\r\n...\r\n.\r\n");
        assert_eq!(stuffed(b"a"), "a\r\n.\r\n");
    }

    /// The dots undone and the end taken off, as a relay does it.
    fn unstuffed(wire: &str) -> String {
        let body = wire.strip_suffix(".\r\n").unwrap();
        body.split_inclusive("\r\n")
            .map(|line| line.strip_prefix('.').unwrap_or(line))
            .collect()
    }

    fn response(code: Code, text: &str) -> Response {
        Response::new(code, vec![text.to_owned()])
    }

    fn code(severity: Severity) -> Code {
        Code::new(severity, Category::MailSystem, Detail::Zero)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_relay_reads_back_what_was_written(lines in proptest::collection::vec("[.]{0,3}[ -~é]{0,12}", 0..12)) {
            let message: String = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
            let wire = stuffed(message.as_bytes());
            // The end is where it should be, and nowhere else.
            let end = format!("\r\n{wire}").find("\r\n.\r\n");
            prop_assert_eq!(end, Some(if message.is_empty() { 2 } else { wire.len() - 3 }));
            let expected = if message.is_empty() { "\r\n".to_owned() } else { message };
            prop_assert_eq!(unstuffed(&wire), expected);
        }

        #[test]
        fn any_bytes_can_be_written(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(stuffed(&bytes).ends_with("\r\n.\r\n"));
        }

        #[test]
        fn a_queue_number_is_one_short_word(line in "(queued as |[a-zA-Z0-9é ]){0,90}") {
            if let Some(id) = queue_id(&line) {
                prop_assert!((1..=64).contains(&id.len()) && !id.contains(' ') && line.contains(&id));
            }
        }

        #[test]
        fn only_250_after_the_content_is_success(second in 0_u8..6, third in 0_u8..10, positive: bool, text in ".{0,300}") {
            let severity = if positive { Severity::PositiveCompletion } else { Severity::PositiveIntermediate };
            let categories = [Category::Syntax, Category::Information, Category::Connections, Category::Unspecified3, Category::Unspecified4, Category::MailSystem];
            let details = [Detail::Zero, Detail::One, Detail::Two, Detail::Three, Detail::Four, Detail::Five, Detail::Six, Detail::Seven, Detail::Eight, Detail::Nine];
            let code = Code::new(severity, categories[usize::from(second)], details[usize::from(third)]);
            let reply = Reply::to_body(Ok(response(code, &text)));
            let accepted = reply.answer.verdict == Verdict::Accepte;
            prop_assert_eq!(accepted, u16::from(code) == 250);
            prop_assert_eq!(accepted, reply.connection_usable);
            prop_assert!(accepted || reply.answer.verdict == Verdict::Ambigu);
        }
    }

    #[test]
    fn a_positive_answer_to_a_command_is_the_right_one_or_none() {
        for (phase, right) in [(Phase::Mail, 250), (Phase::Rcpt, 250), (Phase::Data, 354)] {
            for severity in [Severity::PositiveCompletion, Severity::PositiveIntermediate] {
                for category in [Category::Syntax, Category::MailSystem] {
                    let code = Code::new(severity, category, Detail::Zero);
                    let reply = Reply::to_command(phase, Ok(response(code, "words")));
                    assert_eq!(reply.is_ok(), u16::from(code) == right, "{phase:?} {code}");
                }
            }
            let reply = Reply::to_command(
                phase,
                Ok(response(code(Severity::PositiveIntermediate), "")),
            );
            assert!(reply.is_err_and(|reply| reply.answer.is_free() && !reply.connection_usable));
        }
    }
}
