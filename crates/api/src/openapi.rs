//! The documentation: an OpenAPI document made from the table of endpoints, and a page to read it.

mod about;
mod examples;
mod form;
mod kit;
mod links;
mod operation;
mod page;
mod parameters;
mod refusals;
mod schemas;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use shape::Shape;

use crate::drf::{ApiError, Query};
use crate::endpoint::{Access, Endpoint, Kind, Operation, Parameter};
use actix_web::http::Method;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder};

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
    let read = |id, summary, shape, route| {
        Operation::new(Method::GET, Access::Public, id, summary, shape, route)
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
        Shape::Document,
        || web::to(answer),
    );
    let docs = read(
        "docs",
        "La documentation, à lire et à essayer",
        Shape::Page,
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
                    kind: Kind::Words(&["json"]),
                }])
                .refuses(&[404, 406]),
        ),
        endpoint(page::PAGE, "Docs", docs),
    ]
}

/// The whole document. What has no summary is not in it.
fn document(endpoints: &[Endpoint]) -> OpenApi {
    let mut paths = PathsBuilder::new().build();
    for endpoint in endpoints {
        let operations = endpoint.operations.iter();
        for operation in operations.filter(|operation| !operation.summary.is_empty()) {
            if let Some(method) = operation::method(&operation.method) {
                let gated = operation.access != Access::Public;
                let documented = operation::of(endpoint, operation, gated);
                paths.add_path_operation(endpoint.path, vec![method], documented);
            }
        }
    }
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas::all() {
        components = components.schema(name, schema);
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
    let media = if named(shape::OPENAPI) {
        shape::OPENAPI
    } else if [shape::JSON, "application/*", "*/*"].into_iter().any(named) {
        shape::JSON
    } else {
        return Err(ApiError::NotAcceptable);
    };
    Ok(HttpResponse::Ok()
        .content_type(media)
        .body(written.0.clone()))
}
