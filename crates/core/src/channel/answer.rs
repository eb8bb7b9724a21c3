//! What came of an attempt, in the terms of the dispatcher.

use crate::vocabulary::{Cause, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longest text that is kept of a peer's words.
const DETAIL_MAX: usize = 200;

/// What is said first of an envoi that was refused for its content.
pub const UNWANTED: &str = "refusé comme courrier indésirable";

/// What is said first of an envoi that is larger than the peer takes.
pub const TOO_LARGE: &str = "message trop volumineux";

/// Whom an answer concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// This envoi, by the peer's word.
    #[default]
    Envoi,
    /// This envoi, whose content the peer takes for unwanted mail.
    Content,
    /// This envoi, which is larger than the peer takes.
    TooLarge,
    /// This envoi: it could not even be written for the peer.
    Unsendable,
    /// This envoi: handling it made this program panic.
    Panic,
    /// The whole channel: another envoi would have fared the same.
    Channel(Cause),
}

/// What the peer said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What to make of it.
    pub verdict: Verdict,
    /// The peer's code, such as `550 5.1.1` or `429`; ours, such as `tls`, when it gave none.
    pub code: Option<String>,
    /// Words, the peer's or ours: they may hold an address, so they are stored in the
    /// database and nowhere else.
    #[serde(skip)]
    pub detail: Option<String>,
    /// The peer's own number for the delivery.
    pub reference: Option<String>,
    /// How long the peer wants the whole channel to wait.
    #[serde(skip)]
    pub pause: Option<Duration>,
    /// Whom it concerns. Lines that an older program wrote down do not say it: what was refused for
    /// now then costs an attempt, and nothing else changes.
    #[serde(default)]
    pub about: About,
}

impl Answer {
    /// Accepted by the peer.
    #[must_use]
    pub fn accepted(reference: Option<String>) -> Self {
        Self {
            reference,
            ..Self::plain(Verdict::Accepte)
        }
    }

    /// Anything else that concerns this envoi.
    pub(super) fn of(verdict: Verdict, code: &str, detail: &str) -> Self {
        Self {
            code: Some(shortened(code)),
            detail: Some(shortened(detail)),
            ..Self::plain(verdict)
        }
    }

    /// Surely not accepted, for a reason that is the channel's and not this envoi's.
    pub(super) fn channel(cause: Cause, code: &str, detail: &str) -> Self {
        Self {
            about: About::Channel(cause),
            ..Self::of(cause.verdict(), code, detail)
        }
    }

    /// Surely not accepted, because the peer was not reached.
    pub(super) fn unreached(code: &str, detail: &str) -> Self {
        Self::channel(Cause::Injoignable, code, detail)
    }

    /// Refused for its content.
    pub(super) fn unwanted(code: &str, detail: &str) -> Self {
        Self {
            about: About::Content,
            ..Self::of(Verdict::Permanent, code, &format!("{UNWANTED} : {detail}"))
        }
    }

    /// Larger than the peer takes: nobody gets it.
    pub(super) fn too_large(code: &str, detail: &str) -> Self {
        Self {
            about: About::TooLarge,
            ..Self::of(Verdict::Permanent, code, &format!("{TOO_LARGE} : {detail}"))
        }
    }

    /// It cannot be written for the peer, so nobody was asked.
    pub(super) fn unsendable(code: &str, detail: &str) -> Self {
        Self {
            about: About::Unsendable,
            ..Self::of(Verdict::Permanent, code, detail)
        }
    }

    /// Given up at the deadline, before or after the peer may have had all of it.
    pub(crate) fn given_up(stage: super::Stage) -> Self {
        match stage {
            super::Stage::Envelope => {
                Self::channel(Cause::Muet, "délai", "le serveur d'envoi ne répond pas")
            }
            super::Stage::Body => Self::of(
                Verdict::Ambigu,
                "délai",
                "pas de réponse après l'envoi du contenu",
            ),
        }
    }

    /// Handling the delivery made this program panic: it fails alone.
    pub(crate) fn panicked() -> Self {
        Self {
            about: About::Panic,
            ..Self::of(
                Verdict::Permanent,
                "panique",
                "ce message ne peut pas être traité",
            )
        }
    }

    /// The same answer, taken for the channel's: the envoi waits, and no attempt is used.
    pub(crate) fn put_back(self, cause: Cause) -> Self {
        Self {
            verdict: cause.verdict(),
            about: About::Channel(cause),
            ..self
        }
    }

    /// Why it concerns the whole channel, if it does.
    #[must_use]
    pub const fn cause(&self) -> Option<Cause> {
        match self.about {
            About::Channel(cause) => Some(cause),
            _ => None,
        }
    }

    /// Whether the attempt costs the envoi nothing. (A relay that takes no message now is asked
    /// again by the envoi's own schedule: it may say so for hours.)
    #[must_use]
    pub const fn is_free(&self) -> bool {
        !matches!(self.verdict, Verdict::Ambigu)
            && matches!(self.about, About::Channel(cause) if !matches!(cause, Cause::Occupe))
    }

    const fn plain(verdict: Verdict) -> Self {
        Self {
            verdict,
            code: None,
            detail: None,
            reference: None,
            pause: None,
            about: About::Envoi,
        }
    }
}

/// The system's errors in words; others as they are.
pub(super) fn words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "connexion refusée".to_owned(),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => "connexion coupée".to_owned(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "pas de réponse à temps".to_owned(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "machine injoignable".to_owned()
        }
        _ => error.to_string(),
    }
}

/// One line without control characters, at most [`DETAIL_MAX`] characters.
pub(super) fn shortened(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(DETAIL_MAX * 4)
        .collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(DETAIL_MAX).collect();
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_a_peer_become_one_short_line() {
        let long = format!("a\r\n\tb\u{1b}[31m {}", "é".repeat(500));
        let kept = shortened(&long);
        assert!(kept.starts_with("a b [31m é"), "{kept}");
        assert_eq!(kept.chars().count(), DETAIL_MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_a_peer_says_is_kept_as_one_short_line(text in "(\\PC|\\pC| |\r\n){0,1200}") {
            let kept = shortened(&text);
            prop_assert!(kept.chars().count() <= DETAIL_MAX);
            prop_assert!(!kept.contains(char::is_control));
            prop_assert_eq!(kept.trim(), kept.as_str());
            prop_assert!(!kept.contains("  "));
            // Nothing is added, and what is short and clean stays as it is.
            prop_assert_eq!(shortened(&kept), kept.clone());
            let words = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
            prop_assert!(words(&text).starts_with(&words(&kept)));
        }
    }
}
