//! `Idempotency-Key`: a `POST` that is repeated is answered as the first time, and done once.
//!
//! The key is kept for a day with a fingerprint of the request and, once there is one, the answer.
//! A request that was refused leaves nothing behind, so that it can be mended and sent again. If
//! the server dies in between, nobody knows whether the request was carried out: the key then says
//! so (409) for the rest of the day, rather than doing it twice.

use crate::answer;
use crate::caller::Caller;
use crate::drf::{ApiError, MAX_BODY, take};
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use messages_core::store::appels::idempotence::{self, Begun, Demande};
use ring::digest;
use serde_json::json;
use std::fmt::Write;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Calls the handler, unless the request is a repetition.
pub(super) async fn around(
    state: &State,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request.headers().get(IDEMPOTENCY_KEY).cloned();
    match key {
        Some(key) if *request.method() == Method::POST => once(state, request, next, &key).await,
        _ => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

async fn once(
    state: &State,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    key: &HeaderValue,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(cle) = text_of(key) else {
        return Ok(request.error_response(ApiError::Invalid(
            json!({ "Idempotency-Key": [format!("1-{KEY_MAX} ASCII")] }),
        )));
    };
    let bytes = match take(request.take_payload(), MAX_BODY).await {
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
    let begun = state
        .ask(move |conn| idempotence::begin(conn, &asked))
        .await;
    match begun {
        Ok(Begun::New) => answer_and_keep(state, request, next, demande).await,
        Ok(Begun::Answered { statut, corps }) => Ok(request.into_response(again(statut, corps))),
        Ok(Begun::OtherRequest) => Ok(request.error_response(ApiError::OtherBody)),
        Ok(Begun::InProgress) => {
            Ok(request.error_response(ApiError::Conflict(state.texts.in_progress())))
        }
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
    let sum = hash.finish();
    sum.as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a String cannot fail.
            write!(hex, "{byte:02x}").ok();
            hex
        })
}

async fn answer_and_keep(
    state: &State,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    demande: Demande,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !response.status().is_success() {
        state
            .ask(move |conn| idempotence::forget(conn, &demande))
            .await
            .ok();
        return Ok(response);
    }
    let statut = i64::from(response.status().as_u16());
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body).await.unwrap_or_default();
    let corps = String::from_utf8_lossy(&bytes).into_owned();
    state
        .ask(move |conn| idempotence::finish(conn, &demande, statut, &corps))
        .await
        .ok();
    let response = response.set_body(BoxBody::new(bytes));
    Ok(ServiceResponse::new(request, response))
}

fn again(statut: i64, corps: String) -> HttpResponse {
    let code = u16::try_from(statut)
        .ok()
        .and_then(|statut| StatusCode::from_u16(statut).ok())
        .unwrap_or(StatusCode::OK);
    answer::raw(code, corps.into_bytes())
}
