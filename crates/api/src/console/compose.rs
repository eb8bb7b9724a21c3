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
            .keeping()
            .get(Portee::Ecriture, || web::to(new))
            .post(Portee::Ecriture, || web::to(write_new)),
        Page::new("/console/messages/nouveau/apercu/").post(Portee::Ecriture, || web::to(look)),
        Page::new("/console/messages/{id}/modifier/")
            .keeping()
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
    /// Whether it is to be confirmed that its date has gone by.
    past: bool,
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
    past: bool,
}

impl Wrong {
    const fn of(faults: Vec<(String, String)>) -> Self {
        Self {
            faults,
            confirm: None,
            past: false,
        }
    }

    /// Something that is about no field.
    fn told(text: &str) -> Self {
        Self::of(vec![(String::new(), text.to_owned())])
    }
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
        let choices = match asked.target {
            Some(_) => Vec::new(),
            None => target::choices(conn, &asked.search)?,
        };
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
    let Wrong {
        faults,
        confirm,
        past,
    } = wrong;
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
            past,
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
    let d = match number("copie") {
        // To whom is chosen anew: nobody sends to another class than is meant.
        Some(id) => Draft {
            target,
            ..Draft::like(&readable(&state, &visitor, id).await?)
        },
        None => Draft {
            target,
            ..Draft::default()
        },
    };
    form(&state, &request, &visitor, (None, d), Wrong::default()).await
}

async fn old(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let message = readable(&state, &visitor, id).await?;
    if !is_changeable(&message) {
        return Err(ApiError::Conflict(state.texts.not_editable()));
    }
    let tag = crud::tag::<Message>(&state, id).await?;
    let d = Draft::of(&message, state.config.messages.zone, tag);
    form(&state, &request, &visitor, (Some(id), d), Wrong::default()).await
}

/// A message, for whoever may read what it says.
async fn readable(state: &State, visitor: &Visitor, id: i64) -> Result<Message, ApiError> {
    let principal = &visitor.caller.principal;
    principal.must(Portee::Lecture).map_err(ApiError::Refused)?;
    crud::load(state, id).await
}

fn is_changeable(message: &Message) -> bool {
    Statut::SETTABLE.contains(&message.statut)
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

/// What was typed over a message that left meanwhile, or is gone, can become another message.
async fn write_old(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let words = Words::of(&state.config.messages);
    match readable(&state, &visitor, id).await {
        Ok(message) if is_changeable(&message) => {
            write(state, request, visitor, Some(id), sent).await
        }
        Ok(_) | Err(ApiError::NotFound | ApiError::NoObject(_)) => {
            let text = words.t(
                "Ce message est parti, ou a été supprimé, pendant que vous écriviez : rien n’y est changé. Ce que vous avez écrit peut devenir un nouveau message.",
                "This message left, or was deleted, while you wrote: nothing of it is changed. What you wrote can become another message.",
            );
            let d = Draft::read(&sent);
            form(&state, &request, &visitor, (None, d), Wrong::told(text)).await
        }
        Err(error) => Err(error),
    }
}

async fn write(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    id: Option<i64>,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let words = Words::of(&state.config.messages);
    let mut d = Draft::read(&sent);
    if sent.is_stale {
        let text = words.t(
            "Rien n’est encore fait : votre session avait changé. Vérifiez, et cliquez de nouveau.",
            "Nothing is done yet: your session had changed. Look, and press the button again.",
        );
        return form(&state, &request, &visitor, (id, d), Wrong::told(text)).await;
    }
    let gesture = Gesture::read(&sent.text("geste"));
    let statut = match gesture {
        Gesture::Keep => Statut::Brouillon,
        Gesture::Programme | Gesture::ProgrammePast => Statut::Programme,
        Gesture::Look | Gesture::Choose(_) | Gesture::Simplify => {
            d.change(gesture);
            return form(&state, &request, &visitor, (id, d), Wrong::default()).await;
        }
    };
    let mut wrong = Wrong::of(d.missing(statut, words));
    match (gesture, d.past(words)) {
        (Gesture::Programme, Some(text)) => {
            wrong.faults.push(("date_programmee".to_owned(), text));
            wrong.past = true;
        }
        // The date was changed since the button said that it leaves at once.
        (Gesture::ProgrammePast, None) => {
            let text = words.t(
                "Vous avez changé la date : relisez-la, et cliquez sur « Programmer ».",
                "You changed the date: read it again, and press \"Programme\".",
            );
            wrong
                .faults
                .push(("date_programmee".to_owned(), text.to_owned()));
        }
        _ => {}
    }
    if !wrong.faults.is_empty() {
        return form(&state, &request, &visitor, (id, d), wrong).await;
    }
    match keep(&state, &visitor, id, &d, statut).await {
        Ok((id, notice)) => Ok(see(&one::path(id), Some(&notice))),
        Err(error @ (ApiError::Internal | ApiError::Refused(_))) => Err(error),
        Err(error) => {
            let mut wrong = Wrong::of(faults::faults(&error, state.texts));
            if let ApiError::Unconfirmed(count) = error {
                wrong.confirm = Some(count);
            }
            if error == ApiError::Changed {
                let text = words.t(
                    "Ce message a été modifié entre-temps par quelqu’un d’autre, ou dans un autre onglet. Ce que vous avez écrit n’est pas enregistré ; cliquez de nouveau pour remplacer l’autre version.",
                    "This message was changed meanwhile by somebody else, or in another tab. What you wrote is not saved; press the button again to replace the other version.",
                );
                wrong = Wrong::told(text);
                if let Some(id) = id {
                    d.seen = crud::tag::<Message>(&state, id).await?;
                }
            }
            form(&state, &request, &visitor, (id, d), wrong).await
        }
    }
}

/// Keeps it, and returns its number and what is said of it.
async fn keep(
    state: &web::Data<State>,
    visitor: &Visitor,
    id: Option<i64>,
    d: &Draft,
    statut: Statut,
) -> Result<(i64, Notice), ApiError> {
    let body = d.body(statut);
    let was = match id {
        Some(id) => Some(crud::load::<Message>(state, id).await?.statut),
        None => None,
    };
    let done = match id {
        None => crud::create::<Message>(state.clone(), visitor.caller.clone(), body).await,
        Some(id) => {
            let caller = visitor.clone().once_more();
            let (state, condition) = (state.clone(), Condition::as_seen(&d.seen));
            crud::change::<Message>(state, caller, Method::PATCH, condition, Id(id), Ok(body)).await
        }
    };
    let answer = told::answer(done).await?;
    let kept = answer.get("id").and_then(Value::as_i64);
    let kept = kept.ok_or(ApiError::Internal)?;
    let (config, asked) = (state.config.clone(), d.clone());
    let summary = state.ask(move |conn: &mut Conn| aside::summary(conn, &config, &asked));
    let words = Words::of(&state.config.messages);
    let text = match (statut, was) {
        (Statut::Programme, _) => summary.await?,
        (_, Some(Statut::Programme)) => words
            .t(
                "Le message est redevenu un brouillon : il ne partira plus tout seul.",
                "The message is a draft again: it does not leave by itself any more.",
            )
            .to_owned(),
        _ => words
            .t("Le brouillon est enregistré.", "The draft is saved.")
            .to_owned(),
    };
    Ok((kept, Notice::new(true, text)))
}
