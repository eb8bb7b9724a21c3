//! The buttons of a message. Each that makes something leave, or go away, first says what it will do, with
//! numbers; it is done by the handler of the API.

use super::Page;
use super::frame::{Frame, Notice, Section, see, shown};
use super::list;
use super::names::Names;
use super::one::path;
use super::sent::{Sent, body};
use super::told;
use super::visitor::Visitor;
use super::words::Words;
use crate::answer::message::begin;
use crate::condition::Condition;
use crate::crud;
use crate::drf::{ApiError, Id, Value};
use crate::messages::actions;
use crate::messages::confirmation::Confirmation;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use askama::Template;
use messages_core::audience::Rules;
use messages_core::model::{Message, PieceJointe};
use messages_core::store::envois::recipients;
use messages_core::store::{Conn, pieces};
use messages_core::vocabulary::{Canal, Etat, Portee, Statut};
use messages_core::{preview, readdress, segments};
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
    /// As it was seen.
    pub(super) tag: Option<String>,
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
    if !Statut::SETTABLE.contains(&message.statut) {
        let text = state.texts.not_sendable().to_owned();
        return Ok(see(&path(id), Some(&Notice::new(false, text))));
    }
    let (config, asked_for) = (state.config.clone(), message.clone());
    let found = state.ask(move |conn| {
        let names = Names::of(conn, std::slice::from_ref(&asked_for))?;
        let files = pieces::of_messages(conn, &[id])?;
        Ok((preview::reached(conn, &config, id)?, names, files))
    });
    let (reached, names, files) = found.await?;
    let count = i64::try_from(reached).unwrap_or(i64::MAX);
    let f = asked(&state, &request, &visitor, "");
    if count == 0 {
        let text = f.t(
            "Personne ne peut recevoir ce message aujourd’hui : regardez pourquoi ci-dessous.",
            "Nobody can get this message today: see why below.",
        );
        return Ok(see(&path(id), Some(&Notice::new(false, text.to_owned()))));
    }
    let title = f.t("Envoyer tout de suite ?", "Send at once?");
    let who = f.n(count, "parent|parents", "parent|parents");
    let leaves = f.t(
        "Ce message partira tout de suite à",
        "This message leaves at once, to",
    );
    let to = names.audience(*f, &message);
    let mut lines = vec![
        format!("« {} »", begin(&message, 200)),
        format!("{leaves} {who} ({}, {to}).", f.canal_of(&message)),
    ];
    if message.r#type == Canal::Sms {
        let each = segments::count(&message.contenu, state.config.sms.plain).segments;
        let all = i64::try_from(each)
            .unwrap_or(i64::MAX)
            .saturating_mul(count);
        let paid = f.n(all, "SMS facturé|SMS facturés", "SMS to pay|SMS to pay");
        lines.push(format!("{paid}."));
    } else {
        lines.extend(letter(&f, &message, &files));
    }
    let button = f.t("Envoyer maintenant", "Send now").to_owned();
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines,
        button,
        grave: false,
        count: Some(count),
        tag: Some(crud::tag::<Message>(&state, id).await?),
    })
}

/// What goes with an e-mail, and what it lacks.
fn letter(f: &Frame, message: &Message, files: &[PieceJointe]) -> Vec<String> {
    let mut lines = Vec::new();
    if message.sujet.as_ref().is_none_or(String::is_empty) {
        let none = f.t(
            "Cet e-mail n’a pas d’objet : beaucoup ne l’ouvriront pas.",
            "This email has no subject: many will not open it.",
        );
        lines.push(none.to_owned());
    }
    let names: Vec<&str> = files.iter().map(|file| file.nom_fichier.as_str()).collect();
    lines.push(if names.is_empty() {
        f.t("Sans pièce jointe.", "Without an attachment.")
            .to_owned()
    } else {
        let with = f.t("Avec en pièce jointe :", "With these attached:");
        format!("{with} {}.", names.join(", "))
    });
    lines
}

/// So long the browser waits; what is not over by then is seen on the message's own page.
const PATIENCE: Duration = Duration::from_secs(3);

/// Does something that may take longer than anybody likes to look at an empty page.
///
/// # Errors
/// `Unconfirmed`; whatever else went wrong is told on the message's page.
async fn soon(
    state: &State,
    id: i64,
    work: impl Future<Output = Result<HttpResponse, ApiError>> + 'static,
) -> Result<HttpResponse, ApiError> {
    let texts = state.texts;
    let notice = match tokio::time::timeout(PATIENCE, rt::spawn(work)).await {
        Ok(Ok(Err(error @ ApiError::Unconfirmed(_)))) => return Err(error),
        Ok(Ok(done)) => Some(told::notice(done, texts).await),
        Ok(Err(_)) => Some(Notice::new(false, texts.internal().to_owned())),
        Err(_) => None,
    };
    Ok(see(&path(id), notice.as_ref()))
}

/// For how many it leaves, as whoever presses the button was told.
fn confirmed(sent: &Sent) -> crate::drf::Body {
    let count = sent.said("destinataires").map(Value::Text);
    body(count.map(|count| ("destinataires", count)))
}

