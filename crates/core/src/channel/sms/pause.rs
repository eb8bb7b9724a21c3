//! How long a gateway wants to be left alone: `Retry-After` (RFC 9110, 10.2.3).

use std::time::Duration;
use ureq::Body;
use ureq::http::Response;

/// Bounds of what a gateway may ask for.
pub(super) const MIN: Duration = Duration::from_secs(1);
pub(super) const MAX: Duration = Duration::from_secs(6 * 3600);

/// What is asked for; none without a header, or with one that says nothing.
pub(super) fn asked(response: &Response<Body>) -> Option<Duration> {
    let header = |name| response.headers().get(name)?.to_str().ok();
    let asked = read(header("retry-after")?.trim(), header("date"))?;
    Some(asked.clamp(MIN, MAX))
}

/// Seconds, or a date, which is measured against the gateway's own clock, if it tells it.
fn read(value: &str, date: Option<&str>) -> Option<Duration> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than a number holds is longer than any pause.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = date
        .and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok())
        .map_or_else(
            || crate::instant::Instant::of_this_machine().utc(),
            |now| now.to_utc(),
        );
    let until = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    (until.to_utc() - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read("120", None), seconds(120));
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(read("Wed, 21 Oct 2026 07:30:00 GMT", now), seconds(120));
        assert_eq!(read("Wed, 21 Oct 2026 07:00:00 GMT", now), None);
        assert_eq!(read("bientôt", now), None);
        assert!(read("99999999999999999999999", now) > Some(MAX));
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
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_is_asked_the_pause_is_bounded(value in "[ -~]{0,40}", date in "[ -~]{0,40}") {
            let pause = asked(&response(&[("Retry-After", &value), ("Date", &date)]));
            prop_assert!(pause.is_none_or(|pause| (MIN..=MAX).contains(&pause)), "{pause:?}");
        }

        #[test]
        fn seconds_are_obeyed_within_the_bounds(seconds: u64) {
            let asked = asked(&response(&[("Retry-After", &seconds.to_string())]));
            prop_assert_eq!(asked, Some(Duration::from_secs(seconds).clamp(MIN, MAX)));
        }

        #[test]
        fn a_date_is_measured_by_the_gateways_own_clock(now in 0_i64..4_000_000_000, wait in 1_u32..21_600) {
            let http = |seconds| {
                let date = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
                date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            };
            let until = http(now + i64::from(wait));
            let asked = asked(&response(&[("Retry-After", &until), ("Date", &http(now))]));
            prop_assert_eq!(asked, Some(Duration::from_secs(u64::from(wait))));
        }
    }
}
