//! What the relay's answers mean, phase by phase.

use super::response::Response;
use super::tls;
use super::wire::Failure;
use crate::channel::Answer;
use crate::channel::answer::words;
use crate::vocabulary::Verdict;

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
}

impl Phase {
    /// Whether this is the answer hoped for.
    const fn is_success(self, code: u16) -> bool {
        match self {
            Self::Rcpt => matches!(code, 250 | 251),
            Self::Data => code == 354,
            Self::Mail => code == 250,
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
        let (code, text) = (response.code, response.words());
        let full = full_code(code, &text);
        let answer = match (code, phase) {
            (..400, _) => Answer::unreached(&code.to_string(), "réponse inattendue"),
            // What is said to MAIL is said to us, whoever the recipient is.
            (421, _) | (400..500, Phase::Mail) => Answer::unreached(&full, &text),
            (400..500, _) => Answer::of(Verdict::Temporaire, &full, &text),
            (_, Phase::Rcpt | Phase::Data) => Answer::of(Verdict::Permanent, &full, &text),
            // The sender is refused, not the recipient: no envoi can leave.
            (_, _) => Answer::of(Verdict::Config, &full, &text),
        };
        Err(Self {
            answer,
            connection_usable: code >= 400 && code != 421,
        })
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
        let full = full_code(code, &text);
        let answer = match code {
            250 => Answer::accepted(queue_id(&text)),
            ..400 => {
                let text = "réponse inattendue après le contenu";
                Answer::of(Verdict::Ambigu, &code.to_string(), text)
            }
            400..500 => Answer::of(Verdict::Temporaire, &full, &text),
            500.. => Answer::of(Verdict::Permanent, &full, &text),
        };
        Self {
            answer,
            connection_usable: code == 250 || (code >= 400 && code != 421),
        }
    }
}

/// While connecting, securing or logging in: 5xx and a certificate that is not trusted are our
/// settings' fault; everything else may be better later. `step` names it to the administrator.
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
    let (code, words) = (response.code, response.words());
    let text = format!("{step} : {words}");
    let full = full_code(code, &words);
    Err(match code {
        ..400 => Answer::unreached(&full, &format!("{step} : réponse inattendue")),
        400..500 => Answer::unreached(&full, &text),
        500.. => Answer::of(Verdict::Config, &full, &text),
    })
}

/// The connection did not come about, or TLS did not.
pub(super) fn not_opened(step: &str, failure: &Failure) -> Answer {
    if let Failure::Tls(error) = failure
        && let Some(fault) = tls::fault(error)
    {
        return Answer::of(Verdict::Config, "tls", &format!("{step} : {fault}"));
    }
    lost(failure, &format!("{step} : {}", cause(failure)))
}

/// No answer, before anything was sent that the relay could accept.
fn lost(failure: &Failure, text: &str) -> Answer {
    let slow = matches!(failure, Failure::TimedOut);
    Answer {
        slow,
        ..Answer::unreached(if slow { "délai" } else { "connexion" }, text)
    }
}

/// In words: the system's, or what the relay said.
fn cause(failure: &Failure) -> String {
    match failure {
        Failure::Unresolved => "nom de machine introuvable".to_owned(),
        Failure::TimedOut => "pas de réponse à temps".to_owned(),
        Failure::Broken(error) => words(error),
        Failure::Nonsense(said) => format!("réponse incompréhensible : {said}"),
        Failure::Tls(error) => format!("TLS : {error}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_enhanced_code_is_found() {
        assert_eq!(full_code(550, "5.1.1 <x@y.z> unknown"), "550 5.1.1");
        assert_eq!(full_code(550, "unknown user"), "550");
        assert_eq!(full_code(450, "4.2.0 Greylisted, 5.5"), "450 4.2.0");
    }

    fn response(code: u16, text: &str) -> Response {
        Response {
            code,
            lines: vec![text.to_owned()],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

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
                let lost = |reply: Reply| reply.answer.unreached && !reply.connection_usable;
                assert!(reply.is_ok() || reply.is_err_and(lost), "{phase:?} {code}");
            }
        }
    }
}
