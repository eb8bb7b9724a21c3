//! The files that travel with an e-mail: chosen, taken away, looked at.

use super::Page;
use super::frame::{Notice, see};
use super::one::path;
use super::sent::Sent;
use super::visitor::Visitor;
use super::words::Words;
use crate::drf::{ApiError, Id, upload_max};
use crate::messages::attachments;
use crate::state::State;
use actix_web::{HttpResponse, web};
use messages_core::store::pieces;
use messages_core::vocabulary::Portee;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/{id}/joindre/")
            .of_files(upload_max())
            .post(Portee::Ecriture, || web::to(attach)),
        Page::new("/console/pieces/{id}/").get(Portee::Lecture, || web::to(attachments::read)),
        Page::new("/console/pieces/{id}/retirer/").post(Portee::Ecriture, || web::to(remove)),
    ]
}

fn told(state: &State, done: &Result<HttpResponse, ApiError>, [fr, en]: [&str; 2]) -> Notice {
    let words = Words::of(&state.config.messages);
    match done {
        Ok(_) | Err(ApiError::Repeated(_)) => Notice::new(true, words.t(fr, en).to_owned()),
        Err(error) => Notice::refused(error, state.texts),
    }
}

async fn attach(state: web::Data<State>, visitor: Visitor, Id(id): Id, sent: Sent) -> HttpResponse {
    let done = attachments::attach(&state, &visitor.caller, id, sent.into_upload()).await;
    let text = ["Le fichier est joint.", "The file is attached."];
    see(&path(id), Some(&told(&state, &done, text)))
}

async fn remove(
    state: web::Data<State>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let piece = state.ask(move |conn| pieces::one(conn, id)).await?;
    let done = attachments::remove(state.clone(), visitor.once_more(), Id(id)).await;
    let text = ["Le fichier est retiré.", "The file is taken away."];
    Ok(see(&path(piece.message), Some(&told(&state, &done, text))))
}