/// Only as it was seen, and to as many.
async fn send(
    state: web::Data<State>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let words = Words::of(&state.config.messages);
    let seen = Condition::as_seen(&sent.text("vu"));
    match crud::hold::<Message>(&state, &seen, id).await {
        Ok(()) => {}
        Err(ApiError::Changed) => {
            let text = words.t(
                "Rien n’est parti : ce message a changé, ou il est déjà parti, depuis que vous l’avez relu. Relisez-le avant d’envoyer.",
                "Nothing left: this message has changed, or left already, since you read it. Read it again before you send it.",
            );
            return Ok(see(&path(id), Some(&Notice::new(false, text.to_owned()))));
        }
        Err(error) => return Err(error),
    }
    let count = sent.text("destinataires").parse().ok();
    let confirmation = Confirmation::of_page(count, &state.config);
    let work = actions::send(state.clone(), visitor.caller, id, confirmation);
    let done = soon(&state, id, work).await;
    Ok(done.unwrap_or_else(|error| see(&path(id), Some(&Notice::refused(&error, state.texts)))))
}

async fn ask_resend(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    offer_resend(&state, &request, &visitor, id, false).await
}

/// `confirms`: for how many is to be said again.
async fn offer_resend(
    state: &State,
    request: &HttpRequest,
    visitor: &Visitor,
    id: i64,
    confirms: bool,
) -> Result<HttpResponse, ApiError> {
    let message: Message = crud::load(state, id).await?;
    let is_over = matches!(message.statut, Statut::Envoye | Statut::Echec);
    let rules = Rules::new(&state.config);
    let look = move |conn: &mut Conn| {
        let counts = recipients::by_etat(conn, message.id)?;
        Ok((readdress::rehearse(conn, &rules, message.id)?, counts))
    };
    let by = visitor.clone().once_more();
    let looked = state.change(&by, state.texts.not_resendable(), look).await;
    let f = asked(state, request, visitor, "");
    let (again, counts) = match looked {
        Ok(looked) if looked.0 > 0 => looked,
        Ok(_) | Err(ApiError::Conflict(_)) => {
            let nobody = f.t(
                "Personne de plus ne peut le recevoir : corrigez d’abord les numéros et les adresses dans l’annuaire.",
                "Nobody more can get it: first mend the numbers and addresses in the directory.",
            );
            let text = if is_over {
                nobody
            } else {
                state.texts.not_resendable()
            };
            return Ok(see(&path(id), Some(&Notice::new(false, text.to_owned()))));
        }
        Err(error) => return Err(error),
    };
    let count = |etat| counts.get(&etat).copied().unwrap_or_default();
    let (failed, uncertain) = (count(Etat::Echec), count(Etat::Incertain));
    let who = f.n(again, "parent|parents", "parent|parents");
    let title = f.t(
        "Renvoyer à ceux qui n’ont rien reçu ?",
        "Send again to those who got nothing?",
    );
    let leaves = f.t("Ce message repartira à", "This message leaves again, to");
    let how = f.t(
        "aux numéros et adresses que l’annuaire indique aujourd’hui. Ceux qui l’ont reçu ne le recevront pas deux fois.",
        "at the numbers and addresses that the directory has today. Those who got it do not get it twice.",
    );
    let mut lines = vec![format!("{leaves} {who}, {how}")];
    if failed > 0 {
        lines.push(f.n(
            failed,
            "envoi en échec.|envois en échec.",
            "failed delivery.|failed deliveries.",
        ));
    }
    if uncertain > 0 {
        lines.push(f.n(
            uncertain,
            "envoi incertain : qui l’avait déjà reçu le recevra deux fois.|envois incertains : qui l’avait déjà reçu le recevra deux fois.",
            "uncertain delivery: who had it already gets it twice.|uncertain deliveries: who had it already gets it twice.",
        ));
    }
    let send = if confirms {
        f.t("Oui, renvoyer à", "Yes, send again to")
    } else {
        f.t("Renvoyer à", "Send again to")
    };
    let button = format!("{send} {who}");
    shown(&Ask {
        f: f.titled(title),
        back: path(id),
        lines,
        button,
        grave: uncertain > 0,
        count: confirms.then_some(again),
        tag: None,
    })
}

async fn resend(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let caller = visitor.caller.clone();
    let work = actions::resend(state.clone(), caller, Id(id), confirmed(&sent));
    match soon(&state, id, work).await {
        Err(ApiError::Unconfirmed(_)) => offer_resend(&state, &request, &visitor, id, true).await,
        done => done,
    }
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
        tag: None,
    })
}

async fn delete(state: web::Data<State>, visitor: Visitor, Id(id): Id) -> HttpResponse {
    let texts = state.texts;
    let words = Words::of(&state.config.messages);
    let done = crud::delete::<Message>(state, visitor.once_more(), Condition::NONE, Id(id)).await;
    match done {
        Ok(_) => {
            let text = words.t("Le message est supprimé.", "The message is deleted.");
            see(list::PATH, Some(&Notice::new(true, text.to_owned())))
        }
        Err(error) => see(&path(id), Some(&Notice::refused(&error, texts))),
    }
}
