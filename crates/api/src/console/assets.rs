//! What pages are made of besides: one style sheet, one script of ours, htmx, a picture.

use super::Page;
use crate::drf::ApiError;
use crate::endpoint::Access;
use actix_web::http::header::{CACHE_CONTROL, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::digest::sha256;

const FILES: [(&str, &str, &str); 4] = [
    (
        "console.css",
        "text/css; charset=utf-8",
        include_str!("assets/console.css"),
    ),
    (
        "console.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/console.js"),
    ),
    (
        "htmx.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/htmx-2.0.11.min.js"),
    ),
    (
        "icone.svg",
        "image/svg+xml",
        include_str!("assets/icone.svg"),
    ),
];

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new("/console/statique/{nom}/").get(Access::Public, || web::to(file))]
}

async fn file(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let asked = request
        .match_info()
        .query("nom")
        .trim_end_matches('/')
        .to_owned();
    let mut files = FILES.iter();
    let (_, media, text) = files
        .find(|(name, _, _)| *name == asked)
        .ok_or(ApiError::NotFound)?;
    let tag = format!("\"{}\"", sha256(text.as_bytes()));
    let known = request.headers().get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(HttpResponse::NotModified().finish());
    }
    Ok(HttpResponse::Ok()
        .content_type(*media)
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header(("ETag", tag))
        .body(*text))
}

#[cfg(test)]
mod tests {
    use messages_core::digest::sha256;

    /// As npm has it: `npm pack htmx.org@2.0.11`, `dist/htmx.min.js`.
    #[test]
    fn htmx_is_the_one_that_was_published() {
        assert_eq!(
            sha256(include_bytes!("assets/htmx-2.0.11.min.js")),
            "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
        );
    }
}
