//! What clients are sent: objects, lists, dates.

pub(crate) mod actions;
pub(crate) mod annuaire;
pub(crate) mod gzip;
pub(crate) mod list;
pub(crate) mod local;
#[expect(single_use_lifetimes, reason = "in what is derived")]
pub(crate) mod message;
mod page;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    // Our own structs serialise without fail; were one not to, an empty body tells it.
    let body = serde_json::to_vec(value).unwrap_or_default();
    raw(status, body)
}

/// A JSON answer that is written already.
pub(crate) fn raw(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("application/json")
        .body(body)
}

/// 200 with `value`.
pub(crate) fn ok(value: &impl Serialize) -> HttpResponse {
    json(StatusCode::OK, value)
}
