//! How a gateway is asked what became of an SMS.

use super::fault::Found;
use super::reading::Pointer;
use super::receipt::{at, meaning, text};
use super::template::{Name, Template};
use crate::vocabulary::Remise;
use serde::Deserialize;
use serde_json::Value;

/// How a gateway is asked what became of an SMS: by the number that it gave the SMS; where its answer was
/// lost, that number is found first, by our own name. A place is a name of the uppermost level, or a JSON
/// pointer, as for [receipts](super::receipt).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Where the gateway's numbers of an SMS are found by our name (`{id}` or `{tag}`), by GET.
    pub find: Option<Template>,
    /// Where the answer to that has the numbers: a list, or one; the whole answer if nothing is said.
    pub found: Option<Pointer>,
    /// Where the gateway tells of one SMS (`{reference}`, `{id}` or `{tag}`), by GET.
    pub url: Template,
    /// Where it repeats our name: what bears another one is not ours.
    pub named: Option<String>,
    /// Where it says what became of it.
    pub status: String,
    /// Words of that place for: the telephone has it.
    #[serde(default)]
    pub delivered: Vec<String>,
    /// For: it was given up. Every other word: it is on its way.
    #[serde(default)]
    pub failed: Vec<String>,
    /// Where a code says why.
    pub code: Option<String>,
}

/// Numbers of one SMS: more are a fault of the gateway, or not numbers of one SMS.
const MOST: usize = 3;

/// No number is longer.
const REFERENCE_MAX: usize = 100;

impl Poll {
    /// Whether it can be asked about an SMS of which it has told no number.
    #[must_use]
    pub fn is_by_name(&self) -> bool {
        self.find.is_some() || !self.url.names().any(|name| *name == Name::Reference)
    }

    /// The gateway's numbers in the answer to [`Self::find`], three at most.
    #[must_use]
    pub fn references(&self, answer: &Value) -> Vec<String> {
        let place = match &self.found {
            Some(pointer) => pointer.value(answer),
            None => Some(answer),
        };
        let numbers = match place {
            Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
            Some(one) => Vec::from_iter(text(one)),
            None => Vec::new(),
        };
        let mut numbers = numbers;
        numbers.retain(|number| number.len() <= REFERENCE_MAX);
        numbers.truncate(MOST);
        numbers
    }

    /// What became of an SMS with one of these names, and the gateway's code; none when the answer tells of
    /// another SMS, or of nothing.
    #[must_use]
    pub fn read(&self, answer: &Value, names: &[&str]) -> Option<(Remise, Option<String>)> {
        let place = |place: &str| at(answer, place).and_then(text);
        if let Some(named) = &self.named
            && place(named).is_none_or(|name| !names.contains(&name.as_str()))
        {
            return None;
        }
        let status = place(&self.status)?;
        let told = meaning(&status, &self.delivered, &self.failed, &[]);
        // Whatever it calls that: it has the SMS.
        let remise = told.unwrap_or(Remise::EnCours);
        Some((remise, self.code.as_deref().and_then(place)))
    }

    /// Every address that is asked.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &Template> {
        self.find.iter().chain([&self.url])
    }

    /// What no single line says; `is_told` are the names that an SMS is given when it is sent.
    pub(super) fn check(&self, is_told: impl Fn(&Name) -> bool) -> Result<(), Found> {
        let names = |template: &Template, wanted: &[Name]| {
            template.names().any(|name| wanted.contains(name))
        };
        let fault = |text: &str| Err(Found::new("[poll]", text));
        let ours = [Name::Id, Name::Tag];
        let others = [
            Name::To,
            Name::ToDigits,
            Name::ToZeros,
            Name::From,
            Name::Text,
        ];
        if self.addresses().any(|template| names(template, &others)) {
            return fault(
                "[poll] ne connaît que {id}, {tag}, {reference}, {token} et les réglages",
            );
        }
        match &self.find {
            Some(find) if !names(find, &ours) || names(find, &[Name::Reference]) => {
                return fault("« find » cherche un SMS par {id} ou {tag}");
            }
            Some(_) if !names(&self.url, &[Name::Reference]) => {
                return fault("« url » demande {reference}, que « find » a trouvé");
            }
            None if !names(&self.url, &[Name::Id, Name::Tag, Name::Reference]) => {
                return fault("« url » ne dit pas quel SMS : il faut {reference}, {id} ou {tag}");
            }
            _ => {}
        }
        for name in ours {
            let asked = self
                .addresses()
                .any(|template| names(template, std::slice::from_ref(&name)));
            if asked && !is_told(&name) {
                return fault("[poll] cherche un nom que [request] ne donne pas au SMS");
            }
        }
        if self.delivered.is_empty() {
            return fault("« delivered » manque : rien ne serait jamais remis");
        }
        Ok(())
    }
}
