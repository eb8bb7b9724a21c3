//! By which channels a parent wants to be written to. A button for each, so that nobody who mends a number
//! takes back what the parent has just refused.

use super::parent::{change, path};
use crate::console::Page;
use crate::console::frame::{Notice, see};
use crate::console::sent::{Sent, body};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::drf::{ApiError, Id, Value};
use crate::state::State;
use actix_web::{HttpResponse, web};
use messages_core::vocabulary::{Canal, Portee};

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new("/console/parents/{id}/notifications/").post(Portee::Ecriture, || web::to(set))]
}

async fn set(
    state: web::Data<State>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let wanted = match sent.text("recevoir").as_str() {
        "oui" => true,
        "non" => false,
        _ => return Err(ApiError::NotFound),
    };
    let canal = sent.text("canal").parse().ok();
    let canal: Canal = canal.ok_or(ApiError::NotFound)?;
    let member = match canal {
        Canal::Sms => "notifications_sms",
        Canal::Email => "notifications_email",
    };
    let said = body([(member, Value::Bool(wanted))]);
    let notice = match change(&state, &visitor, id, said).await {
        Ok(_) => {
            let words = Words::of(&state.config.messages);
            Notice::new(true, done(words, canal, wanted).to_owned())
        }
        Err(error @ (ApiError::Conflict(_) | ApiError::Stale)) => {
            Notice::refused(&error, state.texts)
        }
        Err(error) => return Err(error),
    };
    Ok(see(&path(id), Some(&notice)))
}

fn done(words: Words, canal: Canal, wanted: bool) -> &'static str {
    match (canal, wanted) {
        (Canal::Sms, true) => words.t(
            "Ce parent reçoit désormais des SMS.",
            "This parent gets SMS from now on.",
        ),
        (Canal::Sms, false) => words.t(
            "Ce parent ne reçoit plus de SMS.",
            "This parent gets no more SMS.",
        ),
        (Canal::Email, true) => words.t(
            "Ce parent reçoit désormais des e-mails.",
            "This parent gets emails from now on.",
        ),
        (Canal::Email, false) => words.t(
            "Ce parent ne reçoit plus d’e-mails.",
            "This parent gets no more emails.",
        ),
    }
}
