//! Writing a message, and changing one: to whom, what, when; with whom it will reach, and its price, beside it.
//!
//! The form is one, and every button of it sends the whole: what was typed comes back whatever the button
//! was for. It is kept by the handlers of the API.

mod aside;
mod draft;
mod layout;
mod target;

use self::aside::Aside;
use self::draft::{Draft, Gesture};
use self::target::{Choice, Target};
use super::Page;
use super::faults;
use super::frame::{Frame, Notice, Section, page, see};
use super::one;
use super::sent::Sent;
use super::told;
use super::visitor::Visitor;
use super::words::Words;
use crate::condition::Condition;
use crate::crud;
use crate::drf::{ApiError, Id, Query};
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::model::Message;
use messages_core::store::Conn;
use messages_core::vocabulary::{Portee, Statut};
use serde_json::Value;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/nouveau/")
            .get(Portee::Ecriture, || web::to(new))
            .post(Portee::Ecriture, || web::to(write_new)),
        Page::new("/console/messages/nouveau/apercu/").post(Portee::Ecriture, || web::to(look)),
        Page::new("/console/messages/{id}/modifier/")
            .get(Portee::Ecriture, || web::to(old))
            .post(Portee::Ecriture, || web::to(write_old)),
    ]
}

#[derive(Template)]
#[template(path = "ecrire.html")]
struct Compose {
    f: Frame,
    /// The message that is changed.
    id: Option<i64>,
    d: Draft,
    /// The name of whom it is to.
    to: Option<String>,
    /// What the search for somebody found, or every class where they are few.
    choices: Vec<Choice>,
    a: Aside,
    /// What is wrong, by field.
    faults: Vec<(String, String)>,
    /// For how many it is to be confirmed.
    confirm: Option<i64>,
}

impl Compose {
    /// What is wrong with a field.
    fn faults_of(&self, names: &'static str) -> Vec<&str> {
        let faults = self.faults.iter();
        let of_it = faults.filter(|(name, _)| names.split('|').any(|known| known == name));
        of_it.map(|(_, text)| text.as_str()).collect()
    }

    fn is_wrong(&self, names: &'static str) -> bool {
        !self.faults_of(names).is_empty()
    }
}

/// The part of the page that follows what is typed.
#[derive(Template)]
#[template(path = "apercu.html")]
struct Beside {
    f: Frame,
    d: Draft,
    to: Option<String>,
    a: Aside,
}

/// What is wrong with what was sent.
#[derive(Default)]
struct Wrong {
    faults: Vec<(String, String)>,
    confirm: Option<i64>,
}

/// Shows the form as it stands.
async fn form(
    state: &State,
    request: &HttpRequest,
    visitor: &Visitor,
    (id, d): (Option<i64>, Draft),
    wrong: Wrong,
) -> Result<HttpResponse, ApiError> {
    let (config, asked) = (state.config.clone(), d.clone());
    let found = state.ask(move |conn: &mut Conn| {
        let to = target::name(conn, asked.target.as_ref(), &config)?;
        let choices = target::choices(conn, &asked)?;
        Ok((to, choices, aside::of(conn, &config, &asked)?))
    });
    let (to, choices, a) = found.await?;
    let f = Frame::new(state, request, visitor, Section::Messages);
    let title = match id {
        None => f.t("Écrire aux familles", "Write to families").to_owned(),
        Some(id) => format!("{} {id}", f.t("Modifier le message", "Change message")),
    };
    let status = if wrong.faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let f = f.titled(title);
    let Wrong { faults, confirm } = wrong;
    page(
        status,
        &Compose {
            f,
            id,
            d,
            to,
            choices,
            a,
            faults,
            confirm,
        },
    )
}

async fn new(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let number = |name| query.said(name).and_then(|text| text.parse().ok());
    let target = number("parent").map(Target::Parent);
    let target = target.or_else(|| number("classe").map(Target::Classe));
    let d = Draft {
        target,
        ..Draft::default()
    };
    form(&state, &request, &visitor, (None, d), Wrong::default()).await
}

