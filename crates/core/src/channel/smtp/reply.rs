//! What the relay's answers mean, phase by phase.

use crate::channel::Answer;
use crate::channel::answer::words;
use crate::vocabulary::Verdict;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::io::ErrorKind;

/// The command that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Mail,
    Rcpt,
    Data,
}

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
        let (code, text) = (code, cause(&error));
        let answer = match (code, phase) {
            // What is said to MAIL is said to us, whoever the recipient is.
            (421, _) | (400..500, Phase::Mail) => Answer::unreached(&full_code(code, &text), &text),
            (400..500, _) => Answer::of(Verdict::Temporaire, &full_code(code, &text), &text),
            // The sender is refused, not the recipient: no envoi can leave.
            (_, Phase::Mail) => Answer::of(Verdict::Config, &full_code(code, &text), &text),
            (_, Phase::Rcpt | Phase::Data) => {
                Answer::of(Verdict::Permanent, &full_code(code, &text), &text)
            }
        };
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
                let verdict = if code < 500 {
                    Verdict::Temporaire
                } else {
                    Verdict::Permanent
                };
                Self {
                    answer: Answer::of(verdict, &full_code(code, &text), &text),
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

/// While connecting, securing or logging in: 5xx and a certificate that is not trusted are our
/// settings' fault; everything else may be better later.
pub(super) fn while_opening(step: &str, error: &Error) -> Answer {
    let text = format!("{step} : {}", cause(error));
    match error.status().map(u16::from) {
        Some(code @ 500..) => Answer::of(Verdict::Config, &full_code(code, &text), &text),
        Some(code) => Answer::unreached(&full_code(code, &text), &text),
        None if error.is_client() => Answer::of(Verdict::Config, "réglage", &text),
        None if is_tls_setting(error) => Answer::of(Verdict::Config, "tls", &text),
        None => lost(error, &text),
    }
}

/// No answer, before anything was sent that the relay could accept.
fn lost(error: &Error, text: &str) -> Answer {
    let slow = is_timeout(error);
    Answer {
        slow,
        ..Answer::unreached(if slow { "délai" } else { "connexion" }, text)
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
            Some(io) => words(io),
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

/// `550` with the relay's enhanced code (RFC 3463), such as `550 5.1.1`, if it gave one.
fn full_code(code: u16, text: &str) -> String {
    let enhanced = text.split_whitespace().take(4).find(|word| {
        let mut parts = word.split('.');
        matches!(parts.next(), Some("4" | "5"))
            && parts.clone().count() == 2
            && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    });
    match enhanced {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_string(),
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

    #[test]
    fn the_enhanced_code_is_found() {
        assert_eq!(full_code(550, "5.1.1 <x@y.z> unknown"), "550 5.1.1");
        assert_eq!(full_code(550, "unknown user"), "550");
        assert_eq!(full_code(450, "4.2.0 Greylisted, 5.5"), "450 4.2.0");
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
        fn a_full_code_is_the_code_and_one_enhanced_code_at_most(code in 200_u16..600, text in "(4|5|6|[.]|[0-9]|[a-z]| ){0,40}") {
            let full = full_code(code, &text);
            let (plain, enhanced) = full.split_once(' ').unwrap_or((&full, "5.0.0"));
            prop_assert_eq!(plain, code.to_string());
            let parts: Vec<&str> = enhanced.split('.').collect();
            prop_assert!(parts.len() == 3 && ["4", "5"].contains(&parts[0]), "{full}");
            prop_assert!(parts.iter().all(|part| part.parse::<u64>().is_ok() || part.len() > 19), "{full}");
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
            assert!(reply.is_err_and(|reply| reply.answer.unreached && !reply.connection_usable));
        }
    }
}
