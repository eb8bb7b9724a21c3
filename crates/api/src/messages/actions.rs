//! What the buttons of a message do: process, send now, cancel, send again, mark as read.

use super::bodies::{ResendRequest, SendNowRequest};
use super::confirmation::Confirmation;
use super::form::{is_to_all, too_long};
use super::told::{Teller, run};
use crate::answer;
use crate::answer::actions::{Done, Marked, Run};
use crate::caller::Caller;
use crate::crud::{Resource, explained, load};
use crate::dispatcher::Waited;
use crate::drf::{ApiError, Body, Id, Value, python_int};
use crate::endpoint::{Endpoint, Operation};
use crate::state::State;
use crate::texts::{MARKED, NOTHING_DUE, ONLY_EMAILS, processed};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, Route, web};
use messages_core::audience::Rules;
use messages_core::model::Message;
use messages_core::readdress;
use messages_core::store::{Conn, historique, messages};
use messages_core::vocabulary::{Action, Objet, Portee, Statut};
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
            .body::<SendNowRequest>()
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
                "Renvoie à ceux qui sont en échec, incertains ou sans adresse utilisable, aux adresses d'aujourd'hui ; nommés dans « envois », aussi à ceux qui sont non remis",
                || web::to(resend),
            )
            .body::<ResendRequest>()
            .details("Avec « envois », seulement à ceux-là. « success » : au moins un destinataire de ce renvoi a été atteint ; sinon « message » dit pourquoi, ou qu'il attend."),
        ),
    ]
}

async fn process_scheduled(
    state: web::Data<State>,
    caller: Caller,
) -> Result<HttpResponse, ApiError> {
    let texts = state.texts;
    let answer = |success, message: String, [processed, sent, failed]: [usize; 3]| {
        let run = Run {
            success,
            message,
            processed,
            success_count: sent,
            error_count: failed,
        };
        answer::written(StatusCode::OK, &run)
    };
    let begun = move |conn: &mut Conn| {
        historique::note(conn, Action::Lance, Objet::Traitement, None)?;
        Ok(((), answer(true, texts.goes_on().to_owned(), [0; 3])))
    };
    state.carry_out(&caller, texts.conflict(), begun).await?;
    let told = match state.dispatcher.run().await {
        Waited::Done(done) if done.processed == 0 && done.waiting == 0 => {
            answer(true, NOTHING_DUE.to_owned(), [0; 3])
        }
        Waited::Done(done) => {
            let counts = [done.processed, done.success_count, done.error_count];
            let text = processed(done.processed, done.success_count, done.error_count);
            let stopped = done
                .stopped
                .iter()
                .map(|arret| texts.stopped_channel(arret));
            let text = [text].into_iter().chain(stopped).collect::<Vec<_>>();
            answer(done.stopped.is_empty(), text.join(". "), counts)
        }
        Waited::GoesOn => answer(true, texts.goes_on().to_owned(), [0; 3]),
        Waited::Failed => answer(false, texts.run_failed().to_owned(), [0; 3]),
        Waited::Refused => answer(false, texts.run_refused().to_owned(), [0; 3]),
        Waited::Held => answer(false, texts.run_held().to_owned(), [0; 3]),
    };
    Ok(state.tell(&caller, told).await)
}

async fn mark_as_read(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let mark = move |conn: &mut Conn| {
        messages::mark_read(conn, id)?;
        let marked = Marked {
            success: true,
            message: MARKED,
        };
        Ok(((), answer::written(StatusCode::OK, &marked)))
    };
    match state.carry_out(&caller, ONLY_EMAILS, mark).await {
        Ok(((), marked)) => Ok(answer::said(marked)),
        Err(ApiError::Conflict(why)) => Err(ApiError::Invalid(json!({ "error": why }))),
        Err(error) => Err(of_message(error)),
    }
}

fn of_message(error: ApiError) -> ApiError {
    error.of_model(Message::MODEL)
}

/// What may stand in a draft, or was written before it could be refused, but does not leave.
async fn check_sendable(state: &State, id: i64) -> Result<(), ApiError> {
    let message: Message = load(state, id).await?;
    if let Some(text) = too_long(&state.config, message.r#type, &message.contenu) {
        return Err(ApiError::Invalid(json!({ "contenu": [text] })));
    }
    if message.parent.is_some() && is_to_all(&message.into()) {
        let text = [state.texts.wider_than_meant()];
        let faults = json!({ "parent": text, "est_message_groupe": text });
        return Err(ApiError::Invalid(faults));
    }
    Ok(())
}

async fn send_now(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    // That there is none is told before what is wrong with the body.
    check_sendable(&state, id).await?;
    let confirmation = Confirmation::read_alone(&state, &body)?;
    send(state, caller, id, confirmation).await
}

/// Has a message leave at once.
pub(crate) async fn send(
    state: web::Data<State>,
    caller: Caller,
    id: i64,
    confirmation: Confirmation,
) -> Result<HttpResponse, ApiError> {
    check_sendable(&state, id).await?;
    let teller = Teller::of(&state, &caller);
    let begun = teller.clone();
    let send = move |conn: &mut Conn| {
        messages::send_now(conn, id)?;
        confirmation.check(conn, id)?;
        Ok(((), begun.begun(conn, id)?))
    };
    let due = state.carry_out(&caller, state.texts.not_sendable(), send);
    due.await.map_err(of_message)?;
    teller.sent(&state, &caller, id).await
}

pub(crate) async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let (texts, settings) = (state.texts, state.config.messages.clone());
    let teller = Teller::of(&state, &caller);
    let cancel = move |conn: &mut Conn| {
        let stopped = messages::cancel(conn, id)?;
        let message: Message = explained(conn, &settings, id)?;
        let text = match message.statut {
            Statut::Brouillon => texts.cancelled().to_owned(),
            _ => texts.stopped(stopped),
        };
        Ok(((), teller.done(true, text, &message)))
    };
    let stopped = state.carry_out(&caller, texts.not_cancellable(), cancel);
    let ((), told) = stopped.await.map_err(of_message)?;
    Ok(answer::said(told))
}

pub(crate) async fn resend(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let envois = envois_of(&state, &body)?;
    let confirmation = Confirmation::read_alone(&state, &body)?;
    let rules = Rules::new(&state.config);
    check_sendable(&state, id).await?;
    let teller = Teller::of(&state, &caller);
    let begun = teller.clone();
    let resend = move |conn: &mut Conn| {
        let again = readdress::resend(conn, &rules, id, envois.as_deref())?;
        confirmation.hold(again.envois.len())?;
        Ok((again, begun.begun(conn, id)?))
    };
    let again = state.carry_out(&caller, state.texts.not_resendable(), resend);
    let (again, _) = again.await.map_err(of_message)?;
    let (waited, message) = run(&state, id).await?;
    if let Some(text) = waited.refusal(state.texts) {
        let text = text.to_owned();
        return Ok(state
            .tell(&caller, teller.done(false, text, &message))
            .await);
    }
    let settings = state.config.messages.clone();
    let outcome = state
        .ask(move |conn| waiting::outcome(conn, &settings, id, &again))
        .await?;
    let text = state.texts.sent_again(outcome.reached, outcome.missing);
    let told = teller.done(outcome.reached > 0, text, &message);
    Ok(state.tell(&caller, told).await)
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
