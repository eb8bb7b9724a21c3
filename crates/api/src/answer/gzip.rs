//! Long answers in fewer bytes.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A shorter answer fits into one or two packets anyway.
const LONG: usize = 2048;

/// The answer, smaller if it is long and the client can read that. What is sent piece by piece stays as
/// it is: a piece is not to wait for the next.
pub(crate) fn smaller(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if !is_read_by(request) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(stream) => return head.set_body(stream),
    };
    match compressed(&body).filter(|_| body.len() > LONG) {
        Some(small) => {
            let headers = head.headers_mut();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            head.set_body(BoxBody::new(small))
        }
        None => head.set_body(BoxBody::new(body)),
    }
}

fn compressed(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// True when the client names gzip, and not as what it does not want.
fn is_read_by(request: &HttpRequest) -> bool {
    let said = request.headers().get_all(ACCEPT_ENCODING);
    let said = said.filter_map(|said| said.to_str().ok());
    said.flat_map(|said| said.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map(str::trim);
        name.trim().eq_ignore_ascii_case("gzip")
            && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
    })
}
