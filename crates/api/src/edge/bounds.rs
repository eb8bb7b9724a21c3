//! How long the head of a request may be.

use crate::answer;
use crate::drf::ApiError;
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, web};

/// Bytes of an address with its query: every filter, and a search of twenty long words.
const ADDRESS: usize = 16 * 1024;

/// Bytes of all headers: a token with many claims, and what proxies add.
const HEADERS: usize = 64 * 1024;

/// Lets through what has a head of a usual length.
pub(crate) async fn bounds(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let uri = request.uri().path_and_query();
    let address = uri.map_or(0, |uri| uri.as_str().len());
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let status = if address > ADDRESS {
        StatusCode::URI_TOO_LONG
    } else if headers > HEADERS {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    } else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let body = ApiError::TooLarge.body(state.texts);
    Ok(request.into_response(answer::json(status, &body)))
}
