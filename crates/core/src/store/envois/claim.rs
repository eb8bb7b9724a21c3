//! Claiming: a run takes envois that are due, and nobody else has them while its lease goes on.

use super::WAIT_MAX;
use crate::instant::Instant;
use crate::schema::envois;
use crate::store::sql::{Key, columns, statements};
use crate::store::{Conn, Error, LEASE_MAX};
use crate::vocabulary::Canal;
use std::time::Duration;

/// An envoi claimed by a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
#[diesel(table_name = envois)]
pub struct Claimed {
    /// Number of the envoi.
    pub id: i64,
    /// Its channel.
    pub canal: Canal,
    /// Token of this claim.
    pub jeton: i64,
    /// Its message.
    pub message: i64,
    /// Its place in the message.
    pub rang: i64,
}
columns!(Claimed: id, jeton);

/// How long a run may keep an envoi before it announces it: longer than a run works, so that the
/// last one in its hands is still its own.
const LEASE: Duration = Duration::from_secs(280);
const _: () = assert!(LEASE.as_secs() < LEASE_MAX.as_secs());

/// More places than a message has.
const BEHIND: i64 = 1_000_000;

statements! {
    fn claimed(passage: &str, canal: Canal, limit: i64, now: Instant, never: Instant, until: Instant) =
        "WITH du AS MATERIALIZED (
            SELECT e.id FROM envois e
             WHERE e.etat = 'a_envoyer' AND e.canal = {canal}
               AND (e.prochaine <= {now} OR e.prochaine > {never})
               AND EXISTS (SELECT 1 FROM messages m
                            WHERE m.id = e.message AND m.etendu_le IS NOT NULL
                              AND (e.prochaine <= {now} OR m.date_programmee <= {now}))
             ORDER BY e.rang, e.id LIMIT {limit} {skip locked})
         UPDATE envois SET etat = 'reserve', proprio = {passage}, jeton = jeton + 1, bail_jusqua = {until}
          WHERE id IN (SELECT id FROM du)
         RETURNING id, canal, jeton, message, rang";

    // The tests of the states and of bail_jusqua let the index of leases answer.
    fn given_back(passage: &str, canal: Canal) =
        "UPDATE envois SET etat = 'a_envoyer', proprio = NULL, bail_jusqua = NULL
          WHERE etat IN ('reserve', 'emission') AND etat = 'reserve'
            AND proprio = {passage} AND canal = {canal} AND bail_jusqua > '2000-01-01T00:00:00Z'";

    fn behind(keys: &[Key], places: i64) =
        "UPDATE envois SET rang = rang + {places} WHERE id IN (SELECT r.cle FROM {keys})";
}

/// Claims up to `limit` envois of a channel that are due, the lowest places of all messages first.
pub fn claim(
    conn: &mut Conn,
    passage: &str,
    canal: Canal,
    limit: usize,
    now: Instant,
) -> Result<Vec<Claimed>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement = claimed(passage, canal, limit, now, now + WAIT_MAX, now + LEASE);
    let mut claimed: Vec<Claimed> = conn.load(statement)?;
    // RETURNING has no order.
    claimed.sort_unstable_by_key(|envoi| (envoi.rang, envoi.id));
    Ok(claimed)
}

/// Gives back what a run claimed on a channel and did not announce. The token stays raised.
pub fn give_back(conn: &mut Conn, passage: &str, canal: Canal) -> Result<usize, Error> {
    conn.execute(given_back(passage, canal))
}

/// Puts envois behind all others that wait: why their channel was stopped may be theirs, and the
/// next run shall not begin with the same.
pub fn step_back(conn: &mut Conn, envois: &[i64]) -> Result<(), Error> {
    if envois.is_empty() {
        return Ok(());
    }
    let mut envois = envois.to_vec();
    envois.sort_unstable();
    conn.execute(behind(&Key::of(envois), BEHIND)).map(drop)
}
