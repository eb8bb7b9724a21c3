//! Whether the client takes JSON: `Accept`, `?format=` and the ending of the path.

use crate::drf::{ApiError, Query};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::ACCEPT;

/// Lets a request through when it may be answered with JSON (or with the endpoint's own format,
/// which handlers of other formats check themselves).
///
/// # Errors
/// 404 for an unknown format, 406.
pub(super) fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    let query = Query::of(request.request());
    // The ending of the path counts more than the query.
    let ending = request.match_info().get("format");
    if ending
        .or(query.said("format"))
        .is_some_and(|format| format != "json")
    {
        return Err(ApiError::NotFound);
    }
    let mut accept = request.headers().get_all(ACCEPT).peekable();
    if accept.peek().is_none() {
        return Ok(());
    }
    let accepted = accept.any(|accept| {
        accept
            .to_str()
            .unwrap_or_default()
            .split(',')
            .any(takes_json)
    });
    if accepted {
        Ok(())
    } else {
        Err(ApiError::NotAcceptable)
    }
}

fn takes_json(range: &str) -> bool {
    let essence = range.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence.split_once('/').is_some_and(|(main, sub)| {
        matches!(main, "*" | "application") && matches!(sub, "*" | "json")
    })
}
