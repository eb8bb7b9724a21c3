//! `Idempotency-Key`: a `POST` that is repeated is answered as the first time, and done once.
//!
//! The key is kept for a day with a fingerprint of the request and its answer, in the transaction of
//! the change (see [`State::carry_out`]): whoever asks again is told the same if the change was kept,
//! and it is carried out if it was not. A request that was refused leaves nothing behind, so that it
//! can be mended and sent again.

use crate::answer;
use crate::caller::Caller;
use crate::drf::{ApiError, MAX_BODY, take, whole};
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use messages_core::digest::hex;
use messages_core::store::appels::idempotence::{self, Demande, Once};
use ring::digest;
use serde_json::json;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Calls the handler, unless the request is a repetition.
pub(super) async fn around(
    state: &State,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    takes_file: bool,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request.headers().get(IDEMPOTENCY_KEY).cloned();
    match key {
        Some(key) if *request.method() == Method::POST => {
            let Some(cle) = text_of(&key) else {
                let fault = json!({ "Idempotency-Key": [format!("1-{KEY_MAX} ASCII")] });
                return Ok(request.error_response(ApiError::Invalid(fault)));
            };
            once(state, request, next, cle, takes_file).await
        }
        _ => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

async fn once(
    state: &State,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    cle: String,
    takes_file: bool,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let payload = request.take_payload();
    let read = if takes_file {
        whole(payload, state.texts).await
    } else {
        take(payload, MAX_BODY).await
    };
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) => return Ok(request.error_response(error)),
    };
    let demande = Demande {
        demandeur: request
            .extensions()
            .get::<Caller>()
            .map_or_else(String::new, Caller::name),
        cle,
        chemin: request.match_name().unwrap_or_default().to_owned(),
        empreinte: fingerprint(&request, &bytes),
    };
    request.set_payload(Payload::from(bytes));
    let asked = demande.clone();
    let first = state.ask(move |conn| idempotence::answered(conn, &asked));
    match first.await {
        Ok(None | Some(Once::Done(()))) => {
            if let Some(caller) = request.extensions_mut().get_mut::<Caller>() {
                caller.demande = Some(demande);
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Ok(Some(Once::Answered(first))) => Ok(request.into_response(answer::said(first))),
        Ok(Some(Once::OtherRequest)) => Ok(request.error_response(ApiError::OtherBody)),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// Longest key, in bytes.
pub(crate) const KEY_MAX: usize = 255;

fn text_of(key: &HeaderValue) -> Option<String> {
    let text = key.to_str().ok()?.trim();
    (1..=KEY_MAX).contains(&text.len()).then(|| text.to_owned())
}

fn fingerprint(request: &ServiceRequest, body: &[u8]) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    let media = request.headers().get(CONTENT_TYPE);
    for part in [
        request.path().as_bytes(),
        request.query_string().as_bytes(),
        media.map_or(&[][..], HeaderValue::as_bytes),
        body,
    ] {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    hex(hash.finish().as_ref())
}
