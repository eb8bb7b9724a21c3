//! Questions of the administrator: what is due, waiting, late, uncertain.

use super::backend::either;
use super::literal::{is_one_of, word};
use super::messages::{is_due, is_leaving};
use super::{Conn, Error};
use crate::instant::Instant;
use crate::schema::{envois, messages};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::dsl::{count_star, exists, min, select, sql};
use diesel::prelude::*;

/// Envois of one channel in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Queryable)]
pub struct Waiting {
    /// The channel.
    pub canal: Canal,
    /// The state.
    pub etat: Etat,
    /// How many.
    pub nombre: i64,
    /// The earliest next attempt among them.
    pub prochaine: Option<Instant>,
}

/// Programmed messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Programmed {
    /// Whether their date has come.
    pub due: bool,
    /// How many.
    pub nombre: i64,
    /// The earliest date among them.
    pub premiere: Instant,
}

/// A message of which somebody's envoi is uncertain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Uncertain {
    /// Number of the message.
    #[diesel(column_name = id)]
    pub message: i64,
    /// Its channel.
    #[diesel(column_name = type_)]
    pub canal: Canal,
    /// How many envois.
    #[diesel(column_name = nb_incertains)]
    pub nombre: i64,
}

/// True when a run would find nothing to do: no message is due, and none is leaving.
pub fn is_idle(conn: &mut Conn, now: Instant) -> Result<bool, Error> {
    let leaving = messages::table.filter(is_leaving());
    let due = messages::table.filter(is_due(now));
    let is_busy: bool = conn.one(select(exists(leaving).or(exists(due))))?;
    Ok(!is_busy)
}

/// Envois that are not final, by channel and state.
pub fn waiting(conn: &mut Conn) -> Result<Vec<Waiting>, Error> {
    use envois::{canal, etat, prochaine, table};
    let counted = table
        .group_by((canal, etat))
        .select((canal, etat, count_star(), min(prochaine)));
    // One question for each partial index: the history is never read.
    let waits = counted.filter(etat.eq(word(Etat::AEnvoyer)));
    let held = counted.filter(is_one_of(etat, &[Etat::Reserve, Etat::Emission]));
    let mut groups: Vec<Waiting> = conn.load(either(waits.union_all(held)))?;
    groups.sort_unstable_by_key(|group| (group.canal.as_str(), group.etat.as_str()));
    Ok(groups)
}

/// Programmed messages, those that are due apart.
pub fn programmed(conn: &mut Conn, now: Instant) -> Result<Vec<Programmed>, Error> {
    use messages::{date_programmee, statut, table};
    let all = table
        .filter(statut.eq(word(Statut::Programme)))
        .select((count_star(), min(date_programmee)));
    let due: (i64, Option<Instant>) = conn.one(all.clone().filter(date_programmee.le(now)))?;
    let later: (i64, Option<Instant>) = conn.one(all.filter(date_programmee.gt(now)))?;
    let groups = [(true, due), (false, later)];
    Ok(groups
        .into_iter()
        .filter_map(|(due, (nombre, premiere))| {
            Some(Programmed {
                due,
                nombre,
                premiere: premiere?,
            })
        })
        .collect())
}

/// Messages with uncertain envois, the newest first; of those that were forgotten nobody can find out more.
pub fn uncertain(conn: &mut Conn, limit: i64) -> Result<Vec<Uncertain>, Error> {
    // Written out, as the partial index has it.
    let uncertain = messages::table
        .filter(messages::nb_incertains.gt(sql("0")))
        .filter(messages::oublie_le.is_null())
        .order(messages::id.desc());
    conn.load(uncertain.select(Uncertain::as_select()).limit(limit))
}

/// Messages that a simulation marked as sent, the newest first: nobody got them.
pub fn simulated(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let sent = messages::statut.eq(Statut::Envoye);
    let kept = messages::oublie_le.is_null();
    let simulated = messages::table.filter(messages::simule.and(sent).and(kept));
    conn.load(simulated.select(messages::id).order(messages::id.desc()))
}
