//! How a preset tells answers apart.

use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_json::Value;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// The gateway has taken the SMS.
    Accepted,
    /// Our credit is used up.
    Credit,
    /// Our key or our account.
    Account,
    /// The sender that we name.
    Sender,
    /// Too many at a time, or not now: surely not taken, later.
    Pace,
    /// This number or this text; also where nothing tells whom.
    Recipient,
    /// The gateway failed, and perhaps after it had sent.
    Doubt,
}

/// The rules, read from top to bottom: the first that fits tells. What none fits is told by its
/// status, and a 2xx is in doubt.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Where the gateway's number for the SMS stands; `{id}` where it is ours.
    pub reference: Option<Reference>,
    /// Only what follows the last of these in the reference.
    pub reference_after: Option<String>,
    /// In order.
    pub rules: Vec<Rule>,
}

/// Where a reference stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Ours: it was told in the request.
    Id,
    /// In the answer.
    At(Pointer),
}

/// One rule: everything that it asks for must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the answer means then.
    pub means: Meaning,
    /// HTTP's numbers; none: a 2xx for `accepted`, any for the others.
    #[serde(default)]
    pub status: Vec<u16>,
    /// Something stands there, and not nothing.
    pub at: Option<Pointer>,
    /// What stands there is one of these.
    #[serde(default)]
    pub is: Vec<Scalar>,
    /// What stands there, or the whole answer without `at`, holds one of these words, in whatever
    /// letters.
    #[serde(default)]
    pub holds: Vec<String>,
}

/// A place in JSON (RFC 6901); the empty one is the whole answer, also one that is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(String);

/// A text, number or truth, compared as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar(String);

/// An answer of a gateway.
pub struct Said<'s> {
    /// HTTP's number.
    pub status: u16,
    /// The body, as JSON; as one text where it is none.
    pub body: &'s Value,
}

impl Reading {
    /// What an answer means, if a rule fits.
    #[must_use]
    pub fn meaning(&self, said: &Said<'_>) -> Option<Meaning> {
        let rule = self.rules.iter().find(|rule| rule.fits(said))?;
        Some(rule.means)
    }

    /// The gateway's number for the SMS, or `id` where ours is used.
    #[must_use]
    pub fn reference(&self, body: &Value, id: &str) -> Option<String> {
        let found = match self.reference.as_ref()? {
            Reference::Id => id.to_owned(),
            Reference::At(pointer) => pointer.text(body)?,
        };
        let after = self.reference_after.as_deref();
        let cut = after.and_then(|mark| found.rsplit(mark).next());
        Some(cut.unwrap_or(&found).to_owned())
    }
}

impl Rule {
    fn fits(&self, said: &Said<'_>) -> bool {
        let expected = match (self.status.as_slice(), self.means) {
            ([], Meaning::Accepted) => (200..300).contains(&said.status),
            ([], _) => true,
            (statuses, _) => statuses.contains(&said.status),
        };
        let place = self.at.as_ref().map(|pointer| pointer.text(said.body));
        let there = match &place {
            Some(found) => found.as_ref().is_some_and(|text| {
                self.is.is_empty() || self.is.iter().any(|scalar| scalar.0 == *text)
            }),
            None => true,
        };
        let holds = || {
            let whole = place
                .flatten()
                .or_else(|| text(said.body))
                .unwrap_or_default();
            let whole = whole.to_lowercase();
            self.holds
                .iter()
                .any(|word| whole.contains(&word.to_lowercase()))
        };
        expected && there && (self.holds.is_empty() || holds())
    }
}

impl Pointer {
    /// What stands there.
    pub(super) fn value<'v>(&self, body: &'v Value) -> Option<&'v Value> {
        body.pointer(&self.0)
    }

    /// What stands there, as text; none for nothing, empty texts, lists and objects.
    #[must_use]
    pub fn text(&self, body: &Value) -> Option<String> {
        text(self.value(body)?)
    }
}

/// A value as text; objects and lists that hold something as JSON.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) if members.is_empty() => None,
        other => Some(other.to_string()),
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || text.starts_with('/') {
            Ok(Self(text))
        } else {
            let text = format!("« {text} » : il faut un chemin comme /messages/0/status");
            Err(de::Error::custom(text))
        }
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "{id}" {
            return Ok(Self::Id);
        }
        let text = de::IntoDeserializer::into_deserializer(text);
        Pointer::deserialize(text).map(Self::At)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = text(&value).filter(|_| !value.is_array() && !value.is_object());
        text.map(Self)
            .ok_or_else(|| de::Error::custom("il faut un texte ou un nombre"))
    }
}
