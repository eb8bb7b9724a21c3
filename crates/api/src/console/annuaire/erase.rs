//! A parent who asks to be forgotten.

use super::list;
use super::parent::path;
use crate::condition::Condition;
use crate::console::Page;
use crate::console::acts::Ask;
use crate::console::frame::{Frame, Notice, Section, see, shown};
use crate::console::names::of_parent;
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::crud;
use crate::drf::{ApiError, Id};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::model::Fiche;
use messages_core::vocabulary::Portee;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/parents/{id}/effacer/")
            .get(Portee::Ecriture, || web::to(ask))
            .post(Portee::Ecriture, || web::to(erase)),
    ]
}

async fn ask(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    // Who only writes is told of nobody.
    visitor.must(Portee::Lecture)?;
    let fiche: Fiche = crud::load(&state, id).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    let begin = f.t("Effacer", "Erase");
    let title = match f.code() {
        "fr" => format!("{begin} {}\u{a0}?", of_parent(&fiche)),
        _ => format!("{begin} {}?", of_parent(&fiche)),
    };
    let lines = [
        f.t(
            "Son nom, son numéro, son e-mail et son adresse disparaissent partout, aussi là où des messages sont déjà partis. Ce qui a été écrit à ce parent seul est oublié.",
            "The name, the number, the mailbox and the address go, everywhere, from messages that have left too. What was written to this parent alone is forgotten.",
        ),
        f.t(
            "Ce qui devait encore partir vers ce parent ne part pas. Ses enfants et les chiffres des messages restent.",
            "What was still to leave for this parent does not. The children and the numbers of messages stay.",
        ),
        f.t(
            "Effacez aussi cette personne là d’où vient l’annuaire (application, fichier), sinon le prochain import la ramène.",
            "Erase this person where the directory comes from (application, file) too, or the next import brings them back.",
        ),
    ];
    let button = f.t("Effacer définitivement", "Erase for good").to_owned();
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines: lines.map(str::to_owned).to_vec(),
        button,
        grave: true,
        count: None,
        tag: None,
    })
}

async fn erase(state: web::Data<State>, visitor: Visitor, Id(id): Id) -> HttpResponse {
    let texts = state.texts;
    let words = Words::of(&state.config.messages);
    match crud::delete::<Fiche>(state, visitor.once_more(), Condition::NONE, Id(id)).await {
        Ok(_) => {
            let text = words.t("Ce parent est effacé.", "This parent is erased.");
            see(list::PATH, Some(&Notice::new(true, text.to_owned())))
        }
        Err(error) => see(&path(id), Some(&Notice::refused(&error, texts))),
    }
}
