//! A file in a form, which may be long.

use super::body::{File, gather, read_with_files};
use super::{ApiError, Body, Texts};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use messages_core::piece::TOTAL_MAX;
use messages_core::texts::too_heavy;
use serde_json::json;

/// Bytes of a form beside its file: boundaries, and what is said of it.
const FRAME: usize = 64 * 1024;

/// So much is heard to its end, so that whoever sends it reads the answer: a connection that is hung up
/// on tells nothing.
const HEARD: usize = 256 * 1024 * 1024;

/// Most bytes of a form with a file.
pub(crate) fn upload_max() -> usize {
    usize::try_from(TOTAL_MAX).map_or(usize::MAX, |most| most + FRAME)
}

/// What a form with a file says.
pub(crate) struct Upload {
    /// Its texts.
    pub(crate) body: Body,
    /// Its files.
    pub(crate) files: Vec<File>,
}

/// Reads a form as long as one with a file may be.
///
/// # Errors
/// As [`whole`]; 400 and 415 as of every body.
pub(crate) async fn upload(
    request: &HttpRequest,
    payload: Payload,
    texts: Texts,
) -> Result<Upload, ApiError> {
    let bytes = whole(payload, texts).await?;
    let (body, files) = read_with_files(request, bytes).await?;
    Ok(Upload { body, files })
}

/// Its bytes.
///
/// # Errors
/// 400 with its size when it is longer than any file may be; as [`gather`].
pub(crate) async fn whole(payload: Payload, texts: Texts) -> Result<Bytes, ApiError> {
    let (bytes, length) = gather(payload, upload_max(), HEARD).await?;
    if length > bytes.len() {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let text = too_heavy(texts.0, 0, length);
        return Err(ApiError::Invalid(json!({ "fichier": [text] })));
    }
    Ok(bytes)
}
