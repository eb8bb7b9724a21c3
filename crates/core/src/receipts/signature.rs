//! Signatures of receipts: who knows the secret has sent them, and not only who knows the address.

use crate::digest::hex;
use crate::instant::Instant;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde::Deserialize;
use std::time::Duration;

/// How a gateway signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `X-Twilio-Signature`: HMAC-SHA1 of the address and of the form's sorted fields, in base64. The secret
    /// is the account's token.
    Twilio,
    /// The field `sig`: HMAC (SHA-1, SHA-256 or SHA-512, by its length) of the other sorted fields, in
    /// hexadecimal. The secret is the account's signature secret. (Its other way, MD5, is not spoken here.)
    Vonage,
    /// `X-Signature`: HMAC-SHA256 of the body and `X-Timestamp`, in hexadecimal. The secret is the signing
    /// key of the webhooks.
    SmsGate,
}

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The addresses that it may have been sent to, with their queries, as the gateway knows them.
    pub urls: &'r [String],
    /// The fields of a form or a query.
    pub fields: &'r [(String, String)],
    /// The fields of the form alone.
    pub form: &'r [(String, String)],
    /// The body.
    pub body: &'r [u8],
    /// Its signature, of the header that the scheme names.
    pub signature: &'r str,
    /// When it was signed, of the header that the scheme names.
    pub timestamp: &'r str,
}

/// A signature is good for so long, before and after.
const AGE: Duration = Duration::from_secs(300);

impl Scheme {
    /// The header that has the signature, if it is one.
    #[must_use]
    pub const fn header(self) -> Option<&'static str> {
        match self {
            Self::Twilio => Some("x-twilio-signature"),
            Self::SmsGate => Some("x-signature"),
            Self::Vonage => None,
        }
    }

    /// Whether whoever knows the secret has signed the request. Comparisons take the same time whatever is
    /// wrong.
    #[must_use]
    pub fn is_right(self, secret: &str, request: &Request<'_>, now: Instant) -> bool {
        let secret = secret.as_bytes();
        match self {
            Self::Twilio => twilio(secret, request),
            Self::Vonage => vonage(secret, request),
            Self::SmsGate => smsgate(secret, request, now),
        }
    }
}

fn twilio(secret: &[u8], request: &Request<'_>) -> bool {
    let Ok(signature) = STANDARD.decode(request.signature) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let mut fields = request.form.to_vec();
    fields.sort();
    // One that is sent twice counts once.
    fields.dedup();
    let fields: String = fields
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value])
        .collect();
    let mut urls = request.urls.iter();
    urls.any(|url| hmac::verify(&key, format!("{url}{fields}").as_bytes(), &signature).is_ok())
}

fn vonage(secret: &[u8], request: &Request<'_>) -> bool {
    let mut fields = request.fields.to_vec();
    let Some(place) = fields.iter().position(|(name, _)| name == "sig") else {
        return false;
    };
    let (_, signature) = fields.remove(place);
    let (Some(signature), Some(algorithm)) = (unhex(&signature), algorithm(signature.len())) else {
        return false;
    };
    fields.sort();
    let is_mark = |c: char| matches!(c, '&' | '=');
    let plain = |value: &String| value.replace(is_mark, "_");
    let text: String = fields
        .iter()
        .flat_map(|(name, value)| ["&".to_owned(), name.clone(), "=".to_owned(), plain(value)])
        .collect();
    let key = hmac::Key::new(algorithm, secret);
    hmac::verify(&key, text.as_bytes(), &signature).is_ok()
}

/// Of a signature of so many hexadecimal digits.
const fn algorithm(digits: usize) -> Option<hmac::Algorithm> {
    match digits {
        40 => Some(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        64 => Some(hmac::HMAC_SHA256),
        128 => Some(hmac::HMAC_SHA512),
        _ => None,
    }
}

fn smsgate(secret: &[u8], request: &Request<'_>, now: Instant) -> bool {
    let signed = request.timestamp.parse::<u64>().ok();
    let signed =
        signed.and_then(|seconds| std::time::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let is_fresh = signed.is_some_and(|at| {
        let at = Instant::from(at);
        at <= now + AGE && now <= at + AGE
    });
    let Some(signature) = unhex(request.signature).filter(|_| is_fresh) else {
        return false;
    };
    let text = [request.body, request.timestamp.as_bytes()].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, &text, &signature).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|n| u8::try_from(n).ok())
    };
    let digits: Vec<u8> = text
        .bytes()
        .map(|byte| digit(&byte))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let bytes = pairs.filter_map(|pair| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect();
    debug_assert_eq!(hex(&bytes), text.to_ascii_lowercase(), "read back");
    Some(bytes)
}
