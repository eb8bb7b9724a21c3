//! The calendar: what leaves, or left, on each day of a month or of a week.

mod adresse;
mod ics;
mod periode;

use super::Page;
use super::frame::{Frame, Section, shown};
use super::lines::{Line, lines};
use super::session::owner;
use super::visitor::Visitor;
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use messages_core::config::Config;
use messages_core::instant::Instant;
use messages_core::store::appels::agendas::{self, Agenda};
use messages_core::store::messages::agenda::{self, COUNTED_MAX};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use periode::Periode;

const PATH: &str = "/console/calendrier/";

pub(super) fn pages() -> Vec<Page> {
    let mut pages = vec![Page::new(PATH).get(Portee::Lecture, || web::to(show))];
    pages.extend(adresse::pages());
    pages
}

/// A day of the calendar.
struct Day {
    date: NaiveDate,
    /// « jeudi 3 décembre ».
    name: String,
    /// « 3 ».
    number: String,
    today: bool,
    lines: Vec<Line>,
    /// Messages that are not shown.
    more: i64,
    /// Whether there are even more than were counted.
    many: bool,
}

#[derive(Template)]
#[template(path = "calendrier.html")]
struct Calendar {
    f: Frame,
    periode: Periode,
    /// The query of the other kind of calendar.
    other: String,
    /// Rows of seven days from Monday; none for those of the months beside.
    weeks: Vec<Vec<Option<Day>>>,
    weekdays: Vec<String>,
    empty: bool,
    /// Whether whoever looks can have an address for other programs.
    may_subscribe: bool,
    /// The address that they have.
    agenda: Option<Agenda>,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::new(&state, &request, &visitor, Section::Calendar);
    let today = Instant::of_this_machine().in_zone(f.zone).date_naive();
    let periode = Periode::of(&query, today);
    let config = state.config.clone();
    let owner = owner(&visitor.caller.principal);
    let (asked, may_subscribe) = (periode, owner.is_some());
    let find = move |conn: &mut Conn| {
        let agenda = match &owner {
            Some(owner) => agendas::of(conn, owner)?,
            None => None,
        };
        Ok((days(conn, &config, asked, today)?, agenda))
    };
    let (days, agenda) = state.ask(find).await?;
    let weekdays = periode.first().week(chrono::Weekday::Mon).first_day();
    let weekdays = weekdays.iter_days().take(7).map(|day| f.weekday(day));
    let title = periode.title(*f);
    shown(&Calendar {
        weekdays: weekdays.collect(),
        empty: days.iter().all(|day| day.lines.is_empty()),
        weeks: weeks(days, periode),
        f: f.titled(title),
        other: periode.other(today).query(),
        periode,
        may_subscribe,
        agenda,
    })
}

fn days(
    conn: &mut Conn,
    config: &Config,
    periode: Periode,
    today: NaiveDate,
) -> Result<Vec<Day>, Error> {
    let words = super::words::Words::of(&config.messages);
    let (first, last) = (periode.first(), periode.last());
    let found = agenda::by_day(conn, words.zone, first, last, periode.most())?;
    let mut days = Vec::new();
    for day in found {
        let lines = lines(conn, config, day.first, periode.letters())?;
        let shown = i64::try_from(lines.len()).unwrap_or_default();
        days.push(Day {
            date: day.date,
            name: words.date(day.date, false),
            number: day.date.format("%-d").to_string(),
            today: day.date == today,
            lines,
            more: day.count - shown,
            many: day.count >= COUNTED_MAX,
        });
    }
    Ok(days)
}

/// Rows from Monday to Sunday.
fn weeks(days: Vec<Day>, periode: Periode) -> Vec<Vec<Option<Day>>> {
    let mut cells: Vec<Option<Day>> = (0..periode.before()).map(|_| None).collect();
    cells.extend(days.into_iter().map(Some));
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    let mut weeks = Vec::new();
    let mut cells = cells.into_iter().peekable();
    while cells.peek().is_some() {
        weeks.push(cells.by_ref().take(7).collect());
    }
    weeks
}
