//! Around every request, whoever sends it and wherever it leads: what a browser may do with the
//! answer, the answer's headers, the request's number and its line in the log.

pub(crate) mod address;
pub(crate) mod bounds;
pub(crate) mod cors;
pub(crate) mod headers;
pub(crate) mod journal;

use crate::drf::ApiError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, rt};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

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

/// A handler that panics is an error like others: it has a number, a line and a count, and its
/// `Idempotency-Key` is free again.
pub(crate) async fn caught(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = request.request().clone();
    let handled = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    match handled {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        // The text was logged where it happened.
        Err(_) => Ok(ServiceResponse::from_err(ApiError::Internal, asked)),
    }
}

/// The page that Django shows for an address that leads nowhere.
pub(crate) async fn nowhere() -> HttpResponse {
    HttpResponse::build(ApiError::NotFound.status_code())
        .content_type("text/html; charset=utf-8")
        .body(NOWHERE)
}

const NOWHERE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};
    use messages_core::config::{Config, Vars};

    async fn panics() -> HttpResponse {
        panic!("as a test wants it")
    }

    #[actix_web::test]
    async fn a_panic_is_an_answer() {
        let resource = web::resource("/").to(panics).wrap(from_fn(caught));
        let app = init_service(App::new().service(resource)).await;
        let response = call_service(&app, TestRequest::default().to_request()).await;
        assert_eq!(response.status().as_u16(), 500);
        let error = response.response().error();
        let error = error.and_then(|error| error.as_error::<ApiError>());
        assert_eq!(error, Some(&ApiError::Internal));
    }

    #[test]
    fn an_address_is_believed_from_a_proxy_that_is_named() {
        let config = |text: &str| {
            let vars = [("TRUSTED_PROXIES".to_owned(), text.to_owned())];
            let config = Config::load(Vars::from_pairs(vars)).unwrap();
            config.api.proxies
        };
        let proxies = config("127.0.0.1, 10.0.0.0/8");
        for (peer, said, expected) in [
            ("127.0.0.1:9", "203.0.113.9", "203.0.113.9"),
            ("127.0.0.1:9", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1:9", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
            ("127.0.0.1:9", "unknown", "127.0.0.1"),
            ("127.0.0.1:9", "6.6.6.6, 203.0.113.9:80", "127.0.0.1"),
            ("198.51.100.7:9", "203.0.113.9", "198.51.100.7"),
        ] {
            let request = TestRequest::default()
                .peer_addr(peer.parse().unwrap())
                .insert_header(("X-Forwarded-For", said))
                .to_http_request();
            let found = address::of(&proxies, &request).unwrap();
            assert_eq!(found.to_string(), expected, "{peer} {said}");
        }
    }
}
