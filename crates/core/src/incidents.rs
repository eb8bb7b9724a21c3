//! Incidents: what needs a person, told once when it begins, once a day while it lasts, once when it
//! ends.
//!
//! `found` asks the store what is the case; here that is compared with what is open in the database,
//! in one transaction that says what is to be told, and by whom: of several machines that see the same
//! thing one has it. Only then it is told, by [`aloud`], [`mail`] and [`Ping`], which know nothing of
//! each other. (So what was to be told when a program was killed is told a day later.)
//!
//! What concerns one message is opened in the transaction that closes the message, the rest by the runs,
//! each at its end, and by whoever watches over the runs.

mod aloud;
mod found;
mod mail;
mod ping;
mod words;

pub use aloud::aloud;
pub use found::SILENCE_MAX;
pub use mail::mail;
pub use ping::Ping;

use crate::config::{Config, Database, Lang};
use crate::instant::Instant;
use crate::store::incidents::{self as store, Constat, Incident};
use crate::store::{Conn, Error, migrations};
use crate::vocabulary::{Canal, Genre};
use found::Look;
use std::time::Duration;
use words::{over, said, sentences};

/// What is told of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It begins.
    Begins,
    /// It lasts, since a day at least.
    Lasts,
    /// It is over.
    Ends,
}

/// What this process is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Begin, middle or end.
    pub news: News,
    /// The incident.
    pub incident: Incident,
    /// A sentence for a person.
    pub text: String,
}

/// How things stand, and what is to be told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// What this process is to tell.
    pub told: Vec<Told>,
    /// What is open now, each with its sentence.
    pub open: Vec<(Incident, String)>,
}

impl State {
    /// Whether a kind of incident is to be told of by this process.
    #[must_use]
    pub fn tells(&self, genre: Genre) -> bool {
        self.told.iter().any(|told| told.incident.genre == genre)
    }

    /// Whether e-mails leave.
    fn mail_works(&self) -> bool {
        let stopped = |(incident, _): &(Incident, String)| {
            incident.genre.is_of_channel() && incident.objet == Canal::Email.as_str()
        };
        !self.open.iter().any(stopped)
    }
}

/// What is told is told again after so long.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A telling that is so far ahead was written by a clock that ran ahead, and is void.
const AHEAD: Duration = Duration::from_secs(600);

/// Of a machine that nobody has seen for so long nobody expects the end.
const GONE: Duration = Duration::from_secs(24 * 3600);

/// Compares how things stand with what is open, after a run that ended.
///
/// # Errors
/// Those of the database: then nothing is told, and whoever asks has to say so.
pub fn after_run(config: &Config, conn: &mut Conn) -> Result<State, Error> {
    let look = Look::after_run(config);
    reconcile(conn, config.messages.lang, config.messages.zone, &look)
}

/// As [`after_run`], after one that was refused or broken off.
///
/// # Errors
/// As [`after_run`].
pub fn after_failure(config: &Config, conn: &mut Conn) -> Result<State, Error> {
    if conn.is_broken() {
        conn.reopen()?;
    }
    let look = Look::after_failure(config, conn)?;
    reconcile(conn, config.messages.lang, config.messages.zone, &look)
}

/// Keeps that this machine's settings are wrong, those of the database apart; `names` are those
/// settings.
///
/// # Errors
/// As [`after_run`]; when the database is not there with the tables of this program.
pub fn of_settings(database: &Database, lang: Lang, names: &str) -> Result<State, Error> {
    let mut conn = migrations::open_current(database)?;
    let look = Look::of_settings(names);
    reconcile(&mut conn, lang, chrono_tz::Europe::Paris, &look)
}

/// Looks, beside the runs, whether there are any.
///
/// # Errors
/// As [`after_run`].
pub fn watch(config: &Config, conn: &mut Conn) -> Result<State, Error> {
    let look = Look::beside_runs();
    reconcile(conn, config.messages.lang, config.messages.zone, &look)
}

/// What is open now, whether or not somebody wrote down that there are no runs, each with its sentence;
/// changes nothing.
///
/// # Errors
/// Those of the database.
pub fn now(lang: Lang, conn: &mut Conn) -> Result<Vec<(Incident, String)>, Error> {
    let open = open(conn)?;
    sentences(lang, conn, open)
}

/// As [`now`], without the sentences.
///
/// # Errors
/// Those of the database.
pub fn open(conn: &mut Conn) -> Result<Vec<Incident>, Error> {
    let now = conn.now()?;
    let mut open = store::open(conn)?;
    let silent = found::silence(conn, now, &open)?;
    open.retain(|incident| {
        incident.genre != Genre::SansPassage || silent.as_ref().is_some_and(|s| s.is(incident))
    });
    if let Some(constat) = silent.filter(|silent| !open.iter().any(|one| silent.is(one))) {
        open.push(Incident {
            id: 0,
            genre: constat.genre,
            objet: constat.objet,
            detail: constat.detail,
            debut: now,
            vu_le: now,
            dit_le: None,
        });
    }
    Ok(open)
}

fn reconcile(
    conn: &mut Conn,
    lang: Lang,
    zone: chrono_tz::Tz,
    look: &Look<'_>,
) -> Result<State, Error> {
    // Mostly there is nothing, and nothing is written then.
    let now = conn.now()?;
    let open = store::open(conn)?;
    let is_quiet = open.is_empty() && look.look(conn, now, &open)?.is_empty();
    if is_quiet || look.is_blind() {
        return Ok(State {
            told: Vec::new(),
            open: sentences(lang, conn, open)?,
        });
    }
    conn.write(|conn| {
        let now = conn.now()?;
        let open = store::open_locked(conn)?;
        let found = look.look(conn, now, &open)?;
        let ended = compare(conn, look, &open, &found, now)?;
        store::forget(conn, now)?;
        let mut told = Vec::new();
        let open = store::open(conn)?;
        let open = sentences(lang, conn, open)?;
        for (incident, sentence) in &open {
            let is_due = look.covers(incident, now) && is_due(incident, now);
            if is_due && store::claim(conn, incident, now)? {
                told.push(said(lang, zone, incident, sentence));
            }
        }
        told.extend(ended.into_iter().map(|incident| over(lang, incident)));
        Ok(State { told, open })
    })
}

/// Opens, keeps and ends; returns what this caller ended, and somebody was told of.
fn compare(
    conn: &mut Conn,
    look: &Look<'_>,
    open: &[Incident],
    found: &[Constat],
    now: Instant,
) -> Result<Vec<Incident>, Error> {
    for constat in found {
        match open.iter().find(|incident| constat.is(incident)) {
            Some(incident) => store::goes_on(conn, incident, constat, now)?,
            None => store::begin(conn, constat, now)?,
        }
    }
    let mut ended = Vec::new();
    for incident in open {
        let is_found = found.iter().any(|constat| constat.is(incident));
        if is_found || !look.covers(incident, now) || !store::end(conn, incident, now)? {
            continue;
        }
        // A channel that is stopped for another reason does not work again.
        let replaced = |constat: &Constat| {
            let both = constat.genre.is_of_channel() && incident.genre.is_of_channel();
            both && constat.objet == incident.objet
        };
        if incident.dit_le.is_some() && !found.iter().any(replaced) {
            ended.push(incident.clone());
        }
    }
    Ok(ended)
}

fn is_due(incident: &Incident, now: Instant) -> bool {
    let told = incident.dit_le;
    told.is_none_or(|told| told + DAY <= now || told > now + AHEAD)
}
