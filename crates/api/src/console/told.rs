//! What the handlers of the API answer, as sentences for a page.

use super::frame::Notice;
use crate::drf::{ApiError, Texts};
use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use serde_json::Value;

/// The JSON of an answer; of one that was given before to the same form, the same.
///
/// # Errors
/// As the handler.
pub(super) async fn answer(done: Result<HttpResponse, ApiError>) -> Result<Value, ApiError> {
    let text = match done {
        Ok(response) => to_bytes(response.into_body()).await.map_err(|error| {
            log::error!("console : {error}");
            ApiError::Internal
        })?,
        Err(ApiError::Repeated(first)) => first.corps.into_bytes().into(),
        Err(error) => return Err(error),
    };
    Ok(serde_json::from_slice(&text).unwrap_or_default())
}

/// What became of a button of a message.
pub(super) async fn notice(done: Result<HttpResponse, ApiError>, texts: Texts) -> Notice {
    match answer(done).await {
        Ok(answer) => {
            let text = answer.get("message").and_then(Value::as_str);
            let good = answer.get("success").and_then(Value::as_bool);
            Notice::new(good.unwrap_or(true), text.unwrap_or_default().to_owned())
        }
        Err(error) => Notice::refused(&error, texts),
    }
}
