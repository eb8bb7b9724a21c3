//! The buttons of a message. Each that makes something leave, or go away, first says what it will do, with
//! numbers; it is done by the handler of the API.

use super::Page;
use super::faults::sentences;
use super::frame::{Frame, Notice, Section, see, shown};
use super::list;
use super::one::path;
use super::sent::{Sent, body};
use super::told;
use super::visitor::Visitor;
use super::words::Words;
use crate::caller::Caller;
use crate::condition::Condition;
use crate::crud;
use crate::drf::{ApiError, Id, Value};
use crate::messages::actions;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use askama::Template;
use messages_core::model::Message;
use messages_core::preview;
use messages_core::segments;
use messages_core::store::Conn;
use messages_core::store::envois::recipients;
use messages_core::vocabulary::{Canal, Etat, Portee};
use std::time::Duration;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/{id}/envoyer/")
            .get(Portee::Envoi, || web::to(ask_send))
            .post(Portee::Envoi, || web::to(send)),
        Page::new("/console/messages/{id}/renvoyer/")
            .get(Portee::Envoi, || web::to(ask_resend))
            .post(Portee::Envoi, || web::to(resend)),
        Page::new("/console/messages/{id}/annuler/").post(Portee::Ecriture, || web::to(cancel)),
        Page::new("/console/messages/{id}/supprimer/")
            .get(Portee::Ecriture, || web::to(ask_delete))
            .post(Portee::Ecriture, || web::to(delete)),
    ]
}

/// What will be done, and the button that does it.
#[derive(Template)]
#[template(path = "confirmer.html")]
pub(super) struct Ask {
    pub(super) f: Frame,
    /// Where one goes back to.
    pub(super) back: String,
    pub(super) lines: Vec<String>,
    pub(super) button: String,
    /// Whether something is lost by it.
    pub(super) grave: bool,
    /// For how many it was seen to leave.
    pub(super) count: Option<i64>,
}

fn asked(state: &State, request: &HttpRequest, visitor: &Visitor, title: &str) -> Frame {
    Frame::new(state, request, visitor, Section::Messages).titled(title)
}

async fn ask_send(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let message: Message = crud::load(&state, id).await?;
    let config = state.config.clone();
    let reached = state.ask(move |conn| preview::reached(conn, &config, id));
    let count = i64::try_from(reached.await?).unwrap_or(i64::MAX);
    let f = asked(&state, &request, &visitor, "");
    let title = f.t("Envoyer tout de suite ?", "Send at once?");
    let who = f.n(count, "famille|familles", "family|families");
    let leaves = f.t(
        "Ce message partira tout de suite à",
        "This message leaves at once, to",
    );
    let mut lines = vec![format!("{leaves} {who}.")];
    if message.r#type == Canal::Sms {
        let each = segments::count(&message.contenu, state.config.sms.plain).segments;
        let all = i64::try_from(each)
            .unwrap_or(i64::MAX)
            .saturating_mul(count);
        let paid = f.n(all, "SMS facturé|SMS facturés", "SMS to pay|SMS to pay");
        lines.push(format!("{paid}."));
    }
    let button = f.t("Envoyer maintenant", "Send now").to_owned();
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines,
        button,
        grave: false,
        count: Some(count),
    })
}

/// So long the browser waits; what is not over by then is seen on the message's own page.
const PATIENCE: Duration = Duration::from_secs(3);

/// Does something that may take longer than anybody likes to look at an empty page.
async fn soon(
    state: &State,
    id: i64,
    work: impl Future<Output = Result<HttpResponse, ApiError>> + 'static,
) -> HttpResponse {
    let texts = state.texts;
    let work = rt::spawn(async move { told::notice(work.await, texts).await });
    let notice = match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(notice)) => Some(notice),
        Ok(Err(_)) => Some(Notice::new(false, texts.internal().to_owned())),
        Err(_) => None,
    };
    see(&path(id), notice.as_ref())
}