async fn old(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let message = changeable(&state, &visitor, id).await?;
    let d = Draft::of(&message, state.config.messages.zone);
    form(&state, &request, &visitor, (Some(id), d), Wrong::default()).await
}

/// A message that can still be changed, by whoever may read what it says.
async fn changeable(state: &State, visitor: &Visitor, id: i64) -> Result<Message, ApiError> {
    let principal = &visitor.caller.principal;
    principal.must(Portee::Lecture).map_err(ApiError::Refused)?;
    let message: Message = crud::load(state, id).await?;
    match message.statut {
        Statut::Brouillon | Statut::Programme => Ok(message),
        _ => Err(ApiError::Conflict(state.texts.not_editable())),
    }
}

async fn look(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let d = Draft::read(&sent);
    let (config, asked) = (state.config.clone(), d.clone());
    let found = state.ask(move |conn: &mut Conn| {
        let to = target::name(conn, asked.target.as_ref(), &config)?;
        Ok((to, aside::of(conn, &config, &asked)?))
    });
    let (to, a) = found.await?;
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    page(StatusCode::OK, &Beside { f, d, to, a })
}

async fn write_new(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    write(state, request, visitor, None, sent).await
}

async fn write_old(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    changeable(&state, &visitor, id).await?;
    write(state, request, visitor, Some(id), sent).await
}

async fn write(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    id: Option<i64>,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let mut d = Draft::read(&sent);
    let statut = match Gesture::read(&sent.text("geste")) {
        Gesture::Look => return form(&state, &request, &visitor, (id, d), Wrong::default()).await,
        Gesture::Choose(target) => {
            d.choose(target);
            return form(&state, &request, &visitor, (id, d), Wrong::default()).await;
        }
        Gesture::Simplify => {
            d.simplify();
            return form(&state, &request, &visitor, (id, d), Wrong::default()).await;
        }
        Gesture::Keep => Statut::Brouillon,
        Gesture::Programme => Statut::Programme,
    };
    let words = Words::of(&state.config.messages);
    let faults = d.missing(statut, words);
    if !faults.is_empty() {
        let wrong = Wrong {
            faults,
            confirm: None,
        };
        return form(&state, &request, &visitor, (id, d), wrong).await;
    }
    match keep(&state, &visitor, id, &d, statut).await {
        Ok(id) => {
            let text = match statut {
                Statut::Programme => {
                    words.t("Le message est programmé.", "The message is programmed.")
                }
                _ => words.t("Le brouillon est enregistré.", "The draft is saved."),
            };
            Ok(see(
                &one::path(id),
                Some(&Notice::new(true, text.to_owned())),
            ))
        }
        Err(error @ (ApiError::Invalid(_) | ApiError::Conflict(_) | ApiError::Unconfirmed(_))) => {
            let confirm = match error {
                ApiError::Unconfirmed(count) => Some(count),
                _ => None,
            };
            let faults = faults::faults(&error, state.texts);
            let wrong = Wrong { faults, confirm };
            form(&state, &request, &visitor, (id, d), wrong).await
        }
        Err(error) => Err(error),
    }
}

/// Keeps it, and returns its number.
async fn keep(
    state: &web::Data<State>,
    visitor: &Visitor,
    id: Option<i64>,
    d: &Draft,
    statut: Statut,
) -> Result<i64, ApiError> {
    let body = d.body(statut);
    let mut caller = visitor.caller.clone();
    let done = match id {
        None => crud::create::<Message>(state.clone(), caller, body).await,
        Some(id) => {
            // The second of two is as the first.
            caller.demande = None;
            let (state, condition) = (state.clone(), Condition::NONE);
            crud::change::<Message>(state, caller, Method::PATCH, condition, Id(id), Ok(body)).await
        }
    };
    let answer = told::answer(done).await?;
    let kept = answer.get("id").and_then(Value::as_i64);
    kept.ok_or(ApiError::Internal)
}
