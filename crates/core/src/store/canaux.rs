//! What all runs on all machines share about a channel: a pause that the peer asked for, and the
//! rate per minute.

use super::sql::sql;
use super::{Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::vocabulary::Canal;
use diesel::sql_types::Nullable;
use std::time::Duration;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<InstantSql>)]
    bloque_jusqua: Option<Instant>,
    #[diesel(sql_type = Nullable<InstantSql>)]
    prochain_creneau: Option<Instant>,
}

/// No pause is longer, whatever the peer or a wrong clock says.
const PAUSE_MAX: Duration = Duration::from_secs(6 * 3600);

/// A pause that ends later was written by a clock that ran ahead. (A little more than the longest
/// one, for clocks are set back a little now and then.)
const VOID_AFTER: Duration = Duration::from_secs(6 * 3600 + 600);

/// Until when the channel is paused, if it is.
///
/// # Errors
/// The database's.
pub fn paused_until(conn: &mut Conn, canal: Canal, now: Instant) -> Result<Option<Instant>, Error> {
    let until = read(conn, canal)?.and_then(|row| row.bloque_jusqua);
    Ok(until.filter(|until| *until > now && *until <= now + VOID_AFTER))
}

/// Pauses the channel for all runs, at most six hours. A longer pause stays.
///
/// # Errors
/// The database's.
pub fn pause(conn: &mut Conn, canal: Canal, until: Instant, now: Instant) -> Result<(), Error> {
    let until = until.min(now + PAUSE_MAX);
    conn.execute(
        &sql("UPDATE canaux SET bloque_jusqua = ?
               WHERE canal = ? AND (bloque_jusqua IS NULL OR bloque_jusqua < ? OR bloque_jusqua > ?)")
        .bind(until)
        .bind(canal.as_str())
        .bind(until)
        .bind(now + VOID_AFTER),
    )?;
    Ok(())
}

/// Takes up to `wanted` places in a stream of `per_minute`, evenly spread, with at most one
/// second's worth saved up. Returns how many were had, and when the next one comes.
///
/// Must be called within [`Conn::write`]: the row is locked until the commit.
///
/// # Errors
/// The database's.
pub fn take_slots(
    conn: &mut Conn,
    canal: Canal,
    per_minute: u32,
    wanted: usize,
    now: Instant,
) -> Result<(usize, Instant), Error> {
    let gap = Duration::from_secs(60) / per_minute.max(1);
    let burst = Duration::from_secs(1).max(gap);
    // Locks the row on PostgreSQL, so that two runs never count the same slot.
    conn.execute(&sql("UPDATE canaux SET canal = canal WHERE canal = ?").bind(canal.as_str()))?;
    let next = read(conn, canal)?
        .and_then(|row| row.prochain_creneau)
        .filter(|next| *next <= now + Duration::from_secs(120));
    let mut next = next.unwrap_or(now).max(now + gap - burst);
    let mut had = 0;
    while had < wanted && next <= now {
        next = next + gap;
        had += 1;
    }
    if had > 0 {
        conn.execute(
            &sql("UPDATE canaux SET prochain_creneau = ? WHERE canal = ?")
                .bind(next)
                .bind(canal.as_str()),
        )?;
    }
    Ok((had, next))
}

fn read(conn: &mut Conn, canal: Canal) -> Result<Option<Row>, Error> {
    let rows: Vec<Row> = conn.load(
        &sql("SELECT bloque_jusqua, prochain_creneau FROM canaux WHERE canal = ?")
            .bind(canal.as_str()),
    )?;
    Ok(rows.into_iter().next())
}
