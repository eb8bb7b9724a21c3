//! What a form of ours sent, once the gate has read it.

use crate::drf::{ApiError, Body, File, Value};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::{Ready, ready};

/// The fields of a form, and its files.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    body: Body,
    files: Vec<File>,
    /// Of a session that has ended: nothing of it is to be done.
    pub(super) is_stale: bool,
}

impl Sent {
    pub(super) const fn new(body: Body, files: Vec<File>) -> Self {
        Self {
            body,
            files,
            is_stale: false,
        }
    }

    /// A field as it was written, without blanks around it; empty when it is not there.
    pub(super) fn text(&self, name: &str) -> String {
        match self.body.get(name) {
            Some(Value::Text(text)) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    /// A field that says something.
    pub(super) fn said(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a box was ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.said(name).is_some()
    }

    /// The files that were chosen in a field.
    pub(super) fn files(&self, field: &str) -> Vec<File> {
        // Of a field in which none was chosen, browsers send an empty one.
        let chosen = |file: &&File| file.member == field && file.name.as_deref() != Some("");
        self.files.iter().filter(chosen).cloned().collect()
    }
}

impl FromRequest for Sent {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = request.extensions().get::<Self>().cloned();
        ready(sent.ok_or(ApiError::Internal))
    }
}

/// A body for the API, of texts.
pub(super) fn body(members: impl IntoIterator<Item = (&'static str, Value)>) -> Body {
    let members = members.into_iter();
    Body::of(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
