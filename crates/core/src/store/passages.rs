//! The dispatcher's diary: one row for each run.

use super::{Conn, Error};
use crate::instant::Instant;
use crate::schema::passages;
use crate::vocabulary::{Etat, Mode};
use diesel::prelude::*;
use std::time::Duration;

/// What a run did, in numbers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, Queryable, Selectable, AsChangeset,
)]
#[diesel(table_name = passages)]
pub struct Counts {
    /// Messages taken.
    #[diesel(column_name = nb_messages)]
    pub messages: i64,
    /// Envois accepted.
    #[diesel(column_name = nb_envoyes)]
    pub envoyes: i64,
    /// Envois that ended in `echec`.
    #[diesel(column_name = nb_echecs)]
    pub echecs: i64,
    /// Envois that ended in `incertain`.
    #[diesel(column_name = nb_incertains)]
    pub incertains: i64,
    /// Envois that ended in `ignore`.
    #[diesel(column_name = nb_ignores)]
    pub ignores: i64,
    /// Attempts that will be made again.
    #[diesel(column_name = nb_reportes)]
    pub reportes: i64,
}

impl Counts {
    /// Counts one envoi that came to this state.
    pub const fn add(&mut self, etat: Etat) {
        let count = match etat {
            Etat::Envoye => &mut self.envoyes,
            Etat::Echec => &mut self.echecs,
            Etat::Incertain => &mut self.incertains,
            Etat::Ignore => &mut self.ignores,
            Etat::AEnvoyer | Etat::Reserve | Etat::Emission => &mut self.reportes,
        };
        *count += 1;
    }
}

/// A run that begins.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = passages)]
pub struct NewPassage {
    /// A UUID that sorts by time.
    pub id: String,
    /// Name of the machine.
    pub hote: String,
    /// Where messages go.
    pub mode: Mode,
}

/// A run, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = passages)]
pub struct Passage {
    /// A UUID that sorts by time.
    pub id: String,
    /// Name of the machine.
    pub hote: String,
    /// Where messages went.
    pub mode: Mode,
    /// Begin.
    pub debut: Instant,
    /// Last sign of life.
    pub battement: Instant,
    /// End; none while it runs, or if it was killed.
    pub fin: Option<Instant>,
    /// What it did until then.
    #[diesel(embed)]
    pub counts: Counts,
    /// Why it stopped early, if it did.
    pub arret: Option<String>,
}

/// Before this program was written no clock can be right.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// A clock that is so far behind the last run is wrong, or was.
const BACKWARD_MAX: Duration = Duration::from_secs(24 * 3600);

/// No school is closed for so long: a clock so far after the last run is wrong, or was. Were it
/// believed, every message of the year would be too late.
const FORWARD_MAX: Duration = Duration::from_secs(366 * 24 * 3600);

/// A clock that leapt is believed when runs have seen it go on for so long: whether it was wrong
/// before or is now, sending must not stop until its own time has come.
const PROBATION: Duration = Duration::from_secs(3600);

/// Why a run ended that found such a clock, or wrote with one.
const CLOCK: &str = "horloge";

/// Rows are kept for this long.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Writes that a run begins, and returns the time. One that finds nothing to do is `over` with it,
/// in one commit, and in the one in which a run that may begin does what `also` says.
///
/// # Errors
/// `Unavailable` when the clock cannot be right: nothing is sent then.
pub fn begin(
    conn: &mut Conn,
    new: &NewPassage,
    over: bool,
    also: impl FnOnce(&mut Conn, Instant) -> Result<(), Error>,
) -> Result<Instant, Error> {
    let (now, fault) = conn.write(|conn| {
        let now = conn.now()?;
        let fault = clock_fault(conn, now)?;
        if fault.is_none() {
            disown_future(conn, now)?;
        }
        insert(conn, new, over || fault.is_some(), fault.is_some(), now)?;
        if fault.is_none() {
            forget(conn, now)?;
            also(conn, now)?;
        }
        Ok((now, fault))
    })?;
    fault.map_or(Ok(now), |reason| Err(Error::Unavailable(reason)))
}

/// Writes that a run begins and takes it back, to see whether one could.
pub fn rehearse(conn: &mut Conn, new: &NewPassage) -> Result<(), Error> {
    conn.rehearse(|conn| {
        let now = conn.now()?;
        insert(conn, new, true, false, now)
    })
}

/// Old rows go; the last run that sent for real stays, whatever its age, as the proof of it.
fn forget(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    use passages::{debut, id, mode, nb_envoyes, table};
    let proof = table
        .filter(mode.eq(Mode::Reel).and(nb_envoyes.gt(0)))
        .order(debut.desc());
    let proof: Option<String> = conn.first(proof.select(id).limit(1))?;
    let old = table.filter(debut.lt(now - KEPT).and(id.ne(proof.unwrap_or_default())));
    conn.execute(diesel::delete(old)).map(drop)
}

