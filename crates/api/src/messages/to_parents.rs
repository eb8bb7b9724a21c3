//! The web app's buttons that write to parents at once. Each makes a real message, with envois that
//! can be followed like any other.

use super::bodies::{SendBulkRequest, SendEmailRequest, SendSmsRequest};
use super::confirmation::Confirmation;
use super::form::{SUJET, too_long};
use super::told::Teller;
use crate::answer::actions::{Done, DoneToMany};
use crate::caller::Caller;
use crate::crud;
use crate::drf::{ApiError, Body, Fields, Id, OPTIONAL, REQUIRED};
use crate::endpoint::{Endpoint, Operation};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, Route, web};
use messages_core::model::{Classe, Fiche, NewMessage};
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::{Canal, Portee, Statut};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let action = |id, summary, route: fn() -> Route| {
        Operation::new(Method::POST, Portee::Envoi, id, summary, route)
            .answers::<Done<'_>>()
            .refuses(&[404])
    };
    let to_all = |id, summary, route| {
        action(id, summary, route)
            .answers::<DoneToMany<'_>>()
            .refuses(&[409])
            .details("La réponse vient après l'envoi, ou au bout de 25 secondes ; l'envoi continue alors. « details » est le message, avec le nombre de parents qui l'ont reçu et ce qu'il en est de chacun.")
    };
    let endpoint = |path, name, operation| Endpoint {
        path,
        name,
        tag: "annuaire",
        operations: vec![operation],
    };
    vec![
        endpoint(
            "/api/parents/send_bulk_sms/",
            "Send bulk sms",
            to_all(
                "parents_send_bulk_sms",
                "Envoie un SMS aux parents d'une classe, ou à tous",
                || web::to(|state, caller, body| to_many(state, caller, body, Canal::Sms)),
            )
            .body::<SendBulkRequest>(),
        ),
        endpoint(
            "/api/parents/send_bulk_email/",
            "Send bulk email",
            to_all(
                "parents_send_bulk_email",
                "Envoie un e-mail aux parents d'une classe, ou à tous",
                || web::to(|state, caller, body| to_many(state, caller, body, Canal::Email)),
            )
            .body::<SendBulkRequest>(),
        ),
        endpoint(
            "/api/parents/{id}/send_sms/",
            "Send sms",
            action("parents_send_sms", "Envoie un SMS à un parent", || {
                web::to(|state, caller, id, body| to_one(state, caller, id, body, Canal::Sms))
            })
            .body::<SendSmsRequest>(),
        ),
        endpoint(
            "/api/parents/{id}/send_email/",
            "Send email",
            action(
                "parents_send_email",
                "Envoie un e-mail à un parent",
                || web::to(|state, caller, id, body| to_one(state, caller, id, body, Canal::Email)),
            )
            .body::<SendEmailRequest>(),
        ),
    ]
}

async fn to_one(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
    body: Result<Body, ApiError>,
    canal: Canal,
) -> Result<HttpResponse, ApiError> {
    crud::load::<Fiche>(&state, id).await?;
    let body = body?;
    let mut fields = Fields::new(&body, false, state.texts);
    let sujet = match canal {
        Canal::Email => fields.text("subject", SUJET).flatten(),
        Canal::Sms => None,
    };
    let contenu = fields.text("message", REQUIRED).flatten();
    check_length(&state, &mut fields, "message", canal, contenu.as_deref());
    fields.check()?;
    let new = NewMessage {
        sujet,
        parent: Some(id),
        ..now(canal, contenu.unwrap_or_default())
    };
    let teller = Teller::of_own(&state, &caller);
    let id = write(&state, &caller, &teller, new, None).await?;
    teller.sent(&state, &caller, id).await
}

fn check_length(
    state: &State,
    fields: &mut Fields<'_>,
    name: &str,
    canal: Canal,
    contenu: Option<&str>,
) {
    if let Some(text) = too_long(&state.config, canal, contenu.unwrap_or_default()) {
        fields.fault(name, text);
    }
}

/// A message to everybody that is due as soon as it is written.
const fn now(canal: Canal, contenu: String) -> NewMessage {
    NewMessage {
        r#type: canal,
        sujet: None,
        contenu,
        contenu_html: None,
        parent: None,
        classe: None,
        est_message_groupe: false,
        statut: Statut::Programme,
        date_programmee: None,
    }
}

async fn to_many(
    state: web::Data<State>,
    caller: Caller,
    body: Body,
    canal: Canal,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::new(&body, false, state.texts);
    let said: Option<Canal> = fields.choice("type", false);
    if let Some(other) = said.filter(|said| *said != canal) {
        let text = state.texts.not_a_choice(other.as_str());
        fields.fault("type", text);
    }
    let rule = match canal {
        Canal::Email => SUJET,
        Canal::Sms => OPTIONAL,
    };
    let sujet = fields.text("sujet", rule).flatten();
    let contenu = fields.text("contenu", REQUIRED).flatten();
    check_length(&state, &mut fields, "contenu", canal, contenu.as_deref());
    let classe = fields.key("classe_id").flatten();
    let all = fields.switch("tous_parents").unwrap_or_default();
    if let Some(key) = &classe {
        let id = key.id;
        let known = state.ask(move |conn| Classe::existing(conn, &[id])).await?;
        if known.is_empty() {
            fields.fault("classe_id", state.texts.no_object(&key.written));
        }
    }
    // Neither is a slip, and so is both: the message would go to more people than the class.
    if classe.is_some() == all {
        fields.fault("classe_id", state.texts.nobody_named());
    }
    let confirmation = Confirmation::read(&mut fields, &state.config);
    fields.check()?;
    let new = NewMessage {
        sujet,
        classe: classe.map(|key| key.id),
        est_message_groupe: true,
        ..now(canal, contenu.unwrap_or_default())
    };
    let teller = Teller::of_own(&state, &caller);
    let id = write(&state, &caller, &teller, new, Some(confirmation)).await?;
    teller.sent_to_many(&state, &caller, id).await
}

/// Writes a message that is due at once, and returns its number.
async fn write(
    state: &State,
    caller: &Caller,
    teller: &Teller,
    new: NewMessage,
    confirmation: Option<Confirmation>,
) -> Result<i64, ApiError> {
    let teller = teller.clone();
    let write = move |conn: &mut Conn| {
        let date_programmee = Some(conn.now()?);
        let new = NewMessage {
            date_programmee,
            ..new
        };
        let id = messages::insert(conn, &new)?;
        if let Some(confirmation) = confirmation {
            confirmation.check(conn, id)?;
        }
        Ok((id, teller.begun(conn, id)?))
    };
    let conflict = state.texts.conflict();
    let (id, _) = state.carry_out(caller, conflict, write).await?;
    Ok(id)
}
