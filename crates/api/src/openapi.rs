//! The documentation: an OpenAPI document made from the table of endpoints, and a page to read it.

mod about;
mod errors;
mod links;
mod operation;
mod page;
mod parameters;
mod refusals;
#[cfg(test)]
mod tests;

use crate::drf::{ApiError, Query};
use crate::endpoint::{Access, Endpoint, Kind, Operation, Parameter};
use crate::schema::{Answer, HTML, JSON, OPENAPI, Sent};
use actix_web::http::Method;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder};

/// The begin of a page, which is all that there is to show of one.
const PAGE: &str = "<!DOCTYPE html>";

/// Where the document is.
const DOCUMENT: &str = "/api/schema/";

/// The document, written once for each thread of the server.
struct Written(web::Bytes);

/// Keeps the document of these endpoints, to be answered.
pub(crate) fn keep(config: &mut web::ServiceConfig, endpoints: &[Endpoint]) {
    let json = document(endpoints).to_json().unwrap_or_default();
    config.app_data(web::Data::new(Written(json.into())));
}

/// The document and its page.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let read = |id, summary, answer, route| {
        Operation::new(Method::GET, Access::Public, id, summary, route).tells(answer)
    };
    let endpoint = |path, name, operation| Endpoint {
        path,
        name,
        tag: "exploitation",
        operations: vec![operation],
    };
    let schema = read(
        "schema_retrieve",
        "Ce document (OpenAPI 3.1)",
        Answer::Document,
        || web::to(answer),
    );
    let docs = read(
        "docs",
        "La documentation, à lire et à essayer",
        Answer::Text(HTML, PAGE),
        || web::to(page::page),
    );
    vec![
        page::files(),
        endpoint(
            DOCUMENT,
            "Schema",
            schema
                .query(&[Parameter {
                    name: "format",
                    description: "Le format du document",
                    kind: Kind::Words(|| vec!["json"]),
                }])
                .refuses(&[404, 406]),
        ),
        endpoint(page::PAGE, "Docs", docs),
    ]
}

/// The whole document. What has no summary is not in it.
fn document(endpoints: &[Endpoint]) -> OpenApi {
    let mut paths = PathsBuilder::new().build();
    let mut components = ComponentsBuilder::new().schemas_from_iter(errors::schemas());
    for endpoint in endpoints {
        let operations = endpoint.operations.iter();
        for operation in operations.filter(|operation| !operation.summary.is_empty()) {
            let sent = operation.body.map(Sent::schemas).unwrap_or_default();
            let schemas = operation.answer.1.schemas().into_iter().chain(sent);
            components = components.schemas_from_iter(schemas);
            if let Some(method) = operation::method(&operation.method) {
                let gated = operation.access != Access::Public;
                let documented = operation::of(endpoint, operation, gated);
                paths.add_path_operation(endpoint.path, vec![method], documented);
            }
        }
    }
    for (name, response) in refusals::components() {
        components = components.response(name, response);
    }
    for (name, scheme) in about::securities() {
        components = components.security_scheme(name, scheme);
    }
    OpenApiBuilder::new()
        .info(about::info())
        .servers(Some(about::servers()))
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(about::tags()))
        .build()
}

/// `GET /api/schema/`
async fn answer(
    request: HttpRequest,
    written: web::Data<Written>,
) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request);
    if query.said("format").is_some_and(|format| format != "json") {
        return Err(ApiError::NotFound);
    }
    let accept = request.headers().get(ACCEPT);
    let accept = accept.map_or("*/*", |accept| accept.to_str().unwrap_or_default());
    let ranges = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    let named = |media: &str| {
        ranges
            .clone()
            .any(|range| range.eq_ignore_ascii_case(media))
    };
    let media = if named(OPENAPI) {
        OPENAPI
    } else if [JSON, "application/*", "*/*"].into_iter().any(named) {
        JSON
    } else {
        return Err(ApiError::NotAcceptable);
    };
    Ok(HttpResponse::Ok()
        .content_type(media)
        .body(written.0.clone()))
}
