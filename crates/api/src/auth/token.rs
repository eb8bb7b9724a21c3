//! The web app's access tokens (djangorestframework-simplejwt 5.5.1 on `PyJWT` 2.15).
//!
//! A token is accepted only if simplejwt accepts it, and refused with simplejwt's words. We are
//! stricter where it costs no genuine token anything: nothing is read before the signature holds;
//! a header has `alg` and `typ` and nothing else, so no `kid`, `jku`, `jwk`, `x5u`, `crit` or
//! `b64`; no member is named twice; times are numbers; base64 has no padding.

use super::verifier::Verifier;
use super::{Refusal, TokenFault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use messages_core::instant::Instant;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

/// A genuine token has some 250 bytes, with RS256 some 600.
const LENGTH_MAX: usize = 8 * 1024;

/// How far ahead the web app's clock may be: a token is used the moment it is issued. (simplejwt
/// issues and checks on one machine, and allows nothing.) The end of a token has no such margin.
const AHEAD_MAX: f64 = 30.0;

/// The year 10000, where Python's calendar ends.
const TIME_MAX: f64 = 253_402_300_800.0;

/// A user number is no longer: a UUID has 36 characters.
const USER_MAX: usize = 128;

/// Checks a token and returns whose it is.
///
/// # Errors
/// The first fault in simplejwt's order.
pub(super) fn user(verifier: &Verifier, token: &[u8], now: Instant) -> Result<String, Refusal> {
    let claims = signed_claims(verifier, token).ok_or(TokenFault::Invalid)?;
    check_times(&claims, now)?;
    check_kind(&claims)?;
    claims
        .get("user_id")
        .and_then(user_id)
        .ok_or(Refusal::NoUser)
}

fn signed_claims(verifier: &Verifier, token: &[u8]) -> Option<BTreeMap<String, Value>> {
    if token.len() > LENGTH_MAX {
        return None;
    }
    let (signed, signature) = str::from_utf8(token).ok()?.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !verifier.verifies(signed.as_bytes(), &signature) {
        return None;
    }
    let (header, payload) = signed.split_once('.')?;
    let Members(header) = read(header)?;
    let Members(claims) = read(payload)?;
    is_header_of(verifier, &header).then_some(claims)
}

fn read(part: &str) -> Option<Members> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn is_header_of(verifier: &Verifier, header: &BTreeMap<String, Value>) -> bool {
    let is = |value: &Value, word: &str| value.as_str() == Some(word);
    header.get("alg").is_some_and(|alg| is(alg, verifier.alg()))
        && header.get("typ").is_none_or(|typ| is(typ, "JWT"))
        && header.keys().all(|name| name == "alg" || name == "typ")
}

/// `PyJWT`'s `_validate_claims`, then the lack of `exp`, which is simplejwt's first own check.
fn check_times(claims: &BTreeMap<String, Value>, now: Instant) -> Result<(), TokenFault> {
    let epoch = Instant::from(SystemTime::UNIX_EPOCH);
    let now = now.since(epoch).as_secs_f64();
    for name in ["iat", "nbf"] {
        if time(claims, name)?.is_some_and(|time| time > now + AHEAD_MAX) {
            return Err(TokenFault::Invalid);
        }
    }
    let exp = time(claims, "exp")?;
    if exp.is_some_and(|exp| exp <= now) {
        return Err(TokenFault::Expired);
    }
    let is_text = |name: &str| claims.get(name).is_none_or(Value::is_string);
    if !is_text("sub") || !is_text("jti") || exp.is_some_and(|exp| exp >= TIME_MAX) {
        return Err(TokenFault::Invalid);
    }
    exp.map(drop).ok_or(TokenFault::NoExp)
}

/// A time in whole seconds, as `int()` makes it.
fn time(claims: &BTreeMap<String, Value>, name: &str) -> Result<Option<f64>, TokenFault> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = value.as_f64().ok_or(TokenFault::Invalid)?;
    Ok(Some(seconds.trunc()))
}

/// The rest of simplejwt's `Token.verify`.
fn check_kind(claims: &BTreeMap<String, Value>) -> Result<(), TokenFault> {
    if !claims.contains_key("jti") {
        return Err(TokenFault::NoId);
    }
    match claims.get("token_type").map(Value::as_str) {
        None => Err(TokenFault::NoType),
        Some(Some("access")) => Ok(()),
        Some(_) => Err(TokenFault::WrongType),
    }
}

/// A text since simplejwt 5.5, a number before.
fn user_id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64()?.to_string(),
        _ => return None,
    };
    let fits = (1..=USER_MAX).contains(&id.len())
        && !id.contains(|c: char| c.is_control() || c.is_whitespace());
    fits.then_some(id)
}

/// A JSON object whose members have different names. (serde's own maps keep the last one, its
/// structs also read arrays.)
struct Members(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
