//! The path of a request.

use super::error::ApiError;
use super::fields::python_int;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// The number in the path, as Django's views read it; 404 when it is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id(pub(crate) i64);

impl FromRequest for Id {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query("id");
        let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
        ready(python_int(&text).map(Self).ok_or(ApiError::NotFound))
    }
}
