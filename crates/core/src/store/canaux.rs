//! What all runs on all machines share about a channel: a pause that the peer asked for, the rate
//! per minute, and why it was stopped.

use super::sql::sql;
use super::{Conn, Error};
use crate::config::Lang;
use crate::instant::{Instant, InstantSql};
use crate::texts;
use crate::vocabulary::{Canal, Cause};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use std::time::Duration;

#[derive(QueryableByName)]
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
        sql("UPDATE canaux SET bloque_jusqua = ?
               WHERE canal = ? AND (bloque_jusqua IS NULL OR bloque_jusqua < ? OR bloque_jusqua > ?)")
        .bind(until)
        .bind(canal.as_str())
        .bind(until)
        .bind(now + VOID_AFTER),
    )?;
    Ok(())
}

/// Why a channel could not go on.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Arret {
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// Why, in one word.
    #[diesel(sql_type = Text)]
    pub cause: Cause,
    /// The peer's code or ours; safe to log.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The peer's words or ours. A peer's may hold an address: they are for the database and
    /// no other place.
    #[diesel(sql_type = Text)]
    pub detail: String,
}

impl Arret {
    /// For this cause.
    #[must_use]
    pub fn new(canal: Canal, cause: Cause, code: &str, detail: String) -> Self {
        Self {
            canal,
            cause,
            code: code.to_owned(),
            detail,
        }
    }

    /// Why, in a sentence for the administrator that may be printed.
    #[must_use]
    pub fn phrase(&self, lang: Lang) -> String {
        let own = own_words(&self.code, &self.detail);
        texts::arret(lang, self.canal, self.cause, &self.code, own)
    }
}

/// The words that go with a code, if they are this program's: a peer's codes begin with a digit, and
/// a peer's words may hold an address.
fn own_words<'d>(code: &str, detail: &'d str) -> Option<&'d str> {
    (!code.starts_with(|first: char| first.is_ascii_digit())).then_some(detail)
}

/// A channel that is stopped: since then nobody was accepted.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Stopped {
    /// Why.
    #[diesel(embed)]
    pub arret: Arret,
    /// When it was stopped first.
    #[diesel(sql_type = InstantSql)]
    pub depuis: Instant,
    /// In how many runs in a row.
    #[diesel(sql_type = BigInt)]
    pub arrets: i64,
    /// Nothing is tried before this moment.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub bloque_jusqua: Option<Instant>,
}

/// First wait after the account was locked; it doubles each time.
const LOCK_WAIT: Duration = Duration::from_secs(5 * 60);

/// Longest wait after the account was locked.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(4 * 3600);

/// A login that is refused so often is tried less often, or the peer locks the account.
const LOGINS_MAX: i64 = 3;

/// The channels that are stopped: since then nobody was accepted.
///
/// # Errors
/// The database's.
pub fn stopped(conn: &mut Conn) -> Result<Vec<Stopped>, Error> {
    conn.load(sql(
        "SELECT canal, cause, COALESCE(code, '') AS code, COALESCE(detail, '') AS detail,
                arrete_le AS depuis, arrets, bloque_jusqua
           FROM canaux WHERE cause IS NOT NULL AND arrete_le IS NOT NULL ORDER BY canal",
    ))
}

/// Keeps why a channel was stopped. Logins that are refused again and again pause it, longer each
/// time.
///
/// # Errors
/// The database's.
pub fn stop(conn: &mut Conn, arret: &Arret, now: Instant) -> Result<(), Error> {
    let times: Vec<super::Count> = conn.load(
        sql(
            "UPDATE canaux SET arrete_le = CASE WHEN cause = ? THEN arrete_le ELSE ? END,
                               arrets = CASE WHEN cause = ? THEN arrets + 1 ELSE 1 END,
                               cause = ?, code = ?, detail = ?
              WHERE canal = ? RETURNING arrets AS nombre",
        )
        .bind(arret.cause.as_str())
        .bind(now)
        .bind(arret.cause.as_str())
        .bind(arret.cause.as_str())
        .bind(arret.code.as_str())
        .bind(nobodys(&arret.detail))
        .bind(arret.canal.as_str()),
    )?;
    let times = times.first().map_or(1, |times| times.nombre);
    if let Some(wait) = lock_wait(arret.cause, times) {
        pause(conn, arret.canal, now + wait, now)?;
    }
    Ok(())
}

