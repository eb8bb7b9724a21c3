//! What the buttons of a message do: process, send now, cancel, send again, mark as read.

use super::bodies::ResendRequest;
use super::form::too_long;
use crate::answer::actions::{Done, Marked, Run};
use crate::answer::{self, message};
use crate::caller::Caller;
use crate::crud::{Resource, load};
use crate::dispatcher::Waited;
use crate::drf::{ApiError, Body, Id, Value, python_int};
use crate::endpoint::{Endpoint, Operation};
use crate::state::State;
use crate::texts::{MARKED, NOTHING_DUE, ONLY_EMAILS, processed};
use actix_web::http::Method;
use actix_web::{HttpResponse, Route, web};
use messages_core::audience::Rules;
use messages_core::model::Message;
use messages_core::readdress;
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::{Portee, Statut};
use messages_core::waiting;
use serde_json::json;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let endpoint = |path, name, operation| Endpoint {
        path,
        name,
        tag: "messages",
        operations: vec![operation],
    };
    let action = |portee, id, summary, route: fn() -> Route| {
        Operation::new(Method::POST, portee, id, summary, route)
            .answers::<Done<'_>>()
            .refuses(&[400, 404, 409])
    };
    vec![
        endpoint(
            "/api/messages/process_scheduled/",
            "Process scheduled",
            action(
                Portee::Envoi,
                "messages_process_scheduled",
                "Envoie tout ce qui est dû",
                || web::to(process_scheduled),
            )
            .answers::<Run>()
            .refuses(&[]),
        ),
        endpoint(
            "/api/messages/{id}/mark_as_read/",
            "Mark as read",
            action(
                Portee::Ecriture,
                "messages_mark_as_read",
                "Note qu'un e-mail a été lu",
                || web::to(mark_as_read),
            )
            .answers::<Marked>(),
        ),
        endpoint(
            "/api/messages/{id}/send_now/",
            "Send now",
            action(
                Portee::Envoi,
                "messages_send_now",
                "Envoie tout de suite un brouillon ou un message programmé",
                || web::to(send_now),
            )
            .details("La réponse vient après l'envoi, ou au bout de 25 secondes ; l'envoi continue alors."),
        ),
        endpoint(
            "/api/messages/{id}/cancel/",
            "Cancel",
            action(
                Portee::Ecriture,
                "messages_cancel",
                "Annule la programmation, ou arrête ce qui n'est pas encore parti",
                || web::to(cancel),
            ),
        ),
        endpoint(
            "/api/messages/{id}/resend/",
            "Resend",
            action(
                Portee::Envoi,
                "messages_resend",
                "Renvoie à ceux qui sont en échec, incertains ou sans adresse utilisable, aux adresses d'aujourd'hui",
                || web::to(resend),
            )
            .body::<ResendRequest>()
            .details("Avec « envois », seulement à ceux-là. « success » : au moins un destinataire de ce renvoi a été atteint ; sinon « message » dit pourquoi, ou qu'il attend."),
        ),
    ]
}

async fn process_scheduled(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let texts = state.texts;
    let answer = |success, message: String, [processed, sent, failed]: [usize; 3]| {
        answer::ok(&Run {
            success,
            message,
            processed,
            success_count: sent,
            error_count: failed,
        })
    };
    Ok(match state.dispatcher.run().await {
        Waited::Done(done) if done.processed == 0 && done.waiting == 0 => {
            answer(true, NOTHING_DUE.to_owned(), [0; 3])
        }
        Waited::Done(done) => {
            let counts = [done.processed, done.success_count, done.error_count];
            let text = processed(done.processed, done.success_count, done.error_count);
            answer(true, text, counts)
        }
        Waited::GoesOn => answer(true, texts.goes_on().to_owned(), [0; 3]),
        Waited::Failed => answer(false, texts.run_failed().to_owned(), [0; 3]),
        Waited::Refused => answer(false, texts.run_refused().to_owned(), [0; 3]),
    })
}

