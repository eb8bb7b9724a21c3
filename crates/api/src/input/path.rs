//! The path of a request.

use super::fields::python_int;
use crate::error::ApiError;
use actix_web::HttpRequest;

/// The number in the path, as Django's views read it.
///
/// # Errors
/// 404 when it is none.
pub(crate) fn id_of(request: &HttpRequest) -> Result<i64, ApiError> {
    let text = request.match_info().query("id");
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    python_int(&text).ok_or(ApiError::NotFound)
}
