//! Leases that ended without an answer, and envois that waited too long.

use super::{ended, unsent};
use crate::instant::Instant;
use crate::store::sql::sql;
use crate::store::{Conn, Error, LEASE_MAX};
use crate::vocabulary::{Canal, Etat, Motif};
use diesel::sql_types::{BigInt, Text};

/// E-mails are sent again at most so often after a lost answer (with the same Message-ID).
pub const AMBIGUOUS_RESENDS: i64 = 2;

/// An envoi taken back from a run that died.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct Recovered {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Token of the dead lease.
    #[diesel(sql_type = BigInt)]
    pub jeton: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// Its channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// What it became: `a_envoyer` or `incertain`.
    #[diesel(sql_type = Text)]
    pub etat: Etat,
}

/// Takes back what dead runs left. Nothing left the machine in `reserve`: it waits again. In
/// `emission` the network may have it: an SMS is never sent again by itself, an e-mail at most
/// [`AMBIGUOUS_RESENDS`] times.
///
/// What `passage` itself has in `emission` is left alone, whatever the clock says of its lease: the
/// run that asks is alive, keeps its own deadlines by a clock that nobody sets, and hears the answer.
///
/// # Errors
/// The database's.
pub fn recover(conn: &mut Conn, passage: &str, now: Instant) -> Result<Vec<Recovered>, Error> {
    // SQLite takes a partial index when the question repeats its condition word for word.
    let mut recovered: Vec<Recovered> = conn.load(
        sql("WITH morts AS MATERIALIZED (
                SELECT id FROM envois
                 WHERE etat IN ('reserve', 'emission') AND etat = 'reserve'
                   AND (bail_jusqua <= ? OR bail_jusqua > ?) {skip locked})
              UPDATE envois SET etat = 'a_envoyer', proprio = NULL, bail_jusqua = NULL,
                                reprises = reprises + 1
               WHERE id IN (SELECT id FROM morts)
              RETURNING id, jeton, message, canal, etat")
        .bind(now)
        .bind(now + LEASE_MAX),
    )?;
    let unanswered: Vec<Recovered> = conn.load(
        sql("WITH morts AS MATERIALIZED (
                SELECT id FROM envois
                 WHERE etat IN ('reserve', 'emission') AND etat = 'emission' AND proprio <> ?
                   AND (bail_jusqua <= ? OR bail_jusqua > ?) {skip locked})
              UPDATE envois
                 SET etat = CASE WHEN canal = 'email' AND ambigus < ? THEN 'a_envoyer'
                                 ELSE 'incertain' END,
                     motif = CASE WHEN canal = 'email' AND ambigus < ? THEN NULL
                                  ELSE 'resultat_inconnu' END,
                     termine_le = CASE WHEN canal = 'email' AND ambigus < ? THEN NULL ELSE ? END,
                     prochaine = ?, ambigus = ambigus + 1, reprises = reprises + 1,
                     proprio = NULL, bail_jusqua = NULL
               WHERE id IN (SELECT id FROM morts)
              RETURNING id, jeton, message, canal, etat")
        .bind(passage)
        .bind(now)
        .bind(now + LEASE_MAX)
        .bind(AMBIGUOUS_RESENDS)
        .bind(AMBIGUOUS_RESENDS)
        .bind(AMBIGUOUS_RESENDS)
        .bind(Some(now))
        .bind(now),
    )?;
    if !unanswered.is_empty() {
        conn.execute(
            sql("UPDATE tentatives SET fin = ?, verdict = 'ambigu'
                    FROM {rows: id bigint, jeton bigint}
                   WHERE tentatives.envoi = r.id AND tentatives.jeton = r.jeton
                     AND tentatives.fin IS NULL")
            .bind(now)
            .bind_rows(&unanswered),
        )?;
    }
    recovered.extend(unanswered);
    Ok(recovered)
}

/// Ends what came back to `a_envoyer` from an attempt that was under way when its message was
/// cancelled. Returns the state of each.
///
/// # Errors
/// The database's.
pub fn drop_cancelled(conn: &mut Conn, now: Instant) -> Result<Vec<Etat>, Error> {
    // Asked apart, because there is hardly ever one: as a part of the change, PostgreSQL may look
    // at every open message for every envoi that waits.
    let cancelled: Vec<Cancelled> = conn.load(sql(
        "SELECT id AS annule FROM messages WHERE statut = 'en_attente' AND annule_le IS NOT NULL",
    ))?;
    if cancelled.is_empty() {
        return Ok(Vec::new());
    }
    let update = unsent(sql("UPDATE envois SET"), Etat::Ignore, Motif::Annule, now)
        .then(
            " WHERE etat = 'a_envoyer'
                AND message IN (SELECT r.annule FROM {rows: annule bigint})",
        )
        .bind_rows(&cancelled);
    ended(conn, update)
}

#[derive(serde::Serialize, diesel::QueryableByName)]
struct Cancelled {
    #[diesel(sql_type = BigInt)]
    annule: i64,
}

/// Ends what is too late to be sent, whether or not its channel works. Returns the state of each.
///
/// # Errors
/// The database's.
pub fn expire(conn: &mut Conn, now: Instant) -> Result<Vec<Etat>, Error> {
    let update = unsent(sql("UPDATE envois SET"), Etat::Echec, Motif::Expire, now)
        .then(" WHERE etat = 'a_envoyer' AND expire <= ?")
        .bind(now);
    ended(conn, update)
}
