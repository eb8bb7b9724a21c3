//! The first page: what needs a person, what leaves next, how the last days went.

use super::Page;
use super::chart::{Chart, Day};
use super::frame::{Frame, Section, shown};
use super::lines::{Line, lines};
use super::visitor::Visitor;
use super::words::Words;
use crate::drf::ApiError;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::Days;
use messages_core::config::Config;
use messages_core::incidents;
use messages_core::instant::Instant;
use messages_core::store::appels::statistiques::results_by_day;
use messages_core::store::envois::missed;
use messages_core::store::messages::{self, Column, Filter, Order};
use messages_core::store::overview::{self, Uncertain};
use messages_core::store::passages::{self, Passage};
use messages_core::store::{Conn, Error, canaux, credit, depenses};
use messages_core::texts;
use messages_core::vocabulary::{Portee, Statut};
use std::time::Duration;

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new("/console/").get(Portee::Lecture, || web::to(show))]
}

/// Days before today that are shown.
const DAYS: u64 = 30;

/// Messages of a list on this page.
const FEW: i64 = 8;

/// Runs that are shown.
const RUNS: i64 = 5;

/// Some messages of one state.
struct Part {
    count: i64,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "aujourdhui.html")]
struct Today {
    f: Frame,
    found: Found,
    chart: Chart,
}

/// What the database says for this page.
struct Found {
    /// What needs a person, each since when.
    incidents: Vec<(String, Instant)>,
    uncertain: Vec<Uncertain>,
    late: Part,
    leaving: Part,
    next: Part,
    drafts: i64,
    /// What left and did not reach everybody, with how many families to telephone.
    to_call: Vec<(Line, i64)>,
    channels: Vec<String>,
    credit: Vec<String>,
    days: Vec<Day>,
    runs: Vec<Passage>,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let config = state.config.clone();
    let mut found = state.ask(move |conn| find(conn, &config)).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Today);
    let title = f.t("Aujourd’hui", "Today");
    let days = std::mem::take(&mut found.days);
    shown(&Today {
        found,
        chart: Chart::of(days),
        f: f.titled(title),
    })
}

fn find(conn: &mut Conn, config: &Config) -> Result<Found, Error> {
    let words = Words::of(&config.messages);
    let now = conn.now()?;
    let programmed = |depuis, jusqua| Filter {
        statut: Some(Statut::Programme),
        depuis,
        jusqua,
        order: vec![Order {
            column: Column::DateProgrammee,
            descending: false,
        }],
        ..Filter::default()
    };
    let of = |statut| Filter {
        statut: Some(statut),
        ..Filter::default()
    };
    Ok(Found {
        incidents: told(conn, words)?,
        uncertain: overview::uncertain(conn, FEW)?,
        late: part(conn, config, &programmed(None, Some(now)))?,
        leaving: part(conn, config, &of(Statut::EnAttente))?,
        next: part(conn, config, &programmed(Some(now), None))?,
        drafts: messages::count(conn, &of(Statut::Brouillon))?,
        to_call: to_call(conn, config, now)?,
        channels: channels(conn, config)?,
        credit: money(conn, config, words)?,
        days: days(conn, words, now)?,
        runs: passages::last(conn, RUNS)?,
    })
}

/// What needs a person; uncertain SMS are named one by one beside it.
fn told(conn: &mut Conn, words: Words) -> Result<Vec<(String, Instant)>, Error> {
    let open = incidents::now(words.lang, conn)?;
    Ok(open
        .into_iter()
        .map(|(incident, text)| (text, incident.debut))
        .collect())
}

fn part(conn: &mut Conn, config: &Config, filter: &Filter) -> Result<Part, Error> {
    let count = messages::count(conn, filter)?;
    let few = messages::page(conn, filter, 0, FEW)?;
    let lines = lines(conn, config, few, 70)?;
    Ok(Part { count, lines })
}

/// Messages that are looked at for families to telephone.
const LATEST: i64 = 40;

/// Of these, so many are named.
const NAMED: usize = 8;

/// After so long nobody telephones any more.
const CALLED_WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// What left these days and did not reach everybody, the latest first.
fn to_call(conn: &mut Conn, config: &Config, now: Instant) -> Result<Vec<(Line, i64)>, Error> {
    let latest = Filter {
        order: vec![Order {
            column: Column::DateEnvoi,
            descending: true,
        }],
        ..Filter::default()
    };
    let since = now - CALLED_WITHIN;
    let mut found = messages::page(conn, &latest, 0, LATEST)?;
    found.retain(|m| m.date_envoi.is_some_and(|at| at > since));
    found.retain(|m| m.nb_echecs + m.nb_incertains + m.nb_ignores > 0);
    let (mut some, mut counts) = (Vec::new(), Vec::new());
    for message in found {
        let count = missed::count(conn, message.id)?;
        if count > 0 {
            some.push(message);
            counts.push(count);
        }
        if some.len() == NAMED {
            break;
        }
    }
    Ok(lines(conn, config, some, 70)?
        .into_iter()
        .zip(counts)
        .collect())
}

/// The channels that are stopped, each with what to do.
fn channels(conn: &mut Conn, config: &Config) -> Result<Vec<String>, Error> {
    let stopped = canaux::stopped(conn)?;
    let lang = config.messages.lang;
    Ok(stopped
        .iter()
        .map(|stopped| stopped.arret.told(lang))
        .collect())
}

fn money(conn: &mut Conn, config: &Config, words: Words) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    if let Some(left) = credit::last(conn)? {
        let when = words.moment(&left.credit_le);
        let text = words.t("Crédit à la passerelle SMS :", "Credit at the SMS gateway:");
        told.push(format!("{text} {} ({when})", left.credit));
    }
    let comptes = depenses::of_settings(conn, config)?;
    if !comptes.is_empty() {
        let text = words.t("SMS comptés :", "SMS counted:");
        told.push(format!("{text} {}", texts::comptes(words.lang, &comptes)));
    }
    Ok(told)
}

fn days(conn: &mut Conn, words: Words, now: Instant) -> Result<Vec<Day>, Error> {
    let today = now.in_zone(words.zone).date_naive();
    let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
    let results = results_by_day(conn, words.zone, first, today)?;
    let day = |(date, bilan): (chrono::NaiveDate, _)| Day {
        date: date.to_string(),
        name: date.format("%d/%m").to_string(),
        bilan,
    };
    Ok(results.into_iter().map(day).collect())
}
