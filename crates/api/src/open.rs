//! Endpoints that ask nobody who they are: health, documentation, the reading mark.

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::state::State;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError, web};

/// Registers an endpoint without a gate.
pub(crate) fn register(config: &mut web::ServiceConfig, endpoint: &Endpoint) {
    let mut resource = web::resource(endpoint.pattern());
    for operation in &endpoint.operations {
        let route = operation.route;
        resource = resource.route(route().method(operation.method.clone()));
        if operation.method == Method::GET {
            resource = resource.route(route().method(Method::HEAD));
        }
    }
    let allow = HeaderValue::from_str(endpoint.allow().trim_end_matches(", OPTIONS")).ok();
    let resource =
        resource
            .default_service(web::to(not_allowed))
            .wrap(from_fn(move |request, next| {
                let allow = allow.clone();
                async move { answer(allow, request, next).await }
            }));
    config.service(resource);
}

async fn not_allowed(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::Method(request.method().to_string()))
}

/// Writes an error's body, and tells what is allowed here.
async fn answer(
    allow: Option<HeaderValue>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let (request, mut response) = next.call(request).await?.map_into_boxed_body().into_parts();
    let error = response
        .error()
        .and_then(|error| error.as_error::<ApiError>())
        .cloned();
    if let (Some(error), Some(state)) = (error, request.app_data::<web::Data<State>>()) {
        response = crate::answer::json(error.status_code(), &error.body(state.texts));
    }
    if let Some(allow) = allow {
        response.headers_mut().insert(ALLOW, allow);
    }
    Ok(ServiceResponse::new(request, response))
}
