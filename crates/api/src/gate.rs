//! The way into every endpoint: format, caller, permission, rate; then the handler; then the
//! answer's headers, and errors in the server's language.
//!
//! The order is Django REST framework's: a request without a token learns nothing else, not even
//! that its method is not allowed.

pub(crate) mod edge;
pub(crate) mod idempotency;
mod negotiate;
mod origin;
pub(crate) mod rate;

use crate::auth::{Credentials, Principal, Refusal, WWW_AUTHENTICATE as REALM, Who, check_key};
use crate::endpoint::{Endpoint, Operation};
use crate::error::ApiError;
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, Route, web};
use messages_core::instant::Instant;
use messages_core::store::appels::cles;
use messages_core::vocabulary::Portee;
use std::rc::Rc;

/// What the gate knows of an endpoint.
struct Spec {
    allow: String,
    name: &'static str,
    is_json: bool,
    portees: Vec<(Method, Option<Portee>)>,
}

/// Registers an endpoint with its gate.
pub(crate) fn register(config: &mut web::ServiceConfig, endpoint: &Endpoint) {
    let spec = Rc::new(Spec {
        allow: endpoint.allow(),
        name: endpoint.name,
        is_json: endpoint.is_json(),
        portees: endpoint
            .operations
            .iter()
            .map(|operation| (operation.method.clone(), operation.portee))
            .collect(),
    });
    let mut resource = web::resource(endpoint.patterns());
    for operation in &endpoint.operations {
        resource = resource.route(route(operation, operation.method.clone()));
        if operation.method == Method::GET {
            resource = resource.route(route(operation, Method::HEAD));
        }
    }
    let described = Rc::clone(&spec);
    let options = web::method(Method::OPTIONS).to(move || {
        let described = Rc::clone(&described);
        async move { describe(described.name) }
    });
    let resource = resource
        .route(options)
        .default_service(web::to(not_allowed))
        .wrap(from_fn(move |request, next| {
            let spec = Rc::clone(&spec);
            async move { pass(&spec, request, next).await }
        }));
    config.service(resource);
}

fn route(operation: &Operation, method: Method) -> Route {
    (operation.route)().method(method)
}

async fn not_allowed(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::Method(request.method().to_string()))
}

/// The answer to `OPTIONS`: what is spoken here.
fn describe(name: &str) -> HttpResponse {
    crate::answer::ok(&serde_json::json!({
        "name": name,
        "description": "",
        "renders": ["application/json"],
        "parses": [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ],
    }))
}

async fn pass(
    spec: &Spec,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Err(ApiError::Internal.into());
    };
    let mut response = match admit(spec, &state, &mut request).await {
        Ok(()) => idempotency::around(&state, request, next).await?,
        Err(error) => {
            let response = error.error_response();
            let refused = ServiceResponse::new(request.into_parts().0, response);
            return Ok(finish(spec, &state, refused, Some(&error)));
        }
    };
    let error = response
        .response()
        .error()
        .and_then(|error| error.as_error::<ApiError>())
        .cloned();
    response = finish(spec, &state, response, error.as_ref());
    Ok(response)
}

/// Lets a request through, or says why not.
async fn admit(spec: &Spec, state: &State, request: &mut ServiceRequest) -> Result<(), ApiError> {
    if spec.is_json {
        negotiate::check(request)?;
    }
    let peer = request.peer_addr().map(|peer| peer.ip().to_string());
    let principal = match authenticate(state, request).await {
        Ok(principal) => principal,
        Err(refusal) => {
            // Who guesses keys is slowed down as who uses one.
            if let Some(rate) = &state.rate {
                rate.check(format!("ip:{}", peer.unwrap_or_default()))
                    .await?;
            }
            return Err(refusal);
        }
    };
    if principal.who == Who::Anyone && !origin::is_here(state, request) {
        return Err(ApiError::Refused(Refusal::Forbidden));
    }
    let wanted = spec
        .portees
        .iter()
        .find(|(method, _)| is_method(method, request.method()))
        .and_then(|(_, portee)| *portee);
    let forbidden = wanted.is_some_and(|portee| !principal.may(portee));
    let caller = principal.rate_key();
    // Before it may be refused, because the log also tells who was.
    request.extensions_mut().insert(principal);
    if forbidden {
        return Err(ApiError::Refused(Refusal::Forbidden));
    }
    if let Some(rate) = &state.rate {
        rate.check(caller).await?;
    }
    Ok(())
}

fn is_method(known: &Method, asked: &Method) -> bool {
    known == asked || (*known == Method::GET && *asked == Method::HEAD)
}

/// Who calls. A web-app token is checked here; an API key is looked up in the database.
pub(crate) async fn authenticate(
    state: &State,
    request: &ServiceRequest,
) -> Result<Principal, ApiError> {
    // Two headers are one with a comma, as every server joins them (RFC 9110, 5.3): no token.
    let headers = request.headers().get_all(header::AUTHORIZATION);
    let header = headers.map(HeaderValue::as_bytes).collect::<Vec<_>>();
    let header = (!header.is_empty()).then(|| header.join(&b", "[..]));
    let now = Instant::of_this_machine();
    let credentials = state
        .auth
        .parse(header.as_deref(), now)
        .map_err(ApiError::Refused)?;
    match credentials {
        Credentials::Known(principal) => Ok(principal),
        Credentials::Key(presented) => {
            let prefixe = presented.prefixe.clone();
            let known = state.ask(move |conn| cles::find(conn, &prefixe)).await?;
            check_key(known.as_ref(), &presented).map_err(ApiError::Refused)
        }
    }
}

/// Writes an error's body and the headers that every answer of an endpoint has.
fn finish(
    spec: &Spec,
    state: &State,
    response: ServiceResponse<BoxBody>,
    error: Option<&ApiError>,
) -> ServiceResponse<BoxBody> {
    let (request, mut response) = response.into_parts();
    if let Some(error) = error {
        response = crate::answer::json(error.status_code(), &error.body(state.texts));
        let headers = response.headers_mut();
        match error {
            ApiError::Refused(refusal) if refusal.status() == 401 => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(REALM));
            }
            ApiError::Throttled(wait) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*wait));
            }
            ApiError::Unavailable => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
            }
            _ => {}
        }
    }
    let headers = response.headers_mut();
    if let Ok(allow) = HeaderValue::from_str(&spec.allow) {
        headers.insert(ALLOW, allow);
    }
    headers.insert(VARY, HeaderValue::from_static("Accept, origin"));
    ServiceResponse::new(request, response)
}
