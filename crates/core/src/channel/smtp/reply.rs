//! What the relay's answers mean, phase by phase.

use super::RELAY;
use super::response::Response;
use super::wire::Failure;
use super::words::{self, Class, Phase, full_code};
use crate::channel::Answer;
use crate::channel::tcp::{self, cause, lost};
use crate::vocabulary::{Cause, Verdict};

impl Phase {
    /// Whether this is the answer hoped for.
    const fn is_success(self, code: u16) -> bool {
        match self {
            Self::Rcpt => matches!(code, 250 | 251),
            Self::Data => code == 354,
            Self::Mail | Self::Dot => code == 250,
            // Whoever is not meant learns it from the next answer.
            Self::Greeting | Self::Ehlo | Self::StartTls | Self::Auth => code < 400,
        }
    }
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
    pub(super) fn to_command(phase: Phase, outcome: Result<Response, Failure>) -> Result<(), Self> {
        let response = match outcome {
            Ok(response) if phase.is_success(response.code) => return Ok(()),
            Ok(response) => response,
            Err(failure) => {
                return Err(Self {
                    answer: lost(&failure, &cause(&failure)),
                    connection_usable: false,
                });
            }
        };
        let code = response.code;
        let answer = match code {
            ..400 => Answer::unreached(&code.to_string(), "réponse inattendue"),
            400.. => refused(phase, code, None, &response.words()),
        };
        Err(Self {
            answer,
            connection_usable: code >= 400 && code != 421,
        })
    }

    /// While the body is under way and has no end yet: nothing was accepted. A relay that has heard enough
    /// may have said why.
    pub(super) fn to_part(failure: &Failure, said: Result<Response, Failure>) -> Answer {
        match said {
            Ok(response) if response.code >= 400 => {
                refused(Phase::Dot, response.code, None, &response.words())
            }
            _ => Answer::of(Verdict::Temporaire, "connexion", &cause(failure)),
        }
    }

    /// After the body: accepted with 250 and nothing else, refused with 4xx and 5xx, and in doubt
    /// without a code.
    pub(super) fn to_body(outcome: Result<Response, Failure>) -> Self {
        let response = match outcome {
            Ok(response) => response,
            Err(failure) => {
                return Self {
                    answer: Answer::of(Verdict::Ambigu, "connexion", &cause(&failure)),
                    connection_usable: false,
                };
            }
        };
        let (code, text) = (response.code, response.words());
        let answer = match code {
            250 => Answer::accepted(queue_id(&text)),
            ..400 => {
                let text = "réponse inattendue après le contenu";
                Answer::of(Verdict::Ambigu, &code.to_string(), text)
            }
            400.. => refused(Phase::Dot, code, None, &text),
        };
        Self {
            answer,
            connection_usable: code == 250 || (code >= 400 && code != 421),
        }
    }
}

/// While connecting, securing or logging in. `step` names it to the administrator.
pub(super) fn while_opening(
    phase: Phase,
    step: &str,
    outcome: Result<Response, Failure>,
) -> Result<Response, Answer> {
    let response = match outcome {
        Ok(response) if phase.is_success(response.code) => return Ok(response),
        Ok(response) => response,
        Err(failure) => return Err(not_opened(step, &failure)),
    };
    let code = response.code;
    Err(if code < 400 {
        Answer::unreached(&code.to_string(), &format!("{step} : réponse inattendue"))
    } else {
        refused(phase, code, Some(step), &response.words())
    })
}

/// What a reply of the classes 4 and 5 comes to; `step` is told along with its words.
fn refused(phase: Phase, code: u16, step: Option<&str>, words: &str) -> Answer {
    let full = full_code(code, words);
    let text = step.map_or_else(|| words.to_owned(), |step| format!("{step} : {words}"));
    match words::sort(phase, code, words) {
        Class::Recipient => Answer::of(Verdict::Permanent, &full, &text),
        Class::Spam => Answer::unwanted(&full, &text),
        Class::TooLarge => Answer::too_large(&full, &text),
        Class::Us(cause) | Class::Limit(cause) => Answer::channel(cause, &full, &text),
        Class::Slow => Answer::channel(Cause::Cadence, &full, &text),
        Class::Later => later(phase, code, &full, &text),
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

/// The connection did not come about, or TLS did not.
pub(super) fn not_opened(step: &str, failure: &Failure) -> Answer {
    tcp::not_opened(step, failure, &RELAY)
}

/// The relay's number for the message: `2.0.0 Ok: queued as 4F2A…`.
fn queue_id(line: &str) -> Option<String> {
    let (_, id) = line.split_once("queued as ")?;
    let id = id.split_whitespace().next()?;
    (id.len() <= 64).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn response(code: u16, text: &str) -> Response {
        Response {
            code,
            lines: vec![text.to_owned()],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_queue_number_is_one_short_word(line in "(queued as |[a-zA-Z0-9é ]){0,90}") {
            if let Some(id) = queue_id(&line) {
                prop_assert!((1..=64).contains(&id.len()) && !id.contains(' ') && line.contains(&id));
            }
        }

        #[test]
        fn only_250_after_the_content_is_success(code in 200_u16..400, text in ".{0,300}") {
            let reply = Reply::to_body(Ok(response(code, &text)));
            let accepted = reply.answer.verdict == Verdict::Accepte;
            prop_assert_eq!(accepted, code == 250);
            prop_assert_eq!(accepted, reply.connection_usable);
            prop_assert!(accepted || reply.answer.verdict == Verdict::Ambigu);
        }
    }

    #[test]
    fn a_positive_answer_to_a_command_is_the_right_one_or_none() {
        let rights: [(Phase, &[u16]); 3] = [
            (Phase::Mail, &[250]),
            (Phase::Rcpt, &[250, 251]),
            (Phase::Data, &[354]),
        ];
        for (phase, rights) in rights {
            for code in 200..400 {
                let reply = Reply::to_command(phase, Ok(response(code, "words")));
                assert_eq!(reply.is_ok(), rights.contains(&code), "{phase:?} {code}");
                let lost = |reply: Reply| reply.answer.is_free() && !reply.connection_usable;
                assert!(reply.is_ok() || reply.is_err_and(lost), "{phase:?} {code}");
            }
        }
    }
}
