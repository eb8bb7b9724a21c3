//! How a gateway's receipt is read.

use crate::vocabulary::Remise;
use serde::Deserialize;
use serde_json::Value;

/// How a gateway's receipt is read. A place is a name of the uppermost level (`MessageSid`), or a JSON pointer
/// (`/status/groupName`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Where the SMS is named: by our own key, or by the gateway's reference. All that are there are tried.
    pub reference: Vec<String>,
    /// Where it is said what became of it.
    pub status: String,
    /// Words of that place for: the telephone has it.
    #[serde(default)]
    pub delivered: Vec<String>,
    /// For: it was given up.
    #[serde(default)]
    pub failed: Vec<String>,
    /// For: it is on its way.
    #[serde(default)]
    pub pending: Vec<String>,
    /// Where a code says why.
    pub code: Option<String>,
    /// Where the receipts are, when a request brings several.
    pub list: Option<String>,
    /// How the gateway signs, if it does.
    pub signature: Option<Scheme>,
}

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

/// What a receipt tells of one SMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What names it.
    pub references: Vec<String>,
    /// What became of it; none for a word that is not known.
    pub remise: Option<Remise>,
    /// The gateway's code.
    pub code: Option<String>,
}

/// Receipts of one request: more are a fault of the gateway, or no receipts.
const MOST: usize = 1000;

/// No reference is longer.
const REFERENCE: usize = 200;

impl Form {
    /// What a request tells.
    #[must_use]
    pub fn read(&self, request: &Value) -> Vec<Told> {
        let listed = self.list.as_deref().and_then(|place| at(request, place));
        match listed {
            Some(Value::Array(all)) => all.iter().take(MOST).map(|one| self.one(one)).collect(),
            Some(one) => vec![self.one(one)],
            None => vec![self.one(request)],
        }
    }

    fn one(&self, receipt: &Value) -> Told {
        let place = |place: &String| at(receipt, place).and_then(text);
        let references = self.reference.iter().filter_map(place);
        let status = place(&self.status);
        let remise = status
            .and_then(|status| meaning(&status, &self.delivered, &self.failed, &self.pending));
        let code = self.code.as_ref().and_then(place);
        Told {
            references: references.filter(|text| text.len() <= REFERENCE).collect(),
            remise,
            code,
        }
    }
}

/// What a gateway's word for a state means.
pub(super) fn meaning(
    status: &str,
    delivered: &[String],
    failed: &[String],
    pending: &[String],
) -> Option<Remise> {
    let says = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(status));
    if says(delivered) {
        Some(Remise::Remis)
    } else if says(failed) {
        Some(Remise::NonRemis)
    } else {
        says(pending).then_some(Remise::EnCours)
    }
}

/// What stands at a place.
pub(super) fn at<'v>(value: &'v Value, place: &str) -> Option<&'v Value> {
    if place.starts_with('/') {
        value.pointer(place)
    } else {
        value.get(place)
    }
}

/// A text or a number, as text.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
