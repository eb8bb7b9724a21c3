//! What the gateway's answers mean. 200 means accepted; without an answer that can be read, nobody
//! knows, and an SMS is never sent twice on a guess.

use super::body::{self, Refusal};
use crate::channel::{Answer, answer};
use crate::vocabulary::{Cause, Verdict};
use std::time::Duration;
use ureq::http::Response;
use ureq::{Body, Error};

/// More of an answer is not read.
const BODY_MAX: u64 = 64 * 1024;

/// Bounds of what a gateway may ask for, and what it gets when it asks for nothing.
const PAUSE_MIN: Duration = Duration::from_secs(30);
const PAUSE_MAX: Duration = Duration::from_secs(6 * 3600);
const PAUSE_DEFAULT: Duration = Duration::from_secs(60);

pub(super) fn of_response(mut response: Response<Body>) -> Answer {
    let status = response.status().as_u16();
    let code = status.to_string();
    match status {
        200..=202 => of_success(&code, &mut response),
        300..=399 => Answer::channel(
            Cause::Passerelle,
            &code,
            "la passerelle renvoie vers une autre adresse",
        ),
        408 => Answer::of(Verdict::Temporaire, &code, &words(&mut response)),
        429 | 503 => Answer {
            pause: Some(pause(&response)),
            ..Answer::channel(Cause::Pause, &code, &words(&mut response))
        },
        401 | 403 | 407 => Answer::channel(Cause::Identification, &code, &words(&mut response)),
        402 => Answer::channel(Cause::Credit, &code, &words(&mut response)),
        405 => Answer::channel(Cause::Passerelle, &code, &words(&mut response)),
        // The number, or all that we send: what becomes of the others tells.
        400..=499 => Answer::of(Verdict::Permanent, &code, &words(&mut response)),
        _ => Answer::of(Verdict::Ambigu, &code, &words(&mut response)),
    }
}

/// A page, or what calls itself JSON and is not, was not written by a gateway that took an SMS.
fn of_success(code: &str, response: &mut Response<Body>) -> Answer {
    let json = header(response, "content-type")
        .is_some_and(|value| value.to_ascii_lowercase().contains("json"));
    let Ok(text) = read(response) else {
        return Answer::of(Verdict::Ambigu, code, "réponse illisible");
    };
    // Programs saved with a byte order mark write it before all that they say.
    let text = text.trim_start_matches('\u{feff}');
    let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
    if let Some(refusal) = body::refusal(text, parsed.as_ref()) {
        return of_refusal(refusal, code, text);
    }
    if (json && parsed.is_none()) || text.trim_start().starts_with('<') {
        return Answer::of(
            Verdict::Ambigu,
            code,
            "réponse qui n'est pas celle d'une passerelle",
        );
    }
    let reference = parsed.as_ref().and_then(reference);
    // What names no number of its own is at least kept as it was said.
    let detail =
        Some(answer::shortened(text)).filter(|text| reference.is_none() && !text.is_empty());
    Answer {
        detail,
        ..Answer::accepted(reference)
    }
}

/// A 200 that means no.
fn of_refusal(refusal: Refusal, code: &str, words: &str) -> Answer {
    match refusal {
        Refusal::Credit => Answer::channel(Cause::Credit, code, words),
        Refusal::Account => Answer::channel(Cause::Identification, code, words),
        Refusal::Sender => Answer::channel(Cause::Expediteur, code, words),
        Refusal::Pace => Answer {
            pause: Some(PAUSE_DEFAULT),
            ..Answer::channel(Cause::Pause, code, words)
        },
        Refusal::Recipient => Answer::of(Verdict::Permanent, code, words),
        Refusal::Doubt => Answer::of(Verdict::Ambigu, code, words),
    }
}

/// The gateway's number for the SMS, under the names in use.
fn reference(body: &serde_json::Value) -> Option<String> {
    ["id", "messageId", "message_id", "message-id", "sid"]
        .iter()
        .find_map(|name| {
            let text = match body.get(name)? {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) => number.to_string(),
                _ => return None,
            };
            (!text.is_empty() && text.len() <= 100).then_some(text)
        })
}

fn read(response: &mut Response<Body>) -> Result<String, Error> {
    let body = response.body_mut().with_config();
    body.limit(BODY_MAX).read_to_string()
}

fn words(response: &mut Response<Body>) -> String {
    read(response).unwrap_or_default()
}

fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// `Retry-After`: seconds or a date (RFC 9110, 10.2.3).
fn pause(response: &Response<Body>) -> Duration {
    let date = header(response, "date");
    header(response, "retry-after")
        .map_or(PAUSE_DEFAULT, |value| asked(value.trim(), date))
        .clamp(PAUSE_MIN, PAUSE_MAX)
}

/// A date is measured against the gateway's own clock, if it tells it.
fn asked(value: &str, date: Option<&str>) -> Duration {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than a number holds is longer than any pause.
        return Duration::from_secs(value.parse().unwrap_or(u64::MAX));
    }
    let now = date
        .and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok())
        .map_or_else(
            || crate::instant::Instant::of_this_machine().utc(),
            |now| now.to_utc(),
        );
    chrono::DateTime::parse_from_rfc2822(value)
        .ok()
        .and_then(|until| (until.to_utc() - now).to_std().ok())
        .unwrap_or(PAUSE_DEFAULT)
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
            "SMS_API_URL ne peut pas être jointe",
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

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(asked("120", None), Duration::from_secs(120));
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(
            asked("Wed, 21 Oct 2026 07:30:00 GMT", now),
            Duration::from_secs(120)
        );
        assert_eq!(asked("Wed, 21 Oct 2026 07:00:00 GMT", now), PAUSE_DEFAULT);
        assert_eq!(asked("bientôt", now), PAUSE_DEFAULT);
        assert!(asked("99999999999999999999999", now) > PAUSE_MAX);
    }

    fn response(headers: &[(&str, &str)]) -> Response<Body> {
        let builder = headers
            .iter()
            .fold(Response::builder().status(429), |builder, (name, value)| {
                builder.header(*name, *value)
            });
        builder.body(Body::builder().data("")).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(CASES))]

        #[test]
        fn whatever_is_asked_the_pause_is_bounded(value in "[ -~]{0,40}", date in "[ -~]{0,40}") {
            let pause = pause(&response(&[("Retry-After", &value), ("Date", &date)]));
            prop_assert!((PAUSE_MIN..=PAUSE_MAX).contains(&pause), "{pause:?}");
        }

        #[test]
        fn seconds_are_obeyed_within_the_bounds(seconds: u64) {
            let asked = pause(&response(&[("Retry-After", &seconds.to_string())]));
            prop_assert_eq!(asked, Duration::from_secs(seconds).clamp(PAUSE_MIN, PAUSE_MAX));
        }

        #[test]
        fn a_date_is_measured_by_the_gateways_own_clock(now in 0_i64..4_000_000_000, wait in 30_u32..21_600) {
            let http = |seconds| {
                let date = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
                date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            };
            let until = http(now + i64::from(wait));
            let asked = pause(&response(&[("Retry-After", &until), ("Date", &http(now))]));
            prop_assert_eq!(asked, Duration::from_secs(u64::from(wait)));
        }

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
