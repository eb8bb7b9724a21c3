//! Tokens as djangorestframework-simplejwt issues them, and the broken ones of the recordings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The key that the recorded server shared with the web app.
pub(crate) const KEY: &str = "cle-de-test-cle-de-test-cle-de-test-0123456789";

/// The token that the recordings call `name`, made now.
pub(crate) fn mint(name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs();
    let past = [("exp", json!(now - 60))];
    match name {
        "access" => token(now, &[]),
        "access_admin" => token(now, &[("user_id", json!("2"))]),
        "int_user" => token(now, &[("user_id", json!(1))]),
        "expired" => token(now, &past),
        "refresh" => token(now, &[("token_type", json!("refresh"))]),
        "no_user" => token(now, &[("user_id", Value::Null)]),
        "no_exp" => token(now, &[("exp", Value::Null)]),
        "no_type" => token(now, &[("token_type", Value::Null)]),
        "no_jti" => token(now, &[("jti", Value::Null)]),
        _ => panic!("the recordings know no token {name}"),
    }
}

/// A signed token for an hour; null takes a claim away.
fn token(now: u64, changes: &[(&str, Value)]) -> String {
    let mut claims = Map::new();
    let usual = [
        ("token_type", json!("access")),
        ("exp", json!(now + 3600)),
        ("iat", json!(now)),
        ("jti", json!("0".repeat(32))),
        ("user_id", json!("1")),
    ];
    for (name, value) in usual.iter().chain(changes) {
        claims.insert((*name).to_owned(), value.clone());
    }
    claims.retain(|_, value| !value.is_null());
    let header = json!({ "alg": "HS256", "typ": "JWT" }).to_string();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string())
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}
