//! Headers of every answer, as Django's security middleware sets them.

use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::DefaultHeaders;

/// Sets what an answer does not say itself.
pub(crate) fn security() -> DefaultHeaders {
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
        .add((header::REFERRER_POLICY, "same-origin"))
        .add((opener, "same-origin"))
        .add((header::CACHE_CONTROL, "no-store"))
        .add((header::VARY, "origin"))
}
