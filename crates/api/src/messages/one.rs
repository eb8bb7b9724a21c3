//! One message: written, read, changed, deleted.

use crate::answer;
use crate::answer::message::full;
use crate::answer::parent::ParentJson;
use crate::crud;
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::openapi::Shape;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::config::Messages;
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = |method, portee, id, summary, shape, route| {
        Operation::new(method, portee, id, summary, shape, route)
    };
    let put = one(
        Method::PUT,
        Portee::Ecriture,
        "messages_update",
        "Remplace un message",
        Shape::Message,
        || web::to(crud::change::<Message>),
    );
    let patch = one(
        Method::PATCH,
        Portee::Ecriture,
        "messages_partial_update",
        "Modifie un message",
        Shape::Message,
        || web::to(crud::change::<Message>),
    );
    let delete = one(
        Method::DELETE,
        Portee::Ecriture,
        "messages_destroy",
        "Supprime un message et ses envois",
        Shape::Nothing,
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
                Shape::MessageDetail,
                || web::to(get),
            ),
            put.details("Les champs facultatifs absents gardent leur valeur. Un message en cours d'envoi ou envoyé ne peut plus changer.")
                .body(Shape::MessageBody)
                .refuses(&[409]),
            patch
                .details("« statut »: « brouillon » annule la programmation.")
                .body(Shape::MessagePatch)
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
    let parent = parent.as_ref().map(ParentJson::from);
    Ok(answer::ok(&full(&message, zone, parent, classe.as_ref())))
}

type Detail = (Message, Option<Fiche>, Option<Classe>);

fn detail(conn: &mut Conn, settings: &Messages, id: i64) -> Result<Detail, Error> {
    let message: Message = crud::explained(conn, settings, id)?;
    let parents = Fiche::by_ids(conn, message.parent.as_slice())?;
    let classes = Classe::by_ids(conn, message.classe.as_slice())?;
    Ok((
        message,
        parents.into_iter().next(),
        classes.into_iter().next(),
    ))
}