async fn mark_as_read(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let mark = move |conn: &mut Conn| messages::mark_read(conn, id);
    match state.change(&caller, ONLY_EMAILS, mark).await {
        Ok(()) => Ok(answer::ok(&Marked {
            success: true,
            message: MARKED,
        })),
        Err(ApiError::Conflict(why)) => Err(ApiError::Invalid(json!({ "error": why }))),
        Err(error) => Err(of_message(error)),
    }
}

fn of_message(error: ApiError) -> ApiError {
    error.of_model(Message::MODEL)
}

/// A text that was written before it could be refused.
async fn check_length(state: &State, id: i64) -> Result<(), ApiError> {
    let message: Message = load(state, id).await?;
    match too_long(&state.config, message.r#type, &message.contenu) {
        Some(text) => Err(ApiError::Invalid(json!({ "contenu": [text] }))),
        None => Ok(()),
    }
}

async fn send_now(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    check_length(&state, id).await?;
    let send = move |conn: &mut Conn| messages::send_now(conn, id);
    let due = state.change(&caller, state.texts.not_sendable(), send);
    due.await.map_err(of_message)?;
    sent(&state, id).await
}

async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let cancel = move |conn: &mut Conn| messages::cancel(conn, id);
    let stopped = state.change(&caller, state.texts.not_cancellable(), cancel);
    let stopped = stopped.await.map_err(of_message)?;
    let message: Message = load(&state, id).await?;
    let text = match message.statut {
        Statut::Brouillon => state.texts.cancelled().to_owned(),
        _ => state.texts.stopped(stopped),
    };
    Ok(done(&state, true, text, &message))
}

async fn resend(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let envois = envois_of(&state, &body)?;
    let rules = Rules::new(&state.config);
    check_length(&state, id).await?;
    let resend = move |conn: &mut Conn| readdress::resend(conn, &rules, id, envois.as_deref());
    let again = state.change(&caller, state.texts.not_resendable(), resend);
    let again = again.await.map_err(of_message)?;
    let waited = state.dispatcher.run().await;
    let message: Message = load(&state, id).await?;
    if waited == Waited::Refused {
        let text = state.texts.run_refused().to_owned();
        return Ok(done(&state, false, text, &message));
    }
    let settings = state.config.messages.clone();
    let outcome = state
        .ask(move |conn| waiting::outcome(conn, &settings, id, &again))
        .await?;
    let text = state.texts.sent_again(outcome.reached, outcome.missing);
    Ok(done(&state, outcome.reached > 0, text, &message))
}

/// The optional list of envois.
fn envois_of(state: &State, body: &Body) -> Result<Option<Vec<i64>>, ApiError> {
    let fault = |text: &str| ApiError::Invalid(json!({ "envois": [text] }));
    match body.get("envois") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::List(items)) => items
            .iter()
            .map(|item| {
                // JSON does not tell 3 from 3.0.
                let written = item.python_str();
                python_int(written.strip_suffix(".0").unwrap_or(&written))
            })
            .collect::<Option<Vec<i64>>>()
            .map(Some)
            .ok_or_else(|| fault(state.texts.not_a_number())),
        Some(_) => Err(fault(state.texts.not_a_list())),
    }
}

/// Has a message sent that is due now, and tells what became of it.
pub(super) async fn sent(state: &State, id: i64) -> Result<HttpResponse, ApiError> {
    let waited = state.dispatcher.run().await;
    let message: Message = load(state, id).await?;
    let texts = state.texts;
    let (success, text) = match message.statut {
        _ if waited == Waited::Refused => (false, texts.run_refused().to_owned()),
        Statut::Envoye => (true, texts.sent().to_owned()),
        Statut::Echec => {
            let why = message.details_erreur.clone();
            (false, why.unwrap_or_else(|| texts.not_sent().to_owned()))
        }
        // Its channel is stopped: nothing left, and this is why.
        _ => match message.details_erreur.clone() {
            Some(why) => (false, why),
            None => (true, texts.leaving().to_owned()),
        },
    };
    Ok(done(state, success, text, &message))
}

fn done(state: &State, success: bool, text: String, message: &Message) -> HttpResponse {
    answer::ok(&Done {
        success,
        message: text,
        details: message::short(message, state.config.messages.zone),
    })
}
