//! What pages of other sites may do here (Cross-Origin Resource Sharing).

use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

/// What django-cors-headers answers to every preflight.
const ALLOWED_HEADERS: &str =
    "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with";
/// And what more is known here, to whoever asks for it.
const KNOWN_HEADERS: [&str; 4] = [
    "idempotency-key",
    "x-request-id",
    "if-match",
    "if-none-match",
];
/// What a page may read of an answer.
const EXPOSED_HEADERS: &str = "X-Request-ID, Retry-After, Content-Disposition, ETag";
const ALLOWED_METHODS: &str = "DELETE, GET, OPTIONS, PATCH, POST, PUT";

/// Answers preflights, and tells browsers which origin may read an answer.
pub(crate) async fn cors(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origin = allowed_origin(&state, request.headers());
    let is_preflight = is_preflight(&request);
    let mut response = if is_preflight {
        let response = preflight(origin.is_some(), request.headers());
        request.into_response(response)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if !is_preflight {
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED_HEADERS),
            );
        }
        if state.config.api.credentials {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
    }
    Ok(response)
}

/// The origin, if it is one of those that are allowed, letter for letter.
fn allowed_origin(state: &State, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let mut known = state.config.api.origins.iter();
    known
        .any(|known| known.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

fn is_preflight(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// A preflight is answered on any path and before anything else; an origin that is not allowed
/// simply gets no permission.
fn preflight(allowed: bool, asked: &HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8");
    if allowed {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, headers(asked)))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"));
    }
    response.finish()
}

/// The headers that may be sent.
fn headers(asked: &HeaderMap) -> String {
    let asked = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let asked = asked
        .and_then(|asked| asked.to_str().ok())
        .unwrap_or_default();
    let is_asked = |known: &&str| {
        asked
            .split(',')
            .any(|name| name.trim().eq_ignore_ascii_case(known))
    };
    let more = KNOWN_HEADERS.into_iter().filter(is_asked);
    [ALLOWED_HEADERS]
        .into_iter()
        .chain(more)
        .collect::<Vec<_>>()
        .join(", ")
}
