//! `/api/docs/`: the documentation to read and to try, all of it from this program.

use crate::drf::ApiError;
use crate::endpoint::{Access, Endpoint, Operation};
use crate::schema::{Answer, HTML};
use actix_web::http::Method;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::Arc;
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

/// Where the page is.
pub(super) const PAGE: &str = "/api/docs/";

/// Only what this server answers. The page sets styles on its elements, and its icons are `data:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/// The page itself.
pub(super) async fn page() -> Result<HttpResponse, ApiError> {
    let file = find("index.html")?;
    // Served without its last slash too, it would look for its files one folder up.
    let html = String::from_utf8_lossy(&file.bytes)
        .replacen("lang=\"en\"", "lang=\"fr\"", 1)
        .replacen("<head>", &format!("<head>\n    <base href=\"{PAGE}\">"), 1)
        .replacen("<title>Swagger UI", "<title>Messages programmés", 1);
    Ok(HttpResponse::Ok()
        .content_type(format!("{HTML}; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(html))
}

/// Its scripts and styles, which nobody asks for by themselves: not in the document.
pub(super) fn files() -> Endpoint {
    let file = Operation::new(Method::GET, Access::Public, "", "", || web::to(file))
        .tells(Answer::Text(HTML, super::PAGE));
    Endpoint {
        path: "/api/docs/{fichier}/",
        name: "Docs file",
        tag: "",
        operations: vec![file],
    }
}

async fn file(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let file = find(request.match_info().query("fichier"))?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header(ContentEncoding::Gzip);
    }
    Ok(response
        .content_type(file.content_type.as_str())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(web::Bytes::from(file.bytes.into_owned())))
}

fn find(name: &str) -> Result<SwaggerFile<'static>, ApiError> {
    let config = Config::new([super::DOCUMENT])
        // Nobody else is asked whether the document is sound.
        .validator_url("none")
        .use_base_layout()
        .persist_authorization(false)
        .display_request_duration(true)
        .try_it_out_enabled(false);
    match serve(name, Arc::new(config)) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(ApiError::NotFound),
        Err(error) => {
            log::error!("{error}");
            Err(ApiError::Internal)
        }
    }
}
