//! The web app's access tokens (djangorestframework-simplejwt 5.5.1 on `PyJWT` 2.15).
//!
//! A token is accepted only if simplejwt accepts it, and refused with simplejwt's words. We are
//! stricter where it costs no genuine token anything: nothing is read before the signature holds;
//! a header has `alg` and `typ` and nothing else, so no `kid`, `jku`, `jwk`, `x5u`, `crit` or
//! `b64`; no member is named twice; times are numbers; base64 has no padding.

use super::verifier::Verifier;
use super::{PorteeSet, Principal, Refusal, TokenFault, Who};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use messages_core::config::{Api, Right};
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

/// What tokens have to say beside their signature, and what they may.
#[derive(Debug)]
pub(super) struct Rules {
    verifier: Verifier,
    issuer: Option<String>,
    audience: Option<String>,
    rights: Option<Vec<Right>>,
}

impl Rules {
    pub(super) fn new(verifier: Verifier, api: &Api) -> Self {
        Self {
            verifier,
            issuer: api.issuer.clone(),
            audience: api.audience.clone(),
            rights: api.rights.clone(),
        }
    }

    /// Checks a token and returns whose it is, and what they may.
    ///
    /// # Errors
    /// The first fault in simplejwt's order.
    pub(super) fn principal(&self, token: &[u8], now: Instant) -> Result<Principal, Refusal> {
        let claims = signed_claims(&self.verifier, token).ok_or(TokenFault::Invalid)?;
        check_times(&claims, now)?;
        self.check_origin(&claims)?;
        check_kind(&claims)?;
        let user = claims.get("user_id").and_then(user_id);
        Ok(Principal {
            who: Who::User(user.ok_or(Refusal::NoUser)?),
            portees: self.portees(&claims),
        })
    }

    /// `iss` and `aud`, where they are asked for (RFC 7519, sections 4.1.1 and 4.1.3).
    fn check_origin(&self, claims: &Claims) -> Result<(), TokenFault> {
        let wanted = [("iss", &self.issuer), ("aud", &self.audience)];
        let holds = wanted.into_iter().all(|(name, value)| {
            let claim = claims
                .get(name)
                .filter(|claim| name == "aud" || claim.is_string());
            value
                .as_ref()
                .is_none_or(|value| claim.is_some_and(|claim| says(claim, value)))
        });
        if holds {
            Ok(())
        } else {
            Err(TokenFault::Invalid)
        }
    }

    fn portees(&self, claims: &Claims) -> PorteeSet {
        let Some(rights) = &self.rights else {
            return PorteeSet::All;
        };
        let holds = |right: &&Right| {
            right.claim.as_ref().is_none_or(|(name, value)| {
                claims.get(name).is_some_and(|claim| says(claim, value))
            })
        };
        let given = rights.iter().filter(holds);
        PorteeSet::Only(given.flat_map(|right| right.portees.clone()).collect())
    }
}

/// Whether a claim has this value, or is a list that has it.
fn says(claim: &Value, value: &str) -> bool {
    match claim {
        Value::String(text) => text == value,
        Value::Number(number) => number.to_string() == value,
        Value::Bool(is) => is.to_string() == value,
        Value::Array(claims) => claims
            .iter()
            .any(|claim| !claim.is_array() && says(claim, value)),
        Value::Null | Value::Object(_) => false,
    }
}

type Claims = BTreeMap<String, Value>;

fn signed_claims(verifier: &Verifier, token: &[u8]) -> Option<Claims> {
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
fn check_times(claims: &Claims, now: Instant) -> Result<(), TokenFault> {
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
fn time(claims: &Claims, name: &str) -> Result<Option<f64>, TokenFault> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = value.as_f64().ok_or(TokenFault::Invalid)?;
    Ok(Some(seconds.trunc()))
}

/// The rest of simplejwt's `Token.verify`.
fn check_kind(claims: &Claims) -> Result<(), TokenFault> {
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
