//! The life of an envoi: claimed, announced, recorded, recovered.
//!
//! Every statement names the `jeton` that the claim raised, so that a writer whose lease ended
//! changes nothing. The functions are meant to be called inside [`Conn::write`], several to one
//! commit.

pub mod address;
mod intent;
mod lecture;
mod quiet;
pub mod recipients;
mod recover;
mod result;
mod sent;
mod settle;

pub use intent::{Granted, Refused, announce};
pub use lecture::mark_read;
pub use quiet::hold;
pub use recover::{AMBIGUOUS_RESENDS, Recovered, drop_cancelled, expire, recover};
pub use result::{Finished, Recorded, record};
pub use sent::{Sent, sent};
pub use settle::{Leased, Settled, settle};

use super::sql::{Sql, sql};
use super::{Conn, Error, LEASE_MAX};
use crate::instant::Instant;
use crate::vocabulary::{Canal, Etat, Motif};
use diesel::sql_types::{BigInt, Text};
use std::time::Duration;

/// Goes on with what an `UPDATE envois SET` writes into envois that will not be sent (any more):
/// `etat` with its `motif`. Of those whose answer was lost a copy may have arrived: they are
/// `incertain`, whatever ends them.
pub(super) fn unsent(update: Sql, etat: Etat, motif: Motif, now: Instant) -> Sql {
    update
        .then(" etat = CASE WHEN ambigus > 0 THEN 'incertain' ELSE ?")
        .bind(etat.as_str())
        .then(" END, motif = CASE WHEN ambigus > 0 THEN 'resultat_inconnu' ELSE ?")
        .bind(motif.as_str())
        .then(" END, proprio = NULL, bail_jusqua = NULL, termine_le = ?")
        .bind(now)
}

/// The state in which an envoi ended.
#[derive(diesel::QueryableByName)]
struct Ended {
    #[diesel(sql_type = Text)]
    etat: Etat,
}

fn ended(conn: &mut Conn, update: Sql) -> Result<Vec<Etat>, Error> {
    let ended: Vec<Ended> = conn.load(update.then(" RETURNING etat"))?;
    Ok(ended.into_iter().map(|ended| ended.etat).collect())
}

/// An envoi leased by a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct Reserved {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Token of this lease.
    #[diesel(sql_type = BigInt)]
    pub jeton: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// Its place in the message.
    #[diesel(sql_type = BigInt)]
    pub rang: i64,
}

/// How long a run may keep an envoi before it announces it: longer than a run works, so that the
/// last one in its hands is still its own.
const RESERVE_LEASE: Duration = Duration::from_secs(280);

/// No envoi waits longer for its next attempt: one that is to was told so by a clock that ran ahead,
/// and is due when its message is. (The longest retry is 12 h, and a fifth of it.)
const WAIT_MAX: Duration = Duration::from_secs(15 * 3600);

/// More places than a message has.
const BEHIND: i64 = 1_000_000;

/// Leases up to `limit` envois of a channel that are due, the lowest places of all messages first.
///
/// # Errors
/// The database's.
pub fn claim(
    conn: &mut Conn,
    passage: &str,
    canal: Canal,
    limit: usize,
    now: Instant,
) -> Result<Vec<Reserved>, Error> {
    debug_assert!(RESERVE_LEASE < LEASE_MAX);
    let mut claimed: Vec<Reserved> = conn.load(
        sql("WITH du AS MATERIALIZED (
                SELECT e.id FROM envois e
                 WHERE e.etat = 'a_envoyer' AND e.canal = ?
                   AND (e.prochaine <= ? OR e.prochaine > ?)
                   AND EXISTS (SELECT 1 FROM messages m
                                WHERE m.id = e.message AND m.etendu_le IS NOT NULL
                                  AND (e.prochaine <= ? OR m.date_programmee <= ?))
                 ORDER BY e.rang, e.id LIMIT ? {skip locked})
              UPDATE envois SET etat = 'reserve', proprio = ?, jeton = jeton + 1, bail_jusqua = ?
               WHERE id IN (SELECT id FROM du)
              RETURNING id, jeton, message, rang")
        .bind(canal.as_str())
        .bind(now)
        .bind(now + WAIT_MAX)
        .bind(now)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(passage)
        .bind(now + RESERVE_LEASE),
    )?;
    // RETURNING has no order.
    claimed.sort_unstable_by_key(|envoi| (envoi.rang, envoi.id));
    Ok(claimed)
}

/// Gives back what a run leased on a channel and did not announce. The token stays raised.
///
/// # Errors
/// The database's.
pub fn give_back(conn: &mut Conn, passage: &str, canal: Canal) -> Result<usize, Error> {
    conn.execute(
        // The tests of the states and of bail_jusqua let the index of leases answer.
        sql(
            "UPDATE envois SET etat = 'a_envoyer', proprio = NULL, bail_jusqua = NULL
               WHERE etat IN ('reserve', 'emission') AND etat = 'reserve'
                 AND proprio = ? AND canal = ? AND bail_jusqua > '2000-01-01T00:00:00Z'",
        )
        .bind(passage)
        .bind(canal.as_str()),
    )
}

/// Puts envois behind all others that wait: why their channel was stopped may be theirs, and the
/// next run shall not begin with the same.
///
/// # Errors
/// The database's.
pub fn step_back(conn: &mut Conn, envois: &[i64]) -> Result<(), Error> {
    if envois.is_empty() {
        return Ok(());
    }
    let mut named: Vec<Named> = envois.iter().map(|id| Named { id: *id }).collect();
    named.sort_unstable_by_key(|named| named.id);
    conn.execute(
        sql("UPDATE envois SET rang = rang + ?
               WHERE id IN (SELECT r.id FROM {rows: id bigint})")
        .bind(BEHIND)
        .bind_rows(&named),
    )?;
    Ok(())
}

#[derive(serde::Serialize)]
struct Named {
    id: i64,
}
