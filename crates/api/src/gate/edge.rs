//! The outermost layer: preflights, the request's number, headers of every answer, the access log
//! and the counters.

use crate::error::ApiError;
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, rt, web};
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What django-cors-headers answers to every preflight.
const ALLOWED_HEADERS: &str =
    "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with";
const ALLOWED_METHODS: &str = "DELETE, GET, OPTIONS, PATCH, POST, PUT";

/// Headers of every answer, as Django's security middleware sets them.
const SECURITY: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// Handles one request from its first to its last moment, also when the client leaves meanwhile:
/// a message that was begun is finished, its answer kept for a repetition, its line logged.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Err(ApiError::Internal.into());
    };
    // A task of its own: the one of a connection is dropped with it.
    let handled = rt::spawn(async move { handle(&state, request, next).await });
    handled.await.unwrap_or_else(|error| {
        log::error!("requete interrompue : {error}");
        Err(ApiError::Internal.into())
    })
}

async fn handle(
    state: &State,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let number = number_of(request.headers());
    let origin = allowed_origin(state, request.headers());
    let mut response = if is_preflight(&request) {
        request.into_response(preflight(origin.is_some()))
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    if !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Ok(value) = HeaderValue::from_str(&number) {
        headers.insert(REQUEST_ID, value);
    }
    note(state, &number, begun, &response);
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

/// The origin, if it is one of those that are allowed, letter for letter.
fn allowed_origin(state: &State, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let known = state.config.api.origins.iter();
    known
        .into_iter()
        .any(|known| known.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// A preflight is answered on any path and before anything else; an origin that is not allowed
/// simply gets no permission.
fn preflight(allowed: bool) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8");
    if allowed {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"));
    }
    response.finish()
}

/// One line and one count. The path is the endpoint's pattern: what a client typed into an address
/// may be a name.
fn note(state: &State, number: &str, begun: Instant, response: &ServiceResponse<BoxBody>) {
    let request = response.request();
    let pattern = request.match_pattern().map_or_else(
        || "-".to_owned(),
        |pattern| crate::endpoint::path_of(&pattern),
    );
    let took = begun.elapsed();
    let status = response.status();
    let caller = request
        .extensions()
        .get::<crate::auth::Principal>()
        .map_or_else(|| "-".to_owned(), crate::auth::Principal::rate_key);
    state
        .metrics
        .observe(request.method(), &pattern, status.as_u16(), took);
    let level = if status.is_server_error() {
        log::Level::Error
    } else {
        log::Level::Info
    };
    log::log!(
        level,
        "requete={number} {} {pattern} statut={} qui={caller} duree_ms={}",
        method(request.method()),
        status.as_u16(),
        took.as_millis()
    );
}

/// A method's name; one that nobody knows is not repeated.
pub(crate) fn method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS
        | Method::TRACE => method.as_str(),
        _ => "AUTRE",
    }
}

/// The page that Django shows for an address that leads nowhere.
pub(crate) async fn nowhere() -> HttpResponse {
    HttpResponse::build(ApiError::NotFound.status_code())
        .content_type("text/html; charset=utf-8")
        .body(NOWHERE)
}

const NOWHERE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";
