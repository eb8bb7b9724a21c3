//! Fields that are numbers: of other objects, and of the object itself.

use super::super::value::Value;
use super::{Fields, OPTIONAL};
use messages_core::store::annuaire::ID_MAX;
use std::collections::BTreeSet;

/// The number of another object, and how the client wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The number; one that no object can have is -1.
    pub(crate) id: i64,
    /// As the client wrote it.
    pub(crate) written: String,
}

impl Fields<'_> {
    /// The number of another object. That it exists is asked of the database later.
    #[expect(clippy::option_option, reason = "not said is not the same as null")]
    pub(crate) fn key(&mut self, name: &str) -> Option<Option<Key>> {
        let Some(value) = self.given(name, OPTIONAL)? else {
            return Some(None);
        };
        if value == Value::Text(String::new()) {
            return Some(None);
        }
        let id = key_of(&value);
        if id.is_none() {
            self.fault(name, self.texts.not_a_key(value.python_type()));
        }
        Some(Some(Key {
            id: id?,
            written: named(&value).python_str(),
        }))
    }

    /// The numbers of other objects, each once.
    pub(crate) fn keys(&mut self, name: &str) -> Option<Vec<i64>> {
        let value = self.given(name, OPTIONAL)??;
        let value = match value {
            // A form says a list by saying the name again.
            Value::Text(_) if self.body.is_form() => Value::List(self.body.all(name)),
            other => other,
        };
        let Value::List(items) = value else {
            self.fault(name, self.texts.not_a_list());
            return None;
        };
        let mut ids = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for item in items {
            match key_of(&item) {
                Some(id) if !seen.insert(id) => {}
                Some(id) => ids.push(id),
                None => {
                    self.fault(name, self.texts.not_a_key(item.python_type()));
                    return None;
                }
            }
        }
        Some(ids)
    }

    /// The number that a new object shall have.
    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        let value = self.given(name, OPTIONAL)??;
        let number = match &value {
            Value::Int(digits) => digits.parse().ok(),
            Value::Text(text) => python_int(text),
            _ => None,
        };
        let number = number.filter(|number| (1..=ID_MAX).contains(number));
        if number.is_none() {
            self.fault(name, self.texts.not_a_number());
        }
        number
    }

    /// A number that must be there.
    pub(crate) fn needed_number(&mut self, name: &str) -> Option<i64> {
        if self.body.get(name).is_none_or(|value| value == Value::Null) {
            self.fault(name, self.texts.required());
            return None;
        }
        self.number(name)
    }
}

/// The number of an object that is sent as a whole: the web app sends back what a detail answered.
fn named(value: &Value) -> &Value {
    let Value::Dict(members) = value else {
        return value;
    };
    let id = members.iter().rev().find(|(name, _)| name == "id");
    id.map_or(value, |(_, id)| id)
}

/// Python's `int(value)`, as Django's keys are read: fractions are cut off.
fn key_of(value: &Value) -> Option<i64> {
    match named(value) {
        Value::Int(digits) => Some(digits.parse().unwrap_or(-1)),
        Value::Float(number) if number.is_finite() => {
            let whole = format!("{:.0}", number.trunc());
            Some(whole.parse().unwrap_or(-1))
        }
        Value::Text(text) => python_int(text),
        _ => None,
    }
}

/// Python's `int(text)`; a number that no object can have is -1.
pub(crate) fn python_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let groups: Vec<&str> = digits.split('_').collect();
    let is_number = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let plain = text.replace('_', "");
    is_number.then(|| plain.parse().unwrap_or(-1))
}
