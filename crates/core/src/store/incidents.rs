//! Incidents, from their begin to their end.
//!
//! Whoever opens one, finds that it lasts, or ends it, may tell it only if a row was changed by that:
//! of several machines that see the same thing at the same moment one has that.

use super::backend::{either, locked};
use super::literal::{IsDistinctFrom, word};
use super::messages::{Closed, is_due};
use super::{Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::schema::incidents::{self, table};
use crate::schema::{envois, messages};
use crate::vocabulary::{Canal, Etat, Genre, Statut};
use diesel::dsl::{min, not};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use std::time::Duration;

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = incidents)]
pub struct Incident {
    /// Its number.
    pub id: i64,
    /// Of which kind.
    pub genre: Genre,
    /// The channel, the message's number, the machine's name, or nothing: with the kind, which
    /// incident it is.
    pub objet: String,
    /// What more there is to say: a cause, names of settings, a number.
    pub detail: Option<String>,
    /// When it was seen first.
    pub debut: Instant,
    /// When it was seen last, give or take an hour.
    pub vu_le: Instant,
    /// When it was told last.
    pub dit_le: Option<Instant>,
}

/// What is found to be the case.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = incidents, treat_none_as_default_value = false)]
pub struct Constat {
    /// See [`Incident::genre`].
    pub genre: Genre,
    /// See [`Incident::objet`].
    pub objet: String,
    /// See [`Incident::detail`].
    pub detail: Option<String>,
}

impl Constat {
    /// Whether the incident is this.
    #[must_use]
    pub fn is(&self, incident: &Incident) -> bool {
        self.genre == incident.genre && self.objet == incident.objet
    }
}

/// What is over is kept for so long.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Messages that are asked for at once: both databases bound how many.
const CHUNK: usize = 500;

/// What lasts is written down so often.
const SEEN_EVERY: Duration = Duration::from_secs(3600);

/// What is not over, in the order of its begin.
pub fn open(conn: &mut Conn) -> Result<Vec<Incident>, Error> {
    let open = table.filter(incidents::fin.is_null());
    conn.load(open.order(incidents::id).select(Incident::as_select()))
}

/// The same, locked until the commit.
pub fn open_locked(conn: &mut Conn) -> Result<Vec<Incident>, Error> {
    let open = table.filter(incidents::fin.is_null());
    conn.load(locked(
        open.order(incidents::id).select(Incident::as_select()),
    ))
}

/// Opens an incident that nobody has told, unless it is open.
pub fn begin(conn: &mut Conn, constat: &Constat, now: Instant) -> Result<(), Error> {
    let times = (incidents::debut.eq(now), incidents::vu_le.eq(now));
    let insertion = diesel::insert_into(table).values((constat, times));
    conn.execute(either(insertion.on_conflict_do_nothing()))
        .map(drop)
}

/// Opens what there is to tell of messages that were closed, with what `explain` says of them; to be
/// called in the transaction in which they were.
pub fn of_closed(
    conn: &mut Conn,
    closed: &[Closed],
    explain: impl Fn(&Closed) -> Option<String>,
    now: Instant,
) -> Result<(), Error> {
    for message in closed {
        let doubts = message.count(Etat::Incertain);
        let (genre, detail) = if doubts > 0 {
            (Genre::Incertain, Some(doubts.to_string()))
        } else if message.statut == Statut::Echec && !message.annule {
            (Genre::Personne, explain(message))
        } else {
            continue;
        };
        let constat = Constat {
            genre,
            objet: message.id.to_string(),
            detail,
        };
        begin(conn, &constat, now)?;
    }
    Ok(())
}

/// Keeps that an incident lasts; one of which something else is to be said now is as one that nobody
/// has told.
pub fn goes_on(
    conn: &mut Conn,
    incident: &Incident,
    constat: &Constat,
    now: Instant,
) -> Result<(), Error> {
    let detail = constat.detail.as_deref();
    let row = table.find(incident.id);
    if incident.detail.as_deref() != detail {
        let other = IsDistinctFrom::new(incidents::detail, detail.into_sql::<Nullable<Text>>());
        conn.execute(diesel::update(row.filter(other)).set((
            incidents::detail.eq(detail),
            incidents::dit_le.eq(None::<Instant>),
        )))?;
    }
    let stale = incident.vu_le + SEEN_EVERY < now || incident.vu_le > now;
    if stale {
        conn.execute(diesel::update(row).set(incidents::vu_le.eq(now)))?;
    }
    Ok(())
}

/// Whether it is this caller's to tell that the incident begins or lasts.
pub fn claim(conn: &mut Conn, incident: &Incident, now: Instant) -> Result<bool, Error> {
    let before = incident.dit_le.into_sql::<Nullable<InstantSql>>();
    let same = not(IsDistinctFrom::new(incidents::dit_le, before));
    let row = table.find(incident.id).filter(incidents::fin.is_null());
    let told = diesel::update(row.filter(same)).set(incidents::dit_le.eq(now));
    Ok(conn.execute(told)? > 0)
}

/// Ends an incident; whether it was this caller who did.
pub fn end(conn: &mut Conn, incident: &Incident, now: Instant) -> Result<bool, Error> {
    let row = table.find(incident.id).filter(incidents::fin.is_null());
    let ended = diesel::update(row).set(incidents::fin.eq(now));
    Ok(conn.execute(ended)? > 0)
}

/// What is over for long goes.
pub fn forget(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    let old = table.filter(incidents::fin.lt(now - KEPT));
    conn.execute(diesel::delete(old)).map(drop)
}

/// Since when something is due that has not left although it could: nothing of the channels that are
/// `stopped`, and of those of which only so many leave in a minute no envoi that waits its turn.
pub fn overdue(
    conn: &mut Conn,
    limit: Instant,
    stopped: &[Canal],
    slowed: &[Canal],
) -> Result<Option<Instant>, Error> {
    let programmed = messages::table
        .filter(is_due(limit))
        .filter(messages::programme_le.le(limit))
        .filter(messages::type_.ne_all(stopped));
    let message: Option<Instant> = conn.one(programmed.select(min(messages::date_programmee)))?;
    let waiting = envois::table
        .filter(envois::etat.eq(word(Etat::AEnvoyer)))
        .filter(envois::prochaine.le(limit))
        .filter(envois::canal.ne_all(stopped))
        .filter(envois::canal.ne_all(slowed));
    let envoi: Option<Instant> = conn.one(waiting.select(min(envois::prochaine)))?;
    Ok([message, envoi].into_iter().flatten().min())
}

/// What is the case of messages: each with whether nobody got it, and whether somebody's envoi is
/// uncertain. What was deleted is not among them.
pub fn of_messages(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, bool, bool)>, Error> {
    let mut states = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let named = messages::table.filter(messages::id.eq_any(ids));
        let rows: Vec<(i64, Statut, i64)> =
            conn.load(named.select((messages::id, messages::statut, messages::nb_incertains)))?;
        let told = |(id, statut, doubts)| (id, statut == Statut::Echec, doubts > 0);
        states.extend(rows.into_iter().map(told));
    }
    Ok(states)
}
