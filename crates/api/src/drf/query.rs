//! The query of a request.

use super::error::ApiError;
use super::fields::{python_int, read_date};
use super::texts::Texts;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use messages_core::instant::Instant;
use messages_core::vocabulary::{Canal, Statut};
use serde_json::{Map, json};
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The parameters; of several with one name, the last counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl FromRequest for Query {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Query {
    /// Reads the query of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that says something.
    pub(crate) fn said(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// All parameters but `without`, with `set`, in the order of their names.
    pub(crate) fn with(&self, set: &[(&str, Option<String>)]) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter(|(name, _)| !set.iter().any(|(changed, _)| changed == name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        pairs.extend(
            set.iter()
                .filter_map(|(name, value)| Some((*name, value.as_deref()?))),
        );
        pairs.sort_unstable();
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(pairs).finish()
    }

    /// The terms of `?search=`, separated by blanks and commas; what stands in quotes is one.
    ///
    /// # Errors
    /// 400 for a nul character.
    pub(crate) fn search(&self, texts: Texts) -> Result<Vec<String>, ApiError> {
        let text = self.get("search").unwrap_or_default();
        if text.contains('\0') {
            return Err(ApiError::Invalid(json!([texts.nul()])));
        }
        let mut terms = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let quoted = matches!(first, '"' | '\'')
                .then(|| rest.get(1..)?.split_once(first))
                .flatten();
            if let Some((term, after)) = quoted {
                terms.push(term.to_owned());
                rest = after;
                continue;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || c == ',')
                .unwrap_or(rest.len());
            terms.push(rest.get(..end).unwrap_or_default().to_owned());
            rest = rest
                .get(end..)
                .unwrap_or_default()
                .trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        }
        terms.retain(|term| !term.is_empty());
        Ok(terms)
    }
}

/// The filters of a list, all faults at once (django-filter's texts).
pub(crate) struct Filters<'q> {
    query: &'q Query,
    texts: Texts,
    faults: Map<String, serde_json::Value>,
}

impl<'q> Filters<'q> {
    /// Begins with `query`.
    pub(crate) fn new(query: &'q Query, texts: Texts) -> Self {
        Self {
            query,
            texts,
            faults: Map::new(),
        }
    }

    fn fault(&mut self, name: &str, text: &str) {
        self.faults.insert(name.to_owned(), json!([text]));
    }

    /// A word of a closed vocabulary.
    pub(crate) fn choice<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let word = self.query.said(name)?;
        let known = word.parse().ok();
        if known.is_none() {
            let text = self.texts.not_a_filter_choice(word);
            self.fault(name, &text);
        }
        known
    }

    /// `?statut=`
    pub(crate) fn statut(&mut self) -> Option<Statut> {
        self.choice("statut")
    }

    /// `?type=`
    pub(crate) fn canal(&mut self) -> Option<Canal> {
        self.choice("type")
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.query.said(name)?;
        if text.contains('\0') {
            self.fault(name, self.texts.nul());
        }
        Some(text.to_owned())
    }

    /// The number of an object; that it exists is asked later.
    pub(crate) fn key(&mut self, name: &str) -> Option<i64> {
        let text = self.query.said(name)?;
        let id = python_int(text);
        if id.is_none() {
            self.unknown_key(name);
        }
        id
    }

    /// Notes that the object of a key is not there.
    pub(crate) fn unknown_key(&mut self, name: &str) {
        self.fault(name, self.texts.no_filter_object());
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        let number = python_int(self.query.said(name)?);
        if number.is_none() {
            self.fault(name, self.texts.not_a_number());
        }
        number
    }

    /// A date and time; without an offset it is the school's.
    pub(crate) fn date(&mut self, name: &str, zone: chrono_tz::Tz) -> Option<Instant> {
        let read = read_date(self.query.said(name)?, zone, self.texts);
        read.map_err(|why| self.fault(name, &why)).ok()
    }

    /// A switch; what is none does not filter.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        match self.query.get(name)?.to_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    /// Ends with the faults, if there are any.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(ApiError::Invalid(self.faults.into()))
    }
}
