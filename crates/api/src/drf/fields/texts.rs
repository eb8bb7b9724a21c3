//! Fields that are texts, words of a vocabulary, or switches.

use super::super::texts;
use super::super::value::Value;
use super::{Fields, Form, REQUIRED, Rule};

impl Fields<'_> {
    /// A text, without the blanks around it.
    #[expect(clippy::option_option, reason = "not said is not the same as null")]
    pub(crate) fn text(&mut self, name: &str, rule: Rule) -> Option<Option<String>> {
        let Some(value) = self.given(name, rule)? else {
            return Some(None);
        };
        let text = match value {
            Value::Text(text) => strip(&text).to_owned(),
            Value::Int(_) | Value::Float(_) => value.python_str(),
            Value::Surrogate(code) => {
                self.fault(name, self.texts.surrogate(code));
                return None;
            }
            _ => {
                self.fault(name, self.texts.not_a_text());
                return None;
            }
        };
        if text.is_empty() && !rule.blank {
            self.fault(name, self.texts.blank());
            return None;
        }
        self.sound(name, rule, &text).then_some(Some(text))
    }

    fn sound(&mut self, name: &str, rule: Rule, text: &str) -> bool {
        let mut sound = true;
        if let Some(max) = rule.max.filter(|max| text.chars().count() > *max) {
            self.fault(name, self.texts.too_long(max));
            sound = false;
        }
        if text.contains('\0') {
            self.fault(name, self.texts.nul());
            sound = false;
        } else if rule.form == Form::Line && text.contains(texts::is_hidden) {
            self.fault(name, self.texts.control());
            sound = false;
        }
        sound
    }

    /// A text that is always one: `null` and empty are the same.
    pub(crate) fn line(&mut self, name: &str, max: usize) -> Option<String> {
        self.text(name, Rule::line(max))
            .map(Option::unwrap_or_default)
    }

    /// The same of a text with lines.
    pub(crate) fn lines(&mut self, name: &str, max: usize) -> Option<String> {
        self.text(name, Rule::lines(max))
            .map(Option::unwrap_or_default)
    }

    /// One word of a closed vocabulary.
    pub(crate) fn choice<T: std::str::FromStr>(&mut self, name: &str, required: bool) -> Option<T> {
        let rule = Rule {
            required,
            ..REQUIRED
        };
        let value = self.given(name, rule)??;
        let word = value.python_str();
        let known = word.parse().ok();
        if known.is_none() {
            self.fault(name, self.texts.not_a_choice(&word));
        }
        known
    }

    /// A switch. A form that does not name it means `false`, as a browser's does.
    pub(crate) fn switch(&mut self, name: &str) -> Option<bool> {
        if self.body.is_form() && !self.partial && self.body.get(name).is_none() {
            return Some(false);
        }
        let rule = Rule {
            required: false,
            ..REQUIRED
        };
        let value = self.given(name, rule)??;
        let read = switch_of(&value);
        if read.is_none() {
            self.fault(name, self.texts.not_a_switch());
        }
        read
    }
}

/// Python's `str.strip()`, for which the four separators of ASCII are blanks too.
fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// The values that Django REST framework takes for a boolean.
fn switch_of(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(switch) => return Some(*switch),
        Value::Int(digits) => digits.clone(),
        Value::Float(number) => number.abs().to_string(),
        Value::Text(text) => text.to_lowercase(),
        _ => return None,
    };
    match word.as_str() {
        "t" | "y" | "yes" | "true" | "on" | "1" => Some(true),
        "f" | "n" | "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}
