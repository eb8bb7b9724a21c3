//! Texts of a preset in which values stand between braces: `{to}`, `{text}`, `{SMS_API_KEY}`.
//!
//! A value is put into a text only where that text is one value of JSON, of a form or of a header, or
//! one part of an address: each of these writes it in its own way, so no message can say more than
//! itself.

use crate::digest::sha256;
use crate::secret::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::{self, Deserializer};
use std::collections::BTreeMap;

/// All but the unreserved ones (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Letters of `{tag}`.
const TAG: usize = 20;

/// What may stand between braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// `{to}`: the number in E.164, `+33612345678`.
    To,
    /// `{to_digits}`: the same without its sign, `33612345678`.
    ToDigits,
    /// `{to_zeros}`: the same as it is dialled, `0033612345678`.
    ToZeros,
    /// `{from}`: the sender that telephones show, if one is set.
    From,
    /// `{text}`: what the SMS says.
    Text,
    /// `{id}`: at most 36 letters, the same whenever this SMS is tried again.
    Id,
    /// `{tag}`: 20 letters that stand for `{id}`, where a gateway takes no longer name.
    Tag,
    /// `{reference}`: the gateway's own number for the SMS; under `[poll]` only.
    Reference,
    /// `{token}`: what `[token]` was answered.
    Token,
    /// `{SMS_…}`: a setting that `[settings]` declares.
    Setting(String),
}

impl Name {
    fn of(word: &str) -> Option<Self> {
        let name = match word {
            "to" => Self::To,
            "to_digits" => Self::ToDigits,
            "to_zeros" => Self::ToZeros,
            "from" => Self::From,
            "text" => Self::Text,
            "id" => Self::Id,
            "tag" => Self::Tag,
            "reference" => Self::Reference,
            "token" => Self::Token,
            word if is_setting(word) => Self::Setting(word.to_owned()),
            _ => return None,
        };
        Some(name)
    }
}

/// Whether a word can be the name of a setting of gateways: `SMS_API_KEY`.
#[must_use]
pub fn is_setting(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.starts_with("SMS_") && word.chars().all(letter)
}

/// What the names stand for, for one request.
#[derive(Default)]
pub struct Values<'v> {
    /// E.164.
    pub to: &'v str,
    /// None without a sender.
    pub from: Option<&'v str>,
    /// What is said.
    pub text: &'v str,
    /// See [`Name::Id`].
    pub id: &'v str,
    /// None where the gateway has told none.
    pub reference: Option<&'v str>,
    /// None before one was asked for.
    pub token: Option<&'v str>,
    /// Settings that have a value.
    pub settings: Option<&'v BTreeMap<String, Secret>>,
}

impl Values<'_> {
    fn of(&self, name: &Name) -> Option<String> {
        let digits = self.to.trim_start_matches('+');
        Some(match name {
            Name::To => self.to.to_owned(),
            Name::ToDigits => digits.to_owned(),
            Name::ToZeros => format!("00{digits}"),
            Name::From => self.from?.to_owned(),
            Name::Text => self.text.to_owned(),
            Name::Id => self.id.to_owned(),
            Name::Tag => tag(self.id),
            Name::Reference => self.reference?.to_owned(),
            Name::Token => self.token?.to_owned(),
            Name::Setting(name) => self.settings?.get(name)?.expose().to_owned(),
        })
    }
}

/// The 20 letters that stand for a name: 80 bits of its SHA-256.
#[must_use]
pub fn tag(id: &str) -> String {
    sha256(id.as_bytes()).chars().take(TAG).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Fixed(String),
    Value(Name),
}

/// A text with values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads `Bearer {token}`.
    ///
    /// # Errors
    /// What stands between braces and is no value, in French.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((fixed, after)) = rest.split_once('{') {
            let (word, after) = after
                .split_once('}')
                .ok_or_else(|| format!("« {text} » : une accolade n'est pas fermée"))?;
            let name = Name::of(word).ok_or_else(|| {
                format!(
                    "« {{{word}}} » n'est pas connu, il faut {{to}}, {{to_digits}}, {{to_zeros}}, \
                     {{from}}, {{text}}, {{id}}, {{tag}}, {{reference}}, {{token}} ou un réglage {{SMS_…}}"
                )
            })?;
            parts.push(Part::Fixed(fixed.to_owned()));
            parts.push(Part::Value(name));
            rest = after;
        }
        parts.push(Part::Fixed(rest.to_owned()));
        parts.retain(|part| *part != Part::Fixed(String::new()));
        Ok(Self(parts))
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|part| match part {
            Part::Fixed(_) => None,
            Part::Value(name) => Some(name),
        })
    }

    /// The setting that it begins with.
    #[must_use]
    pub fn begins_with(&self) -> Option<&str> {
        match self.0.first()? {
            Part::Value(Name::Setting(name)) => Some(name),
            _ => None,
        }
    }

    /// The text; none when something that it names has no value.
    #[must_use]
    pub fn text(&self, values: &Values<'_>) -> Option<String> {
        self.render(values, |_, value| value)
    }

    /// The text as an address: what is put into it is escaped, unless the address begins with it.
    #[must_use]
    pub fn address(&self, values: &Values<'_>) -> Option<String> {
        self.render(values, |place, value| match place {
            0 => value.trim_end_matches('/').to_owned(),
            _ => utf8_percent_encode(&value, RESERVED).to_string(),
        })
    }

    fn render(&self, values: &Values<'_>, put: impl Fn(usize, String) -> String) -> Option<String> {
        let parts = self.0.iter().enumerate().map(|(place, part)| match part {
            Part::Fixed(text) => Some(text.clone()),
            Part::Value(name) => values.of(name).map(|value| put(place, value)),
        });
        parts.collect()
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
