//! A message on trial, to an address of one's own: it leaves as it would for everybody, and nothing of it is
//! kept but that it was tried.

use super::Page;
use super::frame::{Frame, Notice, Section, see, shown};
use super::one::path;
use super::sent::Sent;
use super::visitor::Visitor;
use super::words::Words;
use crate::answer::message::begin;
use crate::caller::Caller;
use crate::crud;
use crate::drf::{ApiError, Id};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::config::Config;
use messages_core::model::Message;
use messages_core::store::{Conn, historique};
use messages_core::trial::{self, Letter};
use messages_core::vocabulary::{Action, Canal, Objet, Portee, Verdict};
use messages_core::{dispatch, mailbox, phone, texts};

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/{id}/essai/")
            .get(Portee::Envoi, || web::to(ask))
            .post(Portee::Envoi, || web::to(send)),
    ]
}

#[derive(Template)]
#[template(path = "essai.html")]
struct Trial {
    f: Frame,
    message: Message,
    begin: String,
}

impl Trial {
    fn is_email(&self) -> bool {
        self.message.r#type == Canal::Email
    }
}

async fn ask(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    visitor.must(Portee::Lecture)?;
    let message: Message = crud::load(&state, id).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    let title = f.t("M’envoyer un essai", "Send me a trial");
    shown(&Trial {
        f: f.titled(title),
        begin: begin(&message, 200),
        message,
    })
}

/// An address on this channel, if it is one.
fn address(config: &Config, canal: Canal, typed: &str) -> Option<String> {
    match canal {
        Canal::Sms => Some(phone::parse(typed, config.sms.region).ok()?.e164),
        Canal::Email => Some(mailbox::parse(typed).ok()?.address),
    }
}

async fn send(
    state: web::Data<State>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    visitor.must(Portee::Lecture)?;
    let message: Message = crud::load(&state, id).await?;
    let notice = tried(&state, &visitor.caller, message, &sent.text("adresse")).await?;
    Ok(see(&path(id), Some(&notice)))
}

async fn tried(
    state: &State,
    caller: &Caller,
    message: Message,
    typed: &str,
) -> Result<Notice, ApiError> {
    let words = Words::of(&state.config.messages);
    let canal = message.r#type;
    let Some(address) = address(&state.config, canal, typed) else {
        let text = words.t(
            "Rien n’est parti : ce n’est pas un numéro, ou une adresse, que l’on puisse atteindre.",
            "Nothing left: this is no number, or address, that can be reached.",
        );
        return Ok(Notice::new(false, text.to_owned()));
    };
    let id = message.id;
    let noted = move |conn: &mut Conn| {
        historique::note(conn, Action::Essaye, Objet::Message, Some(id))?;
        dispatch::attached(conn, &[id])
    };
    let files = state.change(caller, state.texts.conflict(), noted).await?;
    let sujet = message.sujet.unwrap_or_default();
    let sujet = format!("[{}] {sujet}", words.t("Essai", "Trial"));
    let config = state.config.clone();
    let letter = Letter {
        sujet: Some(sujet),
        contenu: message.contenu,
        contenu_html: message.contenu_html,
        files: files.into_iter().next().map(|(_, files)| files),
    };
    let work = move || trial::send(&config, canal, address, letter);
    let busy = words.t(
        "Un autre essai, ou un contrôle, est en cours : réessayez dans une minute.",
        "Another trial, or a check, is under way: try again in a minute.",
    );
    Ok(match state.control(busy, work).await? {
        Some(Ok(answer)) => {
            let text = texts::trial(words.lang, canal, &answer);
            Notice::new(answer.verdict == Verdict::Accepte, text)
        }
        Some(Err(fault)) => Notice::new(false, texts::unready(words.lang, &fault)),
        None => {
            let text = words.t(
                "Le serveur ne répond pas : personne ne sait si l’essai est parti.",
                "The server does not answer: nobody knows whether the trial left.",
            );
            Notice::new(false, text.to_owned())
        }
    })
}
