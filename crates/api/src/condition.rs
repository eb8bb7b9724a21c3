//! Conditional requests (RFC 9110, section 13): an object has a tag made of its answer, so that nobody
//! writes over what somebody else wrote meanwhile, and nobody is sent what they have already.

use crate::answer;
use crate::drf::ApiError;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use messages_core::digest::sha256;
use std::future::{Ready, ready};

/// What a request says of the object's tag.
pub(crate) struct Condition {
    /// It must be one of these.
    is: Option<String>,
    /// It must be none of these.
    is_not: Option<String>,
}

impl FromRequest for Condition {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let said = |name: HeaderName| {
            let all = request.headers().get_all(name);
            let all: Vec<&str> = all.map(|tags| tags.to_str().unwrap_or_default()).collect();
            (!all.is_empty()).then(|| all.join(","))
        };
        ready(Ok(Self {
            is: said(IF_MATCH),
            is_not: said(IF_NONE_MATCH),
        }))
    }
}

impl Condition {
    /// The object must be as it was when it had this tag; an empty one is of no object.
    pub(crate) fn as_seen(tag: &str) -> Self {
        Self {
            is: Some(tag.to_owned()),
            is_not: None,
        }
    }

    /// Nothing is asked for.
    pub(crate) const NONE: Self = Self {
        is: None,
        is_not: None,
    };

    /// The object with its tag, or 304 to whoever has it.
    pub(crate) fn answer(&self, object: Vec<u8>) -> HttpResponse {
        let tag = tag_of(&object);
        let is_known = |tags: &String| {
            names(tags, &tag, |known| {
                known.strip_prefix("W/").unwrap_or(known)
            })
        };
        let mut response = if self.is_not.as_ref().is_some_and(is_known) {
            HttpResponse::NotModified()
        } else {
            return tagged(answer::raw(StatusCode::OK, object), &tag);
        };
        tagged(response.finish(), &tag)
    }

    /// True when there is something to [`check`](Self::check).
    pub(crate) const fn is_there(&self) -> bool {
        self.is.is_some()
    }

    /// Whether the object is the one that the client has seen.
    ///
    /// # Errors
    /// 412.
    pub(crate) fn check(&self, object: &[u8]) -> Result<(), ApiError> {
        match &self.is {
            Some(tags) if !names(tags, &tag_of(object), |known| known) => Err(ApiError::Changed),
            _ => Ok(()),
        }
    }
}

fn tagged(mut response: HttpResponse, tag: &str) -> HttpResponse {
    if let Ok(tag) = tag.parse() {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// What changes with an object.
pub(crate) fn tag_of(object: &[u8]) -> String {
    format!("\"{:.32}\"", sha256(object))
}

fn names(tags: &str, tag: &str, read: impl Fn(&str) -> &str) -> bool {
    let mut tags = tags.split(',').map(str::trim);
    tags.any(|known| known == "*" || read(known) == tag)
}
