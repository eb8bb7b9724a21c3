//! What clients are sent: objects, lists, dates.

pub(crate) mod actions;
pub(crate) mod annuaire;
pub(crate) mod attachment;
pub(crate) mod csv;
pub(crate) mod discreet;
pub(crate) mod list;
pub(crate) mod local;
#[expect(single_use_lifetimes, reason = "in what is derived")]
pub(crate) mod message;
mod page;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use messages_core::store::appels::idempotence::Reponse;
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

/// A JSON answer that can be kept and given again.
pub(crate) fn written(status: StatusCode, value: &impl Serialize) -> Reponse {
    Reponse {
        statut: i64::from(status.as_u16()),
        // As above.
        corps: serde_json::to_string(value).unwrap_or_default(),
    }
}

/// An answer that was kept, or could have been.
pub(crate) fn said(reponse: Reponse) -> HttpResponse {
    let status = u16::try_from(reponse.statut).ok();
    let status = status.and_then(|statut| StatusCode::from_u16(statut).ok());
    raw(status.unwrap_or_default(), reponse.corps.into_bytes())
}