/// For how many it leaves, as whoever presses the button was told.
fn confirmed(sent: &Sent) -> crate::drf::Body {
    let count = sent.said("destinataires").map(Value::Text);
    body(count.map(|count| ("destinataires", count)))
}

async fn send(state: web::Data<State>, visitor: Visitor, Id(id): Id, sent: Sent) -> HttpResponse {
    let work = actions::send_now(state.clone(), visitor.caller, Id(id), confirmed(&sent));
    soon(&state, id, work).await
}

async fn ask_resend(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let message: Message = crud::load(&state, id).await?;
    let count = |etat| {
        let filter = recipients::Filter {
            message: message.id,
            etat: Some(etat),
        };
        move |conn: &mut Conn| recipients::count(conn, filter)
    };
    let failed = state.ask(count(Etat::Echec)).await?;
    let uncertain = state.ask(count(Etat::Incertain)).await?;
    let f = asked(&state, &request, &visitor, "");
    let title = f.t(
        "Renvoyer à ceux qui n’ont rien reçu ?",
        "Send again to those who got nothing?",
    );
    let mut lines = vec![format!(
        "{} {}",
        f.n(failed, "envoi en échec repartira,|envois en échec repartiront,", "failed delivery leaves again,|failed deliveries leave again,"),
        f.t(
            "à l’adresse que l’annuaire indique aujourd’hui. Ceux qui l’ont reçu ne le recevront pas deux fois.",
            "to the address that the directory has today. Those who got it do not get it twice.",
        )
    )];
    if uncertain > 0 {
        lines.push(format!(
            "{} {}",
            f.n(
                uncertain,
                "envoi incertain repartira aussi :|envois incertains repartiront aussi :",
                "uncertain delivery leaves again too:|uncertain deliveries leave again too:"
            ),
            f.t(
                "qui l’avait déjà reçu le recevra deux fois.",
                "who had it already gets it twice."
            ),
        ));
    }
    let button = f.t("Renvoyer", "Send again").to_owned();
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines,
        button,
        grave: uncertain > 0,
        count: None,
    })
}

async fn resend(state: web::Data<State>, visitor: Visitor, Id(id): Id, sent: Sent) -> HttpResponse {
    let work = actions::resend(state.clone(), visitor.caller, Id(id), confirmed(&sent));
    soon(&state, id, work).await
}

async fn cancel(state: web::Data<State>, visitor: Visitor, Id(id): Id) -> HttpResponse {
    let texts = state.texts;
    let done = actions::cancel(state, visitor.caller, Id(id)).await;
    see(&path(id), Some(&told::notice(done, texts).await))
}

async fn ask_delete(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    crud::load::<Message>(&state, id).await?;
    let f = asked(&state, &request, &visitor, "");
    let title = f.t("Supprimer ce message ?", "Delete this message?");
    let line = f.t(
        "Il ne partira pas, et ne pourra pas être retrouvé.",
        "It does not leave, and cannot be had back.",
    );
    let (lines, button) = (vec![line.to_owned()], f.t("Supprimer", "Delete").to_owned());
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines,
        button,
        grave: true,
        count: None,
    })
}

async fn delete(state: web::Data<State>, visitor: Visitor, Id(id): Id) -> HttpResponse {
    let texts = state.texts;
    let words = Words::of(&state.config.messages);
    // Twice is as once: there is no answer to keep.
    let caller = Caller {
        demande: None,
        ..visitor.caller
    };
    let done = crud::delete::<Message>(state, caller, Condition::NONE, Id(id)).await;
    match done {
        Ok(_) => {
            let text = words.t("Le message est supprimé.", "The message is deleted.");
            see(list::PATH, Some(&Notice::new(true, text.to_owned())))
        }
        Err(error) => {
            let text = sentences(&error, texts).join(" ");
            see(&path(id), Some(&Notice::new(false, text)))
        }
    }
}
