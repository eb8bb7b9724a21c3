//! The access log: each request has a number, a line and a count.

use crate::caller::{Caller, Number};
use crate::counters;
use crate::state::State;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers a request, and notes what became of it.
pub(crate) async fn journal<B: MessageBody + 'static>(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let begun = Instant::now();
    let number = number_of(request.headers());
    let numbered = Number(number.clone());
    request.extensions_mut().insert(numbered);
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    note(&state, &number, begun, &response);
    Ok(response)
}

/// The client's own number of the request if it is harmless, or a new one.
fn number_of(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    given
        .filter(|id| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        .map_or_else(|| uuid::Uuid::new_v4().to_string(), ToOwned::to_owned)
}

/// One line and one count. The path is the endpoint's: what a client typed into an address may be a
/// name.
fn note<B>(state: &State, number: &str, begun: Instant, response: &ServiceResponse<B>) {
    let request = response.request();
    let path = request.match_name().unwrap_or("-");
    let took = begun.elapsed();
    let status = response.status();
    let caller = request
        .extensions()
        .get::<Caller>()
        .map_or_else(|| "-".to_owned(), Caller::name);
    state
        .counters
        .observe(request.method(), path, status.as_u16(), took);
    let level = if status.is_server_error() {
        log::Level::Error
    } else {
        log::Level::Info
    };
    log::log!(
        level,
        "requete={number} {} {path} statut={} qui={caller} duree_ms={}",
        counters::name_of(request.method()),
        status.as_u16(),
        took.as_millis()
    );
}
