//! One operation, from the table of endpoints.

use super::shape::Shape;
use super::{links, parameters, refusals};
use crate::endpoint::{Endpoint, Operation};
use actix_web::http::Method;
use messages_core::vocabulary::Portee;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{self, OperationBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{HttpMethod, Required, SecurityRequirement};

/// An operation; `gated` when it asks who calls.
pub(super) fn of(endpoint: &Endpoint, operation: &Operation, gated: bool) -> path::Operation {
    let (status, shape) = operation.answer;
    let mut documented = OperationBuilder::new()
        .tag(endpoint.tag)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(description(operation, gated)))
        .request_body(operation.body.map(|shape| body(operation, shape)))
        .securities(Some(securities(operation, gated)))
        .response(status.to_string(), answer(operation, shape));
    for parameter in parameters::of(endpoint, operation) {
        documented = documented.parameter(parameter);
    }
    for (status, refusal) in refusals::of(operation, gated) {
        documented = documented.response(status, refusal);
    }
    documented.build()
}

/// The method as utoipa names it; none for those that are not documented.
pub(super) fn method(method: &Method) -> Option<HttpMethod> {
    Some(match *method {
        Method::GET => HttpMethod::Get,
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => return None,
    })
}

fn description(operation: &Operation, gated: bool) -> String {
    let needed = match operation.access.portee() {
        _ if !gated => "Sans clé.".to_owned(),
        Some(portee) => format!("Portée nécessaire : « {portee} »."),
        None => "Toute clé.".to_owned(),
    };
    match operation.details {
        "" => needed,
        details => format!("{details}\n\n{needed}"),
    }
}

/// Either a token of the web app or a key.
fn securities(operation: &Operation, gated: bool) -> Vec<SecurityRequirement> {
    if !gated {
        return Vec::new();
    }
    let portee = operation.access.portee();
    let portee: Vec<&str> = portee.into_iter().map(Portee::as_str).collect();
    vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("jwtAuth", []),
        SecurityRequirement::new("cleApi", portee),
    ]
}

fn body(operation: &Operation, shape: Shape) -> RequestBody {
    // A change may change nothing; so may a form without members.
    let may_be_absent = operation.method == Method::PATCH || shape == Shape::ResendBody;
    let required = if may_be_absent {
        Required::False
    } else {
        Required::True
    };
    let body = RequestBodyBuilder::new().required(Some(required));
    let media = shape.read_as().iter();
    media
        .fold(body, |body, media| {
            body.content(*media, shape.sent_as(media))
        })
        .build()
}

fn answer(operation: &Operation, shape: Shape) -> Response {
    let described = ResponseBuilder::new().description(match operation.answer.0 {
        201 => "Créé.",
        204 => "Supprimé.",
        _ => "Réussi.",
    });
    let media = shape.media().iter();
    let mut response = media.fold(described, |response, media| {
        response.content(*media, shape.content())
    });
    if shape == Shape::Csv {
        let header = HeaderBuilder::new().description(Some("Le nom du fichier."));
        response = response.header("Content-Disposition", header.build());
    }
    for (name, link) in links::after(operation.id) {
        response = response.link(name, link);
    }
    response.build()
}
