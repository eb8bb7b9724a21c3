//! The parents: searched, those of a class, those whom no message reaches.

use super::classes;
use super::contact::Seen;
use crate::answer::list::Listed;
use crate::console::Page;
use crate::console::frame::{Frame, Section, shown};
use crate::console::pager::{Pager, SIZE, asked};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::directory::joignable::{self, Among};
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::joignable::Contact;
use messages_core::model::Classe;
use messages_core::store::annuaire::eleves;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use std::borrow::Borrow;

pub(super) const PATH: &str = "/console/annuaire/";

/// The same as a table.
const TABLE: &str = "/console/annuaire/parents.csv";

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new(PATH).get(Portee::Lecture, || web::to(show)),
        Page::new("/console/annuaire/parents.csv/").get(Portee::Lecture, || web::to(table)),
    ]
}

#[derive(Template)]
#[template(path = "annuaire.html")]
struct Parents {
    f: Frame,
    search: String,
    /// Whose parents are shown.
    classe: Option<Classe>,
    /// Those to choose from, if they are few.
    classes: Vec<Classe>,
    /// Only those whom no channel reaches.
    to_mend: bool,
    count: i64,
    rows: Vec<Row>,
    pager: Pager,
    /// Where the same is as a table.
    table: String,
}

impl Parents {
    fn is_of(&self, id: impl Borrow<i64>) -> bool {
        let classe = self.classe.as_ref();
        classe.is_some_and(|classe| classe.id == *id.borrow())
    }
}

/// A parent with the pupils.
struct Row {
    seen: Seen,
    eleves: String,
}

/// Those whom the query asks for; they are also known by their children.
async fn among(state: &State, query: &Query) -> Result<Among, ApiError> {
    let mut among = joignable::among(state, query).await?;
    among.parents.ou_eleves = true;
    Ok(among)
}

async fn table(state: web::Data<State>, query: Query) -> Result<HttpResponse, ApiError> {
    let among = among(&state, &query).await?;
    joignable::table_of(state, among).await
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let among = among(&state, &query).await?;
    let words = Words::of(&state.config.messages);
    let from = (asked(&query) - 1) * SIZE;
    let find = move |conn: &mut Conn| -> Result<_, Error> {
        let count = Contact::count(conn, &among)?;
        let rows = rows(conn, &among, from, words)?;
        let classe = classes::named(conn, among.parents.classe)?;
        Ok((count, rows, classe, classes::few(conn)?))
    };
    let (count, rows, classe, classes) = state.ask(find).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    let title = f.t("Annuaire", "Directory");
    shown(&Parents {
        f: f.titled(title),
        search: query.get("search").unwrap_or_default().to_owned(),
        classe,
        classes,
        to_mend: query.said("joignable") == Some("non"),
        count,
        rows,
        pager: Pager::of(PATH, &query, count),
        table: format!("{TABLE}?{}", query.with(&[("page", None)])),
    })
}

fn rows(conn: &mut Conn, among: &Among, from: i64, words: Words) -> Result<Vec<Row>, Error> {
    let contacts = Contact::page(conn, among, from, SIZE)?;
    let ids: Vec<i64> = contacts.iter().map(|one| one.fiche.parent.id).collect();
    let mut of_them = eleves::of(conn, &ids)?;
    let row = |contact: Contact| {
        let eleves = of_them.remove(&contact.fiche.parent.id).unwrap_or_default();
        Row {
            seen: Seen::of(&contact, words),
            eleves: eleves::named(&eleves),
        }
    };
    Ok(contacts.into_iter().map(row).collect())
}
