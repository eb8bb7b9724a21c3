//! One message: written, read, changed, deleted.

use super::bodies::MessageRequest;
use super::{MODEL, form};
use crate::answer::message::{MessageDetail, MessageShort};
use crate::answer::{self, message};
use crate::directory::classes::ClasseJson;
use crate::directory::parents::ParentJson;
use crate::endpoint::{Endpoint, Operation};
use crate::error::ApiError;
use crate::input::body::{self, MAX_BODY};
use crate::input::path::id_of;
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::config::Messages;
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, Error, messages};
use messages_core::vocabulary::Portee;
use messages_core::waiting;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one =
        |method, portee, id, summary, route| Operation::new(method, portee, id, summary, route);
    let put = one(
        Method::PUT,
        Portee::Ecriture,
        "messages_update",
        "Remplace un message",
        || web::to(put),
    );
    let patch = one(
        Method::PATCH,
        Portee::Ecriture,
        "messages_partial_update",
        "Modifie un message",
        || web::to(patch),
    );
    let delete = one(
        Method::DELETE,
        Portee::Ecriture,
        "messages_destroy",
        "Supprime un message et ses envois",
        || web::to(delete),
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

/// Reads a message, or says that there is none.
pub(super) async fn load(state: &State, id: i64) -> Result<Message, ApiError> {
    let settings = state.config.messages.clone();
    let found = state.ask(move |conn| explained(conn, &settings, id)).await;
    found.map_err(|error| error.of_model(MODEL))
}

fn explained(conn: &mut Conn, settings: &Messages, id: i64) -> Result<Message, Error> {
    let mut message = messages::one(conn, id)?;
    waiting::explain(conn, settings, std::slice::from_mut(&mut message))?;
    Ok(message)
}

pub(super) async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let bytes = body::take(payload, MAX_BODY).await?;
    let body = body::read(&request, bytes).await?;
    let new = form::new(&state, &body).await?;
    let created = state
        .ask(move |conn| {
            let id = messages::insert(conn, &new)?;
            messages::one(conn, id)
        })
        .await?;
    let zone = state.config.messages.zone;
    Ok(answer::json(
        StatusCode::CREATED,
        &message::short(&created, zone),
    ))
}

async fn get(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let id = id_of(&request)?;
    let settings = state.config.messages.clone();
    let found = state.ask(move |conn| detail(conn, &settings, id)).await;
    let (message, parent, classe) = found.map_err(|error| error.of_model(MODEL))?;
    let zone = state.config.messages.zone;
    Ok(answer::ok(&message::full(&message, zone, parent, classe)))
}

type Detail = (Message, Option<ParentJson>, Option<ClasseJson>);

fn detail(conn: &mut Conn, settings: &Messages, id: i64) -> Result<Detail, Error> {
    let message = explained(conn, settings, id)?;
    let parents = Fiche::by_ids(conn, message.parent.as_slice())?;
    let classes = Classe::by_ids(conn, message.classe.as_slice())?;
    let parent = parents.into_iter().next().map(ParentJson::from);
    let classe = classes.into_iter().next().map(ClasseJson::from);
    Ok((message, parent, classe))
}

async fn put(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    change(&state, &request, payload, false).await
}

async fn patch(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    change(&state, &request, payload, true).await
}

async fn change(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
    partial: bool,
) -> Result<HttpResponse, ApiError> {
    let id = id_of(request)?;
    let mut present = load(state, id).await?;
    let bytes = body::take(payload, MAX_BODY).await?;
    let body = body::read(request, bytes).await?;
    let changed = loop {
        let edit = form::changed(state, &body, Some(&present), partial).await?;
        let seen = present;
        let changed = state
            .ask_or(state.texts.not_editable(), move |conn| {
                messages::update(conn, &seen, &edit)?;
                messages::one(conn, id)
            })
            .await;
        match changed {
            // What this request does not name is to stay as somebody else has just made it.
            Err(ApiError::Stale) => present = load(state, id).await?,
            other => break other.map_err(|error| error.of_model(MODEL))?,
        }
    };
    let zone = state.config.messages.zone;
    Ok(answer::ok(&message::short(&changed, zone)))
}

async fn delete(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let id = id_of(&request)?;
    state
        .ask_or(state.texts.not_deletable(), move |conn| {
            messages::delete(conn, id)
        })
        .await
        .map_err(|error| error.of_model(MODEL))?;
    Ok(HttpResponse::NoContent().finish())
}
