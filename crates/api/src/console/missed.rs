//! Whom a message did not reach: the list that the office telephones by, on the screen, on paper (A4) and for a
//! spreadsheet.

use super::Page;
use super::frame::{Frame, Section, shown};
use super::visitor::Visitor;
use super::words::Words;
use crate::answer::message::begin;
use crate::drf::{ApiError, Id};
use crate::messages::non_atteints;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::model::Message;
use messages_core::store::annuaire::eleves;
use messages_core::store::envois::missed::{Manque, NonAtteint, declined};
use messages_core::texts::not_reached_because;
use messages_core::vocabulary::{Canal, Portee};

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/{id}/non_atteints/").get(Portee::Lecture, || web::to(show)),
        Page::new("/console/messages/{id}/non_atteints.csv/")
            .get(Portee::Lecture, || web::to(non_atteints::table)),
    ]
}

/// One family.
struct Row {
    classe: String,
    eleves: String,
    parent: String,
    telephone: String,
    email: String,
    why: String,
}

#[derive(Template)]
#[template(path = "non_atteints.html")]
struct Missed {
    f: Frame,
    message: Message,
    begin: String,
    rows: Vec<Row>,
    count: i64,
    /// Who does not take this channel.
    declined: Vec<Manque>,
}

impl Missed {
    fn is_sms(&self) -> bool {
        self.message.r#type == Canal::Sms
    }
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let (message, missed) = non_atteints::missed(&state, id).await?;
    let declined = state.ask(move |conn| declined(conn, id)).await?;
    let words = Words::of(&state.config.messages);
    let row = |one: &NonAtteint| Row {
        classe: non_atteints::classe(one).to_owned(),
        eleves: eleves::named(&one.eleves),
        parent: format!("{} {}", one.envoi.nom, one.envoi.prenom),
        telephone: one.envoi.telephone.clone(),
        email: one.envoi.email.clone(),
        why: match words.lacking(one.envoi.canal, one.envoi.motif) {
            Some(why) if one.envoi.detail.is_none() => why.to_owned(),
            _ => not_reached_because(words.lang, &one.envoi),
        },
    };
    let rows: Vec<Row> = missed.iter().map(row).collect();
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    let title = format!(
        "{} {id}",
        f.t(
            "Familles à appeler : message",
            "Families to telephone: message"
        )
    );
    shown(&Missed {
        f: f.titled(title),
        begin: begin(&message, 120),
        message,
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        rows,
        declined,
    })
}
