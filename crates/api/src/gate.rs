//! The way into every endpoint: format, caller, permission, rate; then the handler; then the
//! answer's headers, and errors in the server's language.
//!
//! The order is Django REST framework's: a request without a token learns nothing else, not even
//! that its method is not allowed. What is public is only let through.

mod idempotency;
mod negotiate;
mod origin;

use crate::answer;
use crate::auth::{Credentials, Principal, Refusal, WWW_AUTHENTICATE as REALM, Who, check_key};
use crate::caller::Caller;
use crate::drf::ApiError;
use crate::endpoint::{Access, Endpoint};
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use messages_core::instant::Instant;
use messages_core::store::appels::cles;
use std::rc::Rc;

/// What the gate knows of an endpoint.
struct Spec {
    allow: HeaderValue,
    name: &'static str,
    is_json: bool,
    is_public: bool,
    accesses: Vec<(Method, Access)>,
}

impl Spec {
    fn of(endpoint: &Endpoint) -> Self {
        let operations = endpoint.operations.iter();
        Self {
            allow: HeaderValue::from_str(&endpoint.allow())
                .unwrap_or(HeaderValue::from_static("OPTIONS")),
            name: endpoint.name,
            is_json: endpoint.is_json(),
            is_public: endpoint.is_public(),
            accesses: operations
                .map(|operation| (operation.method.clone(), operation.access))
                .collect(),
        }
    }

    /// Who may use a method. One that is not there tells so only to those who are known, unless
    /// nothing here is hidden.
    fn access(&self, asked: &Method) -> Access {
        let unknown = if self.is_public {
            Access::Public
        } else {
            Access::Known
        };
        let is_asked =
            |known: &Method| known == asked || (*known == Method::GET && *asked == Method::HEAD);
        let mut accesses = self.accesses.iter();
        let found = accesses.find(|(known, _)| is_asked(known));
        found.map_or(unknown, |(_, access)| *access)
    }
}

/// Registers an endpoint: the one way to one. Who may use it is said by its operations.
pub(crate) fn register(config: &mut web::ServiceConfig, endpoint: &Endpoint) {
    let spec = Rc::new(Spec::of(endpoint));
    // Its name in the log, for the counters and for what is kept of an answer.
    let mut resource = web::resource(patterns(endpoint)).name(endpoint.path);
    for operation in &endpoint.operations {
        resource = resource.route((operation.route)().method(operation.method.clone()));
        if operation.method == Method::GET {
            resource = resource.route((operation.route)().method(Method::HEAD));
        }
    }
    if !spec.is_public {
        let name = spec.name;
        let options = web::method(Method::OPTIONS).to(move || async move { describe(name) });
        resource = resource.route(options);
    }
    config.service(resource.default_service(web::to(not_allowed)).wrap(from_fn(
        move |request, next| {
            let spec = Rc::clone(&spec);
            async move { pass(&spec, request, next).await }
        },
    )));
}

/// The paths that lead to an endpoint: with a slash at the end, whatever the client wrote, and with
/// a format, as in `/api/messages.json`.
fn patterns(endpoint: &Endpoint) -> Vec<String> {
    let plain = endpoint
        .path
        .trim_end_matches('/')
        .replace("{id}", "{id:[^/.]+}")
        .replace("{jeton}", "{jeton:[^/.]+}");
    let with_format = plain.clone() + r".{format:[a-z0-9]+}/";
    let mut patterns = vec![plain + "/"];
    if endpoint.is_json() && !endpoint.is_public() {
        patterns.push(with_format);
    }
    patterns
}

async fn not_allowed(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::Method(request.method().to_string()))
}

/// The answer to `OPTIONS`: what is spoken here.
fn describe(name: &str) -> HttpResponse {
    answer::ok(&serde_json::json!({
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
    let response = match admit(spec, &state, &mut request).await {
        Ok(()) => idempotency::around(&state, request, next).await?,
        Err(error) => request.error_response(error),
    };
    Ok(finish(spec, &state, response))
}

/// Lets a request through, or says why not.
async fn admit(spec: &Spec, state: &State, request: &mut ServiceRequest) -> Result<(), ApiError> {
    let access = spec.access(request.method());
    if access == Access::Public {
        return Ok(());
    }
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
    let allowed = access
        .portee()
        .map_or(Ok(()), |portee| principal.must(portee));
    let caller = principal.rate_key();
    // Before it may be refused, because the log also tells who was.
    let known = Caller::of(request, principal);
    request.extensions_mut().insert(known);
    allowed.map_err(ApiError::Refused)?;
    if let Some(rate) = &state.rate {
        rate.check(caller).await?;
    }
    Ok(())
}

/// Who calls. A web-app token is checked here; an API key is looked up in the database.
async fn authenticate(state: &State, request: &ServiceRequest) -> Result<Principal, ApiError> {
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
) -> ServiceResponse<BoxBody> {
    let (request, mut response) = response.into_parts();
    let error = response.error().and_then(|error| error.as_error()).cloned();
    if let Some(error) = error {
        response = refusal(&error, state);
    }
    let headers = response.headers_mut();
    headers.insert(ALLOW, spec.allow.clone());
    if !spec.is_public {
        headers.insert(VARY, HeaderValue::from_static("Accept, origin"));
    }
    ServiceResponse::new(request, response)
}

fn refusal(error: &ApiError, state: &State) -> HttpResponse {
    if let ApiError::Repeated(first) = error {
        return answer::said(first.clone());
    }
    let mut response = answer::json(error.status_code(), &error.body(state.texts));
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
    response
}
