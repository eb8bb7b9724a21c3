//! The way into every endpoint: format, caller, permission, rate; then the handler; then the
//! answer's headers, and errors in the server's language.
//!
//! The order is Django REST framework's: a request without a token learns nothing else, not even
//! that its method is not allowed. What is public is only let through.

mod admission;
pub(crate) mod idempotency;
pub(crate) mod key;
mod negotiate;
pub(crate) mod origin;

use crate::answer;
use crate::auth::WWW_AUTHENTICATE as REALM;
use crate::drf::ApiError;
use crate::edge;
use crate::endpoint::{Access, Endpoint, Operation};
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ALLOW, CONTENT_ENCODING, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError, Route, web};
use std::rc::Rc;

/// What the gate knows of an endpoint.
struct Spec {
    allow: HeaderValue,
    name: &'static str,
    is_json: bool,
    is_public: bool,
    /// Whether bodies may be long.
    takes_file: bool,
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
            takes_file: endpoint
                .operations
                .iter()
                .any(|operation| operation.takes_file),
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
        resource = resource.route(route(operation, operation.method.clone()));
        if operation.method == Method::GET {
            resource = resource.route(route(operation, Method::HEAD));
        }
    }
    if !spec.is_public {
        let name = spec.name;
        let options = web::method(Method::OPTIONS).to(move || async move { describe(name) });
        resource = resource.route(options);
    }
    let resource = resource.default_service(web::to(not_allowed));
    config.service(resource.wrap(from_fn(edge::caught)).wrap(from_fn(
        move |state: web::Data<State>, request, next| {
            let spec = Rc::clone(&spec);
            async move { pass(&spec, &state, request, next).await }
        },
    )));
}

fn route(operation: &Operation, method: Method) -> Route {
    let route = (operation.route)().method(method);
    if operation.answer.1.is_list() {
        route.wrap(Compress::default())
    } else {
        route
    }
}

/// The paths that lead to an endpoint: with a slash at the end, whatever the client wrote, and with
/// a format, as in `/api/messages.json`.
fn patterns(endpoint: &Endpoint) -> Vec<String> {
    let plain = endpoint
        .path
        .trim_end_matches('/')
        .replace("{id}", "{id:[^/.]+}")
        .replace("{passerelle}", "{passerelle:[^/.]+}")
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
    state: &State,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let admitted = match admit(spec, state, &request).await {
        Ok(()) if spec.takes_file => state.uploading().await.map(Some),
        admitted => admitted.map(|()| None),
    };
    let response = match admitted {
        // Its turn is over with its answer.
        Ok(_turn) => idempotency::around(state, request, next, spec.takes_file).await?,
        Err(error) => request.error_response(error),
    };
    Ok(finish(spec, state, response))
}

/// Lets a request through, or says why not.
async fn admit(spec: &Spec, state: &State, request: &ServiceRequest) -> Result<(), ApiError> {
    let access = spec.access(request.method());
    if access == Access::Public {
        return Ok(());
    }
    if spec.is_json {
        negotiate::check(request)?;
    }
    admission::check(state, request, access).await
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
        let vary = if headers.contains_key(CONTENT_ENCODING) {
            "Accept, Accept-Encoding, origin"
        } else {
            "Accept, origin"
        };
        headers.insert(VARY, HeaderValue::from_static(vary));
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