/// A peer's words without addresses and numbers of people: they stay here when the people are
/// erased.
fn nobodys(words: &str) -> String {
    let is_somebodys =
        |word: &&str| word.contains('@') || word.bytes().filter(u8::is_ascii_digit).count() >= 8;
    let kept = words.split_whitespace();
    let kept = kept.map(|word| if is_somebodys(&word) { "…" } else { word });
    kept.collect::<Vec<_>>().join(" ")
}

/// Tells why a channel is stopped in its messages that wait.
///
/// # Errors
/// The database's.
pub fn tell(conn: &mut Conn, canal: Canal, said: &str) -> Result<(), Error> {
    conn.execute(
        sql("UPDATE messages SET details_erreur = ?
               WHERE statut = 'en_attente' AND type = ? AND details_erreur IS DISTINCT FROM ?")
        .bind(said)
        .bind(canal.as_str())
        .bind(said),
    )?;
    Ok(())
}

/// Until a refused login is tried again, the channel having been stopped for it so often.
fn lock_wait(cause: Cause, times: i64) -> Option<Duration> {
    let before = match cause {
        Cause::Verrou => times - 1,
        Cause::Identification | Cause::Blancs => times - LOGINS_MAX,
        _ => return None,
    };
    let doublings = u32::try_from(before.min(10)).ok()?;
    Some((LOCK_WAIT * 2_u32.pow(doublings)).min(LOCK_WAIT_MAX))
}

/// Somebody looked, and the login works: a pause that was for it is over.
///
/// # Errors
/// The database's.
pub fn login_works(conn: &mut Conn, canal: Canal) -> Result<(), Error> {
    conn.execute(
        sql("UPDATE canaux SET bloque_jusqua = NULL
               WHERE canal = ? AND cause IN ('identification', 'blancs', 'verrou')")
        .bind(canal.as_str()),
    )?;
    Ok(())
}

/// Somebody was accepted: why the channel was stopped is over.
///
/// # Errors
/// The database's.
pub fn works(conn: &mut Conn, canal: Canal) -> Result<(), Error> {
    let was_stopped = conn.execute(
        sql(
            "UPDATE canaux SET cause = NULL, code = NULL, detail = NULL, arrete_le = NULL, arrets = 0
              WHERE canal = ? AND cause IS NOT NULL",
        )
        .bind(canal.as_str()),
    )?;
    if was_stopped > 0 {
        conn.execute(
            sql("UPDATE messages SET details_erreur = NULL
                   WHERE statut = 'en_attente' AND type = ? AND details_erreur IS NOT NULL")
            .bind(canal.as_str()),
        )?;
    }
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
    conn.execute(sql("UPDATE canaux SET canal = canal WHERE canal = ?").bind(canal.as_str()))?;
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
            sql("UPDATE canaux SET prochain_creneau = ? WHERE canal = ?")
                .bind(next)
                .bind(canal.as_str()),
        )?;
    }
    Ok((had, next))
}

fn read(conn: &mut Conn, canal: Canal) -> Result<Option<Row>, Error> {
    let rows: Vec<Row> = conn.load(
        sql("SELECT bloque_jusqua, prochain_creneau FROM canaux WHERE canal = ?")
            .bind(canal.as_str()),
    )?;
    Ok(rows.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_address_or_number_is_kept() {
        assert_eq!(
            nobodys("5.7.1 <awa@exemple.fr>: not for +33612345678, see OFR_415 [192.0.2.1]"),
            "5.7.1 … not for … see OFR_415 [192.0.2.1]"
        );
    }

    #[test]
    fn refused_logins_are_tried_less_and_less_often() {
        let minutes = |cause, times| lock_wait(cause, times).map(|wait| wait.as_secs() / 60);
        let locked = (1..9).map(|times| minutes(Cause::Verrou, times));
        assert_eq!(
            locked.collect::<Vec<_>>(),
            [5, 10, 20, 40, 80, 160, 240, 240].map(Some)
        );
        let wrong = (1..6).map(|times| minutes(Cause::Identification, times));
        assert_eq!(
            wrong.collect::<Vec<_>>(),
            [None, None, Some(5), Some(10), Some(20)]
        );
        assert_eq!(minutes(Cause::Verrou, i64::MAX), Some(240));
        assert_eq!(minutes(Cause::Limite, 9), None);
    }
}
