//! One parent: the pupils, the addresses and what is wrong with them, what was sent.

use super::contact::Seen;
use crate::answer::message::begin;
use crate::condition::Condition;
use crate::console::Page;
use crate::console::faults::faults;
use crate::console::frame::{Frame, Notice, Section, page, see, shown};
use crate::console::sent::{Sent, body};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::crud;
use crate::drf::{ApiError, Body, Id, Value};
use crate::messages::envois::reason;
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::audience::Rules;
use messages_core::instant::Instant;
use messages_core::joignable::{self, Contact};
use messages_core::model::{Fiche, Parent};
use messages_core::store::annuaire::eleves::{self, Eleve};
use messages_core::store::envois::recipients::{self, Destinataire};
use messages_core::store::{Conn, Error, messages};
use messages_core::vocabulary::{Portee, Remise};
use std::collections::BTreeMap;

/// Envois that are shown.
const LAST: i64 = 50;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/parents/{id}/")
            .get(Portee::Lecture, || web::to(show))
            .post(Portee::Ecriture, || web::to(mend)),
    ]
}

/// Where a parent has their page.
pub(super) fn path(id: i64) -> String {
    format!("/console/parents/{id}/")
}

#[derive(Template)]
#[template(path = "parent.html")]
struct One {
    f: Frame,
    seen: Seen,
    parent: Parent,
    eleves: Vec<Eleve>,
    envois: Vec<Line>,
    form: Form,
}

/// The addresses as they are, or as somebody wants them.
struct Form {
    telephone: Field,
    email: Field,
    /// What is wrong with it as a whole.
    faults: Vec<String>,
}

struct Field {
    value: String,
    faults: Vec<String>,
}

impl Form {
    fn new(telephone: String, email: String, faults: &[(String, String)]) -> Self {
        let of = |name: &str| {
            let faults = faults.iter().filter(|(field, _)| field == name);
            faults.map(|(_, text)| text.clone()).collect()
        };
        Self {
            telephone: Field {
                value: telephone,
                faults: of("telephone"),
            },
            email: Field {
                value: email,
                faults: of("email"),
            },
            faults: of(""),
        }
    }
}

/// Something that was sent.
struct Line {
    one: Destinataire,
    begin: String,
    /// When it left, or leaves again.
    at: Instant,
    why: Option<String>,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    shown(&look(&state, f, id, None).await?)
}

/// Everything that the page has; in its form what was `typed`, if somebody did.
async fn look(state: &State, f: Frame, id: i64, typed: Option<Form>) -> Result<One, ApiError> {
    let fiche: Fiche = crud::load(state, id).await?;
    let words = Words::of(&state.config.messages);
    let rules = Rules::new(&state.config);
    let find = move |conn: &mut Conn| -> Result<_, Error> {
        let eleves = eleves::of(conn, &[id])?.remove(&id).unwrap_or_default();
        let contacts = joignable::contacts(conn, &rules, vec![fiche])?;
        Ok((contacts.into_iter().next(), eleves, lines(conn, id, words)?))
    };
    let (contact, eleves, envois) = state.ask(find).await?;
    let contact: Contact = contact.ok_or(ApiError::NotFound)?;
    let seen = Seen::of(&contact, words);
    let parent = contact.fiche.parent;
    let form = typed.unwrap_or_else(|| {
        let (telephone, email) = (parent.telephone.clone(), parent.email.clone());
        Form::new(telephone, email, &[])
    });
    Ok(One {
        f: f.titled(seen.name.clone()),
        seen,
        parent,
        eleves,
        envois,
        form,
    })
}

fn lines(conn: &mut Conn, parent: i64, words: Words) -> Result<Vec<Line>, Error> {
    let envois = recipients::of_parent(conn, parent, LAST)?;
    let ids: Vec<i64> = envois.iter().map(|one| one.message).collect();
    let messages = messages::by_ids(conn, &ids)?.into_iter();
    let begins: BTreeMap<i64, String> = messages
        .map(|message| (message.id, begin(&message, 70)))
        .collect();
    let line = |one: Destinataire| Line {
        begin: begins.get(&one.message).cloned().unwrap_or_default(),
        at: one.termine_le.or(one.emis_le).unwrap_or(one.prochaine),
        why: reason(&one, words.lang, words.zone),
        one,
    };
    Ok(envois.into_iter().map(line).collect())
}

async fn mend(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let (telephone, email) = (sent.text("telephone"), sent.text("email"));
    let said = body([
        ("telephone", Value::Text(telephone.clone())),
        ("email", Value::Text(email.clone())),
    ]);
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    match change(&state, &visitor, id, said).await {
        Ok(_) => {
            let text = f.t(
                "Les coordonnées sont enregistrées.",
                "The addresses are saved.",
            );
            Ok(see(&path(id), Some(&Notice::new(true, text.to_owned()))))
        }
        Err(error @ (ApiError::Invalid(_) | ApiError::Conflict(_) | ApiError::Stale)) => {
            // Who only writes is told of nobody.
            visitor.must(Portee::Lecture)?;
            let form = Form::new(telephone, email, &faults(&error, state.texts));
            let one = look(&state, f, id, Some(form)).await?;
            page(StatusCode::BAD_REQUEST, &one)
        }
        Err(error) => Err(error),
    }
}

/// Changes what is said of a parent, as the API does.
pub(super) async fn change(
    state: &web::Data<State>,
    visitor: &Visitor,
    id: i64,
    said: Body,
) -> Result<HttpResponse, ApiError> {
    let (state, caller) = (state.clone(), visitor.caller.clone());
    crud::change::<Fiche>(
        state,
        caller,
        Method::PATCH,
        Condition::NONE,
        Id(id),
        Ok(said),
    )
    .await
}
