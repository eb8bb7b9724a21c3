//! The fields of a body, checked as Django REST framework's serializers check them: all faults at
//! once, each under its field's name.

mod dates;
mod keys;
mod rules;
mod texts;

pub(crate) use dates::read_date;
pub(crate) use keys::{Key, python_int};
pub(crate) use rules::{Form, NAME, NAME_MAX, OPTIONAL, REQUIRED, Rule};

use super::body::Body;
use super::error::ApiError;
use super::texts::Texts;
use super::value::Value;
use serde_json::{Map, json};

/// The fields of one body.
pub(crate) struct Fields<'b> {
    body: &'b Body,
    /// A `PATCH`: nothing is required.
    partial: bool,
    texts: Texts,
    faults: Map<String, serde_json::Value>,
}

impl<'b> Fields<'b> {
    /// Begins with `body`.
    pub(crate) fn new(body: &'b Body, partial: bool, texts: Texts) -> Self {
        Self {
            body,
            partial,
            texts,
            faults: Map::new(),
        }
    }

    /// The texts in the server's language.
    pub(crate) const fn texts(&self) -> Texts {
        self.texts
    }

    /// Notes that a field is wrong.
    pub(crate) fn fault(&mut self, name: &str, text: impl Into<String>) {
        let texts = self.faults.entry(name).or_insert_with(|| json!([]));
        if let Some(texts) = texts.as_array_mut() {
            texts.push(text.into().into());
        }
    }

    /// The name under which a field was said: `usual`, unless the body says `other` instead.
    pub(crate) fn said_as(
        &self,
        usual: &'static str,
        names: &[(&'static str, &'static str)],
    ) -> &'static str {
        let mut others = names.iter().filter(|(_, known)| *known == usual);
        let other = others
            .find(|(other, _)| self.body.get(usual).is_none() && self.body.get(other).is_some());
        other.map_or(usual, |(other, _)| other)
    }

    /// Ends with the faults, if there are any.
    pub(crate) fn check(&mut self) -> Result<(), ApiError> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(ApiError::Invalid(std::mem::take(&mut self.faults).into()))
    }

    /// The faults, to be told with those of other bodies.
    pub(crate) fn into_faults(self) -> Map<String, serde_json::Value> {
        self.faults
    }

    /// The value of a field that is there and not `null`; the outer `None` is "not said".
    #[expect(clippy::option_option, reason = "not said is not the same as null")]
    fn given(&mut self, name: &str, rule: Rule) -> Option<Option<Value>> {
        let value = self.body.get(name);
        let value = match value {
            Some(Value::Text(text)) if text.is_empty() && self.body.is_form() && !rule.blank => {
                if rule.null {
                    Some(Value::Null)
                } else if rule.required {
                    Some(Value::Text(text))
                } else {
                    None
                }
            }
            other => other,
        };
        match value {
            None if rule.required && !self.partial => {
                self.fault(name, self.texts.required());
                None
            }
            None => None,
            Some(Value::Null) if rule.null => Some(None),
            Some(Value::Null) => {
                self.fault(name, self.texts.null());
                None
            }
            Some(value) => Some(Some(value)),
        }
    }
}
