//! Around every request, whoever sends it and wherever it leads: what a browser may do with the
//! answer, the answer's headers, the request's number and its line in the log.

pub(crate) mod cors;
pub(crate) mod headers;
pub(crate) mod journal;

use crate::drf::ApiError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, rt};

/// Handles one request from its first to its last moment, also when the client leaves meanwhile:
/// a message that was begun is finished, its answer kept for a repetition, its line logged.
pub(crate) async fn to_the_end<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    // A task of its own: the one of a connection is dropped with it.
    let handled = rt::spawn(async move { next.call(request).await });
    handled.await.unwrap_or_else(|error| {
        log::error!("requete interrompue : {error}");
        Err(ApiError::Internal.into())
    })
}

/// The page that Django shows for an address that leads nowhere.
pub(crate) async fn nowhere() -> HttpResponse {
    HttpResponse::build(ApiError::NotFound.status_code())
        .content_type("text/html; charset=utf-8")
        .body(NOWHERE)
}

const NOWHERE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";
