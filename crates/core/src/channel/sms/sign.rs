//! The signature of OVH's API (docs.ovhcloud.com, "First Steps with the OVH APIs").

use super::outgoing::Outgoing;
use super::reply;
use crate::channel::Answer;
use crate::digest::hex;
use crate::gateways::preset::Ovh;
use crate::gateways::template::Values;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Seconds since 1970, by this machine.
pub(super) fn now() -> i64 {
    crate::instant::Instant::of_this_machine().utc().timestamp()
}

/// How far the server's clock is before ours, in seconds.
///
/// # Errors
/// It tells no time.
pub(super) fn ahead(said: &str) -> Result<i64, Answer> {
    let told: i64 = said
        .trim()
        .parse()
        .map_err(|_not_a_number| reply::unreadable("heure"))?;
    Ok(told - now())
}

/// `$1$` and the SHA-1 of everything that must not be changed on the way.
pub(super) fn ovh(ovh: &Ovh, values: &Values<'_>, call: &Outgoing, time: i64) -> Option<String> {
    let signed = [
        &ovh.secret.text(values)?,
        &ovh.consumer.text(values)?,
        call.method,
        &call.url,
        &call.body,
        &time.to_string(),
    ]
    .join("+");
    let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes());
    Some(format!("$1${}", hex(sum.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::template::Template;

    /// The manual's own example.
    #[test]
    fn a_call_is_signed_as_the_manual_does() {
        let text = |text: &str| Template::parse(text).unwrap();
        let keys = Ovh {
            secret: text("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"),
            consumer: text("MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"),
            time: text("https://eu.api.ovh.com/1.0/auth/time"),
        };
        let call = Outgoing::plain("https://eu.api.ovh.com/1.0/domains/".to_owned());
        let signature = ovh(&keys, &Values::default(), &call, 1_366_560_945);
        assert_eq!(
            signature.as_deref(),
            Some("$1$d3705e8afb27a0d2970a322b96550abfc67bb798")
        );
    }
}