/// When a run last sent for real, or may have.
pub fn last_real(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    use passages::{battement, debut, fin, mode, nb_envoyes, nb_incertains, table};
    let sent = nb_envoyes.gt(0).or(nb_incertains.gt(0)).or(fin.is_null());
    let runs = table.filter(mode.eq(Mode::Reel).and(sent));
    conn.first(runs.order(debut.desc()).select(battement).limit(1))
}

fn insert(
    conn: &mut Conn,
    new: &NewPassage,
    over: bool,
    refused: bool,
    now: Instant,
) -> Result<(), Error> {
    let row = (
        new,
        passages::pid.eq(i64::from(std::process::id())),
        passages::version.eq(env!("CARGO_PKG_VERSION")),
        passages::debut.eq(now),
        passages::battement.eq(now),
        passages::fin.eq(over.then_some(now)),
        passages::arret.eq(refused.then_some(CLOCK)),
    );
    conn.execute(diesel::insert_into(passages::table).values(row))
        .map(drop)
}

/// What runs wrote by a clock that is no longer believed is a witness no more.
fn disown_future(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    let future = passages::table.filter(passages::debut.gt(now + BACKWARD_MAX));
    conn.execute(diesel::update(future).set(passages::arret.eq(CLOCK)))
        .map(drop)
}

/// Why the clock cannot be right, if so.
pub fn clock_fault(conn: &mut Conn, now: Instant) -> Result<Option<String>, Error> {
    let earliest: Option<Instant> = EARLIEST.parse().ok();
    if earliest.is_some_and(|earliest| now < earliest) {
        return Ok(Some(format!(
            "l'horloge indique {now} : impossible, rien n'est envoyé"
        )));
    }
    let Some(last) = last_witness(conn)? else {
        return Ok(None);
    };
    let leap = if now + BACKWARD_MAX < last {
        "plus d'un jour avant"
    } else if now > last + FORWARD_MAX {
        "plus d'un an après"
    } else {
        return Ok(None);
    };
    if stands_by_it(conn, now)? {
        return Ok(None);
    }
    Ok(Some(format!(
        "l'horloge indique {now}, {leap} le traitement précédent ({last}) : rien n'est envoyé \
         avant qu'elle n'ait avancé d'une heure sans nouveau saut"
    )))
}

/// The last sign of life of a run whose clock was believed.
fn last_witness(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    use passages::{arret, battement, debut, id, table};
    let believed = table.filter(arret.is_null().or(arret.ne(CLOCK)));
    let newest = believed.order((debut.desc(), id.desc()));
    conn.first(newest.select(battement).limit(1))
}

/// Whether a run was refused for this same clock at least an hour and at most a day ago.
fn stands_by_it(conn: &mut Conn, now: Instant) -> Result<bool, Error> {
    use passages::{arret, debut, id, table};
    let refused = table
        .filter(arret.eq(CLOCK))
        .filter(debut.gt(now - BACKWARD_MAX))
        .filter(debut.le(now - PROBATION));
    let found: Option<String> = conn.first(refused.select(id).limit(1))?;
    Ok(found.is_some())
}

/// A run gives a sign of life every few seconds.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// No run lives longer.
const LIFE_MAX: Duration = Duration::from_secs(600);

/// Whether a run is under way.
pub fn is_under_way(conn: &mut Conn) -> Result<bool, Error> {
    use passages::{battement, debut, fin, id, table};
    let now = conn.now()?;
    let young = table.filter(debut.gt(now - LIFE_MAX));
    let alive = young.filter(fin.is_null().and(battement.gt(now - SILENCE_MAX)));
    let found: Option<String> = conn.first(alive.select(id).limit(1))?;
    Ok(found.is_some())
}

/// A sign of life, with the numbers so far.
pub fn heartbeat(conn: &mut Conn, id: &str, counts: &Counts, now: Instant) -> Result<(), Error> {
    write(conn, id, counts, None, None, now)
}

/// The end of a run; `arret` tells why it stopped before everything was done.
pub fn finish(
    conn: &mut Conn,
    id: &str,
    counts: &Counts,
    arret: Option<String>,
    now: Instant,
) -> Result<(), Error> {
    write(conn, id, counts, arret, Some(now), now)
}

fn write(
    conn: &mut Conn,
    id: &str,
    counts: &Counts,
    arret: Option<String>,
    fin: Option<Instant>,
    now: Instant,
) -> Result<(), Error> {
    let state = (
        counts,
        passages::battement.eq(now),
        passages::fin.eq(fin),
        passages::arret.eq(arret),
    );
    conn.execute(diesel::update(passages::table.find(id)).set(state))
        .map(drop)
}

/// The newest runs, the newest first.
pub fn last(conn: &mut Conn, limit: i64) -> Result<Vec<Passage>, Error> {
    let newest = passages::table.order((passages::debut.desc(), passages::id.desc()));
    conn.load(newest.select(Passage::as_select()).limit(limit))
}
