//! What the gateway's answers mean. 200 means accepted; without an answer that can be read, nobody
//! knows, and an SMS is never sent twice on a guess.

use super::{body, pause};
use crate::channel::{Answer, answer};
use crate::gateways::reading::{Meaning, Reading, Said};
use crate::vocabulary::{Cause, Verdict};
use serde_json::Value;
use std::time::Duration;
use ureq::http::Response;
use ureq::{Body, Error};

/// More of an answer is not read.
const BODY_MAX: u64 = 64 * 1024;

/// A shorter pause is waited for; a longer one ends the channel's run.
const SHORT: Duration = Duration::from_secs(30);

/// The pause where somebody is too fast and nobody says how long to wait.
const PAUSE: Duration = Duration::from_secs(60);

/// A longer reference is none.
const REFERENCE_MAX: usize = 100;

/// What a gateway said, read to the end.
struct Reply {
    code: String,
    status: u16,
    /// As it was said; empty if it could not be read.
    text: String,
    /// It called itself JSON.
    is_json: bool,
    is_readable: bool,
    pause: Option<Duration>,
}

impl Reply {
    fn of(response: &mut Response<Body>) -> Self {
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (is_json, pause) = (
            kind.to_ascii_lowercase().contains("json"),
            pause::asked(response),
        );
        let read = read(response);
        Self {
            code: status.to_string(),
            status,
            is_json,
            is_readable: read.is_ok(),
            text: read.unwrap_or_default(),
            pause,
        }
    }

    fn answer(&self, verdict: Verdict) -> Answer {
        Answer::of(verdict, &self.code, &self.text)
    }

    fn channel(&self, cause: Cause) -> Answer {
        Answer::channel(cause, &self.code, &self.text)
    }

    /// Too fast, or not now; surely not taken.
    fn later(&self, pause: Duration) -> Answer {
        let cause = if pause < SHORT {
            Cause::Cadence
        } else {
            Cause::Pause
        };
        Answer {
            pause: Some(pause),
            ..self.channel(cause)
        }
    }

    /// What it means; accepted ones are named by `reference`.
    fn meaning(&self, meaning: Meaning, reference: Option<String>) -> Answer {
        match meaning {
            Meaning::Accepted => Answer::accepted(reference),
            Meaning::Credit => self.channel(Cause::Credit),
            Meaning::Account => self.channel(Cause::Identification),
            Meaning::Sender => self.channel(Cause::Expediteur),
            Meaning::Pace => self.later(self.pause.unwrap_or(PAUSE)),
            Meaning::Recipient => self.answer(Verdict::Permanent),
            Meaning::Doubt => self.answer(Verdict::Ambigu),
        }
    }

    /// What the number alone says of what is no success.
    fn by_status(&self) -> Answer {
        match self.status {
            300..=399 => Answer::channel(
                Cause::Passerelle,
                &self.code,
                "la passerelle renvoie vers une autre adresse",
            ),
            408 => self.answer(Verdict::Temporaire),
            429 => self.later(self.pause.unwrap_or(PAUSE)),
            // Without the header a proxy may have said it, when the gateway had the SMS.
            503 => match self.pause {
                Some(pause) => self.later(pause),
                None => self.answer(Verdict::Ambigu),
            },
            401 | 403 | 407 => self.channel(Cause::Identification),
            402 => self.channel(Cause::Credit),
            405 => self.channel(Cause::Passerelle),
            // The number, or all that we send: what becomes of the others tells.
            400..=499 => self.answer(Verdict::Permanent),
            _ => self.answer(Verdict::Ambigu),
        }
    }
}

/// What an answer means: by the preset's rules, if it has any. `id` is our name of the SMS.
pub(super) fn of_response(
    mut response: Response<Body>,
    reading: Option<&Reading>,
    id: &str,
) -> Answer {
    let reply = Reply::of(&mut response);
    // Programs saved with a byte order mark write it before all that they say.
    let text = reply.text.trim_start_matches('\u{feff}');
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    match reading {
        Some(reading) => by_rules(&reply, reading, text, parsed, id),
        None if (200..=202).contains(&reply.status) => of_success(&reply, text, parsed.as_ref()),
        None => reply.by_status(),
    }
}

/// By the preset's rules; a success that none of them explains is in doubt.
fn by_rules(
    reply: &Reply,
    reading: &Reading,
    text: &str,
    parsed: Option<Value>,
    id: &str,
) -> Answer {
    let body = parsed.unwrap_or_else(|| Value::String(text.trim().to_owned()));
    let said = Said {
        status: reply.status,
        body: &body,
    };
    match reading.meaning(&said) {
        Some(meaning) => {
            let reference = reading.reference(&body, id);
            let reference = reference.filter(|text| text.len() <= REFERENCE_MAX);
            reply.meaning(meaning, reference)
        }
        None if (200..300).contains(&reply.status) => reply.answer(Verdict::Ambigu),
        None => reply.by_status(),
    }
}

