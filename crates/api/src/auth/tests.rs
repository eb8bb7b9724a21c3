//! Genuine and forged credentials, at a fixed time.

mod algorithms;
mod answers;
mod claims;
mod headers;
mod keys;
mod rights;
mod settings;
mod shape;
mod strangers;

use super::{Authenticator, Credentials, Refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use messages_core::config::{Config, Lang, Vars};
use messages_core::instant::Instant;
use ring::hmac;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// The machine's clock, in seconds since 1970.
const NOW: u64 = 1_800_000_000;

/// The web app's key, that of the recordings.
const SECRET: &str = "cle-de-test-cle-de-test-cle-de-test-0123456789";

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

const INVALID: &str = "Token is invalid";
const EXPIRED: &str = "Token is expired";
const NO_EXP: &str = "Token has no 'exp' claim";
const NO_ID: &str = "Token has no id";
const NO_TYPE: &str = "Token has no type";
const WRONG_TYPE: &str = "Token has wrong type";
const NO_USER: &str = "Token contained no recognizable user identification";
const NO_CREDENTIALS: &str = "Authentication credentials were not provided.";
const BAD_HEADER: &str = "Authorization header must contain two space-delimited values";

fn now() -> Instant {
    Instant::from(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
}

fn config(settings: &[(&str, &str)]) -> Config {
    let pairs = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(Vars::from_pairs(pairs)).unwrap()
}

fn authenticator(settings: &[(&str, &str)]) -> Authenticator {
    let (authenticator, _) = Authenticator::new(&config(settings).api, false, false).unwrap();
    authenticator
}

/// One that checks HS256 with [`SECRET`].
fn hs256() -> Authenticator {
    authenticator(&[("JWT_SIGNING_KEY", SECRET)])
}

/// A file of `tests/keys`.
fn key_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name)
}

/// One that checks with a public key of `tests/keys`.
fn with_public_key(name: &str) -> Authenticator {
    let file = key_file(name);
    authenticator(&[("JWT_PUBLIC_KEY_FILE", file.to_str().unwrap())])
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `header.payload`
fn unsigned(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

fn signed_by(algorithm: hmac::Algorithm, secret: &[u8], text: &str) -> String {
    let key = hmac::Key::new(algorithm, secret);
    format!("{text}.{}", encode(hmac::sign(&key, text.as_bytes())))
}

/// A token signed as the web app signs.
fn token(header: &str, payload: &str) -> String {
    let text = unsigned(header, payload);
    signed_by(hmac::HMAC_SHA256, SECRET.as_bytes(), &text)
}

/// The claims of simplejwt, each as JSON; `changes` replace one, or take it away.
fn payload(changes: &[(&str, Option<&str>)]) -> String {
    let mut claims = vec![
        ("token_type", "\"access\"".to_owned()),
        ("exp", (NOW + 300).to_string()),
        ("iat", NOW.to_string()),
        ("jti", format!("\"{}\"", "0".repeat(32))),
        ("user_id", "\"1\"".to_owned()),
    ];
    for (name, value) in changes {
        match (claims.iter_mut().find(|claim| claim.0 == *name), value) {
            (Some(claim), Some(value)) => (*value).clone_into(&mut claim.1),
            (None, Some(value)) => claims.push((name, (*value).to_owned())),
            (_, None) => claims.retain(|claim| claim.0 != *name),
        }
    }
    let members: Vec<String> = claims
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn genuine() -> String {
    token(HEADER, &payload(&[]))
}

/// What becomes of an `Authorization` header: the caller's name, or the English text.
fn header(authenticator: &Authenticator, value: &[u8]) -> Result<String, String> {
    match authenticator.parse(Some(value), now()) {
        Ok(Credentials::Known(principal)) => Ok(principal.log_name()),
        Ok(Credentials::Key(key)) => Ok(format!("{key:?}")),
        Err(refusal) => Err(text(refusal, Lang::En)),
    }
}

/// The most particular text of an answer.
fn text(refusal: Refusal, lang: Lang) -> String {
    let body = serde_json::to_value(refusal.body(lang)).unwrap();
    let message = body.pointer("/messages/0/message");
    let text = message.unwrap_or(&body["detail"]);
    text.as_str().unwrap().to_owned()
}

fn bearer(authenticator: &Authenticator, token: impl AsRef<[u8]>) -> Result<String, String> {
    header(authenticator, &[b"Bearer ", token.as_ref()].concat())
}

fn passes(token: &str) {
    assert_eq!(bearer(&hs256(), token), Ok("user:1".to_owned()), "{token}");
}

fn fails(token: impl AsRef<[u8]>, with: &str) {
    let shown = String::from_utf8_lossy(token.as_ref()).into_owned();
    assert_eq!(bearer(&hs256(), token), Err(with.to_owned()), "{shown}");
}

#[test]
fn a_token_of_pyjwt_passes() {
    // jwt.encode(…) of PyJWT 2.15.1
    passes(concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxODAwMDAzNjAwLCJpYXQiOjE4MDAwMDAw",
        "MDAsImp0aSI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIiwidXNlcl9pZCI6IjEifQ.0Lhf-K6nsq5MmmdnPvn8srqPa9Yh9x",
        "ZMwSDjG7E9-94"
    ));
    passes(&genuine());
}
