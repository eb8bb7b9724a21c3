//! The list of messages, with its filters.

use super::Page;
use super::annuaire::classes;
use super::frame::{Frame, Section, shown};
use super::lines::{Line, lines};
use super::pager::{Pager, SIZE, asked};
use super::visitor::Visitor;
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use messages_core::instant::Instant;
use messages_core::model::Classe;
use messages_core::store::messages::{self, Column, Filter, Order};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Canal, Portee, Statut};
use std::borrow::Borrow;

pub(super) const PATH: &str = "/console/messages/";

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new(PATH).get(Portee::Lecture, || web::to(show))]
}

/// What the fields of the filter hold.
struct Asked {
    statut: Option<Statut>,
    canal: Option<Canal>,
    classe: Option<Classe>,
    depuis: String,
    jusqua: String,
    search: String,
}

impl Asked {
    fn is_statut(&self, statut: impl Borrow<Statut>) -> bool {
        self.statut == Some(*statut.borrow())
    }

    fn is_classe(&self, id: impl Borrow<i64>) -> bool {
        self.classe
            .as_ref()
            .is_some_and(|classe| classe.id == *id.borrow())
    }

    fn is_canal(&self, canal: impl Borrow<Canal>) -> bool {
        self.canal == Some(*canal.borrow())
    }
}

#[derive(Template)]
#[template(path = "messages.html")]
struct Messages {
    f: Frame,
    asked: Asked,
    classes: Vec<Classe>,
    lines: Vec<Line>,
    count: i64,
    pager: Pager,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let zone = state.config.messages.zone;
    let begin = |day| Instant::begin_of(day, zone);
    let day = |name| {
        query
            .said(name)
            .and_then(|text| text.parse::<NaiveDate>().ok())
    };
    let (depuis, jusqua) = (day("depuis"), day("jusqua"));
    let is_dated = depuis.or(jusqua).is_some();
    let by_date = is_dated.then_some(Order {
        column: Column::DateProgrammee,
        descending: true,
    });
    let classe: Option<i64> = query.said("classe").and_then(|text| text.parse().ok());
    let filter = Filter {
        statut: query.said("statut").and_then(|word| word.parse().ok()),
        r#type: query.said("type").and_then(|word| word.parse().ok()),
        classe,
        depuis: depuis.map(begin),
        jusqua: jusqua.and_then(|day| day.succ_opt()).map(begin),
        search: query.search(state.texts)?,
        order: by_date.into_iter().collect(),
        ..Filter::default()
    };
    let from = (asked(&query) - 1) * SIZE;
    let config = state.config.clone();
    let (statut, canal) = (filter.statut, filter.r#type);
    let find = move |conn: &mut Conn| -> Result<_, Error> {
        let count = messages::count(conn, &filter)?;
        let rows = messages::page(conn, &filter, from, SIZE)?;
        let classe = classes::named(conn, classe)?;
        let lines = lines(conn, &config, rows, 90)?;
        Ok((count, lines, classe, classes::few(conn)?))
    };
    let (count, lines, classe, classes) = state.ask(find).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    let title = f.t("Messages", "Messages");
    let text = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    shown(&Messages {
        f: f.titled(title),
        asked: Asked {
            statut,
            canal,
            classe,
            depuis: text(depuis),
            jusqua: text(jusqua),
            search: query.get("search").unwrap_or_default().to_owned(),
        },
        classes,
        lines,
        count,
        pager: Pager::of(PATH, &query, count),
    })
}
