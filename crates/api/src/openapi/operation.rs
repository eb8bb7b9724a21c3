//! One operation, from the table of endpoints.

use super::{links, parameters, refusals};
use crate::endpoint::{Endpoint, Operation};
use crate::schema::{Answer, Sent, kit};
use actix_web::http::Method;
use messages_core::vocabulary::Portee;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{self, OperationBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{HttpMethod, Required, SecurityRequirement};

/// An operation; `gated` when it asks who calls.
pub(super) fn of(endpoint: &Endpoint, operation: &Operation, gated: bool) -> path::Operation {
    let mut documented = OperationBuilder::new()
        .tag(endpoint.tag)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(description(operation, gated)))
        .request_body(operation.body.map(body))
        .securities(Some(securities(operation, gated)))
        .response(operation.answer.0.to_string(), answer(operation));
    for parameter in parameters::of(endpoint, operation) {
        documented = documented.parameter(parameter);
    }
    for (status, refusal) in refusals::of(operation, gated) {
        documented = documented.response(status, refusal);
    }
    if operation.tagged && operation.method == Method::GET {
        let same = ResponseBuilder::new().description("L'objet est resté le même.");
        documented = documented.response("304", same.header("ETag", tag()));
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

fn body(sent: Sent) -> RequestBody {
    let required = if sent.may_be_absent() {
        Required::False
    } else {
        Required::True
    };
    let body = RequestBodyBuilder::new().required(Some(required));
    let (media, content) = sent.content();
    body.content(media, content).build()
}

fn tag() -> Header {
    let header = HeaderBuilder::new().schema(Some(kit::text()));
    header
        .description(Some("Ce qu'est l'objet, en abrégé."))
        .build()
}

fn answer(operation: &Operation) -> Response {
    let (status, answer) = operation.answer;
    let described = ResponseBuilder::new().description(match (status, answer) {
        (201, _) => "Créé.",
        (204, _) => "Supprimé.",
        (_, Answer::Picture) => "Une image transparente d'un point (image/gif).",
        _ => "Réussi.",
    });
    let contents = answer.contents().into_iter();
    let mut response = contents.fold(described, |response, (media, content)| {
        response.content(media, content)
    });
    if matches!(answer, Answer::Text("text/csv", _) | Answer::File) {
        let header = HeaderBuilder::new().description(Some("Le nom du fichier."));
        response = response.header("Content-Disposition", header.build());
    }
    if operation.tagged && operation.method == Method::GET {
        response = response.header("ETag", tag());
    }
    for (name, link) in links::after(operation.id) {
        response = response.link(name, link);
    }
    response.build()
}
