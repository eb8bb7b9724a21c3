//! Leases that ended without an answer, and envois that waited too long.

use super::UNSENT;
use crate::instant::Instant;
use crate::schema::{envois, messages};
use crate::store::literal::word;
use crate::store::sql::{Key, columns, statements};
use crate::store::{Conn, Error, LEASE_MAX};
use crate::vocabulary::{Canal, Etat, Motif, Statut};
use diesel::prelude::*;

/// E-mails are sent again at most so often after a lost answer (with the same Message-ID).
pub const AMBIGUOUS_RESENDS: i64 = 2;

/// An envoi taken back from a run that died.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
#[diesel(table_name = envois)]
pub struct Recovered {
    /// Number of the envoi.
    pub id: i64,
    /// Token of the dead claim.
    pub jeton: i64,
    /// Its message.
    pub message: i64,
    /// Its channel.
    pub canal: Canal,
    /// What it became: `a_envoyer` or `incertain`.
    pub etat: Etat,
}
columns!(Recovered: id, jeton);

/// The state in which an envoi ended without being sent.
#[derive(diesel::QueryableByName)]
#[diesel(table_name = envois)]
struct Ended {
    etat: Etat,
}

/// What may be asked again after a lost answer.
const ASKED_AGAIN: &str = "
    CASE canal WHEN 'email' THEN ambigus < {resends} ELSE passerelle = {repeatable} END ";

statements! {
    // SQLite takes a partial index when the question repeats its condition word for word.
    fn take_back_claimed(now: Instant, never: Instant) =
        "WITH morts AS MATERIALIZED (
            SELECT id FROM envois
             WHERE etat IN ('reserve', 'emission') AND etat = 'reserve'
               AND (bail_jusqua <= {now} OR bail_jusqua > {never}) {skip locked})
         UPDATE envois SET etat = 'a_envoyer', proprio = NULL, bail_jusqua = NULL
          WHERE id IN (SELECT id FROM morts)
         RETURNING id, jeton, message, canal, etat";

    fn take_back_announced(
        passage: &str, resends: i64, repeatable: &str, now: Instant, never: Instant,
    ) =
        "WITH morts AS MATERIALIZED (
            SELECT id FROM envois
             WHERE etat IN ('reserve', 'emission') AND etat = 'emission' AND proprio <> {passage}
               AND (bail_jusqua <= {now} OR bail_jusqua > {never}) {skip locked})
         UPDATE envois
            SET etat = CASE WHEN", ASKED_AGAIN, "THEN 'a_envoyer' ELSE 'incertain' END,
                motif = CASE WHEN", ASKED_AGAIN, "THEN NULL ELSE 'resultat_inconnu' END,
                termine_le = CASE WHEN", ASKED_AGAIN, "THEN NULL ELSE {now} END,
                prochaine = {now}, ambigus = ambigus + 1, proprio = NULL, bail_jusqua = NULL
          WHERE id IN (SELECT id FROM morts)
         RETURNING id, jeton, message, canal, etat";

    fn attempts(unanswered: &[Recovered], now: Instant) =
        "UPDATE tentatives SET fin = {now}, verdict = 'ambigu' FROM {unanswered}
          WHERE tentatives.envoi = r.id AND tentatives.jeton = r.jeton AND tentatives.fin IS NULL";

    fn given_up(message: i64, now: Instant) =
        "UPDATE envois
            SET etat = 'incertain', motif = 'resultat_inconnu', termine_le = {now},
                ambigus = ambigus + 1, proprio = NULL, bail_jusqua = NULL
          WHERE message = {message} AND etat = 'emission'
         RETURNING id, jeton, message, canal, etat";

    fn ended_with(cancelled: &[Key], etat: Etat, motif: Motif, now: Instant) =
        "UPDATE envois SET", UNSENT, "
          WHERE etat = 'a_envoyer' AND message IN (SELECT r.cle FROM {cancelled})
         RETURNING etat";

    fn ended_late(etat: Etat, motif: Motif, now: Instant) =
        "UPDATE envois SET", UNSENT, " WHERE etat = 'a_envoyer' AND expire <= {now} RETURNING etat";
}

/// Takes back what dead runs left. Nothing left the machine in `reserve`: it waits again. In
/// `emission` the network may have it: an SMS is never sent again by itself, unless its gateway is
/// `repeatable`; an e-mail at most [`AMBIGUOUS_RESENDS`] times.
///
/// What `passage` itself has in `emission` is left alone, whatever the clock says of its lease: the
/// run that asks is alive, keeps its own deadlines by a clock that nobody sets, and hears the answer.
pub fn recover(
    conn: &mut Conn,
    passage: &str,
    repeatable: Option<&str>,
    now: Instant,
) -> Result<Vec<Recovered>, Error> {
    let (never, repeatable) = (now + LEASE_MAX, repeatable.unwrap_or_default());
    let mut recovered: Vec<Recovered> = conn.load(take_back_claimed(now, never))?;
    let unanswered: Vec<Recovered> = conn.load(take_back_announced(
        passage,
        AMBIGUOUS_RESENDS,
        repeatable,
        now,
        never,
    ))?;
    if !unanswered.is_empty() {
        conn.execute(attempts(&unanswered, now))?;
    }
    recovered.extend(unanswered);
    Ok(recovered)
}

/// Ends what was being sent of a message, in a database whose runs are dead: nobody knows any more what
/// became of it, and nobody tries again.
pub fn give_up(conn: &mut Conn, message: i64, now: Instant) -> Result<(), Error> {
    let ended: Vec<Recovered> = conn.load(given_up(message, now))?;
    conn.execute(attempts(&ended, now)).map(drop)
}

/// Ends what came back to `a_envoyer` from an attempt that was under way when its message was
/// cancelled. Returns the state of each.
pub fn drop_cancelled(conn: &mut Conn, now: Instant) -> Result<Vec<Etat>, Error> {
    // Asked apart, because there is hardly ever one: as a part of the change, PostgreSQL may look
    // at every open message for every envoi that waits.
    let cancelled = messages::table
        .filter(messages::statut.eq(word(Statut::EnAttente)))
        .filter(messages::annule_le.is_not_null());
    let cancelled: Vec<i64> = conn.load(cancelled.select(messages::id))?;
    if cancelled.is_empty() {
        return Ok(Vec::new());
    }
    let cancelled = Key::of(cancelled);
    conn.load(ended_with(&cancelled, Etat::Ignore, Motif::Annule, now))
        .map(states)
}

/// Ends what is too late to be sent, whether or not its channel works. Returns the state of each.
pub fn expire(conn: &mut Conn, now: Instant) -> Result<Vec<Etat>, Error> {
    conn.load(ended_late(Etat::Echec, Motif::Expire, now))
        .map(states)
}

fn states(ended: Vec<Ended>) -> Vec<Etat> {
    ended.into_iter().map(|ended| ended.etat).collect()
}
