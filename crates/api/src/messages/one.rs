//! One message: written, read, changed, deleted.

use super::bodies::MessageRequest;
use crate::answer;
use crate::answer::annuaire::{ClasseJson, ParentJson};
use crate::answer::message::{MessageDetail, MessageShort, full};
use crate::crud;
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::config::Messages;
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one =
        |method, portee, id, summary, route| Operation::new(method, portee, id, summary, route);
    let put = one(
        Method::PUT,
        Portee::Ecriture,
        "messages_update",
        "Remplace un message",
        || web::to(crud::change::<Message>),
    );
    let patch = one(
        Method::PATCH,
        Portee::Ecriture,
        "messages_partial_update",
        "Modifie un message",
        || web::to(crud::change::<Message>),
    );
    let delete = one(
        Method::DELETE,
        Portee::Ecriture,
        "messages_destroy",
        "Supprime un message et ses envois",
        || web::to(crud::delete::<Message>),
    );
    vec![Endpoint {
        path: "/api/messages/{id}/",
        name: "Message Instance",
        tag: "messages",
        operations: vec![
            one(
                Method::GET,
                Portee::Lecture,
                "messages_retrieve",
                "Un message, son parent et sa classe",
                || web::to(get),
            )
            .answers::<MessageDetail<'_>>(),
            put.details("Les champs facultatifs absents gardent leur valeur. Un message en cours d'envoi ou envoyé ne peut plus changer.")
                .body::<MessageRequest>()
                .answers::<MessageShort<'_>>()
                .refuses(&[409]),
            patch
                .details("« statut »: « brouillon » annule la programmation.")
                .body::<MessageRequest>()
                .answers::<MessageShort<'_>>()
                .refuses(&[409]),
            delete.status(204).refuses(&[409]),
        ],
    }]
}

async fn get(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let settings = state.config.messages.clone();
    let found = state.ask(move |conn| detail(conn, &settings, id)).await;
    let (message, parent, classe) =
        found.map_err(|error| error.of_model(<Message as crud::Resource>::MODEL))?;
    let zone = state.config.messages.zone;
    Ok(answer::ok(&full(&message, zone, parent, classe)))
}

type Detail = (Message, Option<ParentJson>, Option<ClasseJson>);

fn detail(conn: &mut Conn, settings: &Messages, id: i64) -> Result<Detail, Error> {
    let message: Message = crud::explained(conn, settings, id)?;
    let parents = Fiche::by_ids(conn, message.parent.as_slice())?;
    let classes = Classe::by_ids(conn, message.classe.as_slice())?;
    let parent = parents.into_iter().next().map(ParentJson::from);
    let classe = classes.into_iter().next().map(ClasseJson::from);
    Ok((message, parent, classe))
}
