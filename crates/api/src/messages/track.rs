//! The picture that tells of reading: always the same answer, so that nothing can be learnt here.

use crate::endpoint::{Access, Endpoint, Operation};
use crate::schema::Answer;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::store::envois;

/// A transparent picture of one dot (GIF89a).
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// Where the picture is.
pub(crate) const PATH: &str = "/api/messages/track/{jeton}/";

/// Reading follows nobody who did not agree: the endpoint is documented everywhere, and exists only
/// where it is switched on. A mail program has no key, so it is public.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let operation = Operation::new(
        Method::GET,
        Access::Public,
        "messages_track",
        "Image invisible d'un e-mail, qui note sa lecture",
        || web::to(picture),
    )
    .tells(Answer::Picture);
    vec![Endpoint {
        path: PATH,
        name: "Track",
        tag: "messages",
        operations: vec![operation.refuses(&[404])],
    }]
}

async fn picture(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let token = request.match_info().query("jeton").to_owned();
    // Whatever the database says, the reader sees the picture; what failed was logged.
    state
        .ask(move |conn| envois::mark_read(conn, &token))
        .await
        .ok();
    HttpResponse::Ok().content_type("image/gif").body(PICTURE)
}