/// Without rules: a page, or what calls itself JSON and is not, was not written by a gateway that took
/// an SMS.
fn of_success(reply: &Reply, text: &str, parsed: Option<&Value>) -> Answer {
    if !reply.is_readable {
        return Answer::of(Verdict::Ambigu, &reply.code, "réponse illisible");
    }
    if let Some(meaning) = body::refusal(text, parsed) {
        return reply.meaning(meaning, None);
    }
    if (reply.is_json && parsed.is_none()) || text.trim_start().starts_with('<') {
        return Answer::of(
            Verdict::Ambigu,
            &reply.code,
            "réponse qui n'est pas celle d'une passerelle",
        );
    }
    let reference = parsed.and_then(reference);
    // What names no number of its own is at least kept as it was said.
    let detail =
        Some(answer::shortened(text)).filter(|text| reference.is_none() && !text.is_empty());
    Answer {
        detail,
        ..Answer::accepted(reference)
    }
}

/// No is said to what was no SMS: it is about us.
pub(super) fn refused(response: &mut Response<Body>) -> Answer {
    let reply = Reply::of(response);
    match reply.status {
        429 | 503 => reply.later(reply.pause.unwrap_or(PAUSE)),
        300..=399 | 404 | 405 => reply.channel(Cause::Passerelle),
        500.. => Answer::unreached(&reply.code, &reply.text),
        _ => reply.channel(Cause::Identification),
    }
}

/// It does not tell what it was asked for.
pub(super) fn unreadable(what: &str) -> Answer {
    Answer::channel(
        Cause::Passerelle,
        what,
        "réponse qui n'est pas celle d'une passerelle",
    )
}

/// The gateway's number for the SMS, under the names in use.
fn reference(body: &Value) -> Option<String> {
    ["id", "messageId", "message_id", "message-id", "sid"]
        .iter()
        .find_map(|name| {
            let text = match body.get(name)? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            (!text.is_empty() && text.len() <= REFERENCE_MAX).then_some(text)
        })
}

pub(super) fn read(response: &mut Response<Body>) -> Result<String, Error> {
    let body = response.body_mut().with_config();
    body.limit(BODY_MAX).read_to_string()
}

/// Without an answer: surely not sent as long as nothing of the request left.
pub(super) fn of_error(error: &Error, left: bool) -> Answer {
    let text = match error {
        Error::Io(io) => answer::words(io),
        Error::HostNotFound => "nom de machine introuvable".to_owned(),
        Error::Timeout(_) => "pas de réponse à temps".to_owned(),
        other => other.to_string(),
    };
    match error {
        Error::Timeout(_) if left => Answer::of(Verdict::Ambigu, "délai", &text),
        _ if left => Answer::of(Verdict::Ambigu, "connexion", &text),
        Error::BadUri(_) | Error::Http(_) | Error::RequireHttpsOnly(_) => Answer::channel(
            Cause::Passerelle,
            "adresse",
            "l'adresse de la passerelle ne peut pas être jointe",
        ),
        _ if text.contains("certificate") => Answer::channel(Cause::Chiffrement, "tls", &text),
        Error::Timeout(_) => Answer::channel(Cause::Muet, "délai", &text),
        _ => Answer::unreached("connexion", &text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CASES: u32 = 2_000;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(CASES))]

        #[test]
        fn a_reference_is_short_and_was_in_the_answer(name in "[a-z_]{2,10}|id|sid|messageId", text in ".{0,120}") {
            let body = serde_json::json!({ name.as_str(): text.as_str(), "other": [1, null] });
            match reference(&body) {
                Some(kept) => prop_assert!(kept == text && (1..=100).contains(&kept.len())),
                None => prop_assert!(name.len() > 3 || text.is_empty() || text.len() > 100 || !["id", "sid"].contains(&name.as_str())),
            }
        }

        #[test]
        fn no_json_makes_it_panic(text in json()) {
            if let Ok(value) = serde_json::from_str(&text)
                && let Some(kept) = reference(&value)
            {
                prop_assert!((1..=100).contains(&kept.len()));
            }
        }
    }

    /// Mostly JSON, with the names that are looked for and values of all kinds.
    fn json() -> impl Strategy<Value = String> {
        let names = "id|messageId|message_id|message-id|sid|x";
        let values = "\"[ -!#-\\[\\]-~]{0,110}\"|-?[0-9]{1,40}|[0-9]{1,5}e[0-9]{1,3}|null|true|\\[\\]|\\{\\}";
        proptest::collection::vec((names, values), 0..4).prop_map(|members| {
            let members = members
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
    }
}
