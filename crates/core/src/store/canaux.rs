//! What all runs on all machines share about a channel: a pause that the peer asked for, the rate
//! per minute, and why it was stopped.

use super::backend::locked;
use super::literal::{IsDistinctFrom, text_or};
use super::messages::is_leaving;
use super::{Conn, Error};
use crate::config::Lang;
use crate::instant::Instant;
use crate::schema::canaux::{self, prochain_creneau, table};
use crate::schema::messages;
use crate::texts;
use crate::vocabulary::{Canal, Cause};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use std::time::Duration;

/// No pause is longer, whatever the peer or a wrong clock says.
const PAUSE_MAX: Duration = Duration::from_secs(6 * 3600);

/// A pause that ends later was written by a clock that ran ahead. (A little more than the longest
/// one, for clocks are set back a little now and then.)
const VOID_AFTER: Duration = Duration::from_secs(6 * 3600 + 600);

/// Until when the channel is paused, if it is.
pub fn paused_until(conn: &mut Conn, canal: Canal, now: Instant) -> Result<Option<Instant>, Error> {
    let until: Option<Instant> = conn.one(table.find(canal).select(canaux::bloque_jusqua))?;
    Ok(until.filter(|until| *until > now && *until <= now + VOID_AFTER))
}

/// Pauses the channel for all runs, at most six hours. A longer pause stays.
pub fn pause(conn: &mut Conn, canal: Canal, until: Instant, now: Instant) -> Result<(), Error> {
    use canaux::bloque_jusqua;
    let until = until.min(now + PAUSE_MAX);
    let shorter = bloque_jusqua.lt(until);
    let void = bloque_jusqua.gt(now + VOID_AFTER);
    let other = bloque_jusqua.is_null().or(shorter).or(void);
    conn.execute(diesel::update(table.find(canal).filter(other)).set(bloque_jusqua.eq(until)))
        .map(drop)
}

/// Why a channel could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = canaux)]
pub struct Arret {
    /// The channel.
    pub canal: Canal,
    /// Why, in one word.
    #[diesel(select_expression = canaux::cause.assume_not_null())]
    pub cause: Cause,
    /// The peer's code or ours; safe to log.
    #[diesel(select_expression = text_or(canaux::code, ""))]
    pub code: String,
    /// The peer's words or ours. A peer's may hold an address: they are for the database and
    /// no other place.
    #[diesel(select_expression = text_or(canaux::detail, ""))]
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

    /// Why, in a sentence for the administrator that may be printed: with this program's own words, not
    /// with a peer's, whose codes begin with a digit.
    #[must_use]
    pub fn phrase(&self, lang: Lang) -> String {
        let is_peers = self.code.starts_with(|first: char| first.is_ascii_digit());
        let own = (!is_peers).then_some(self.detail.as_str());
        texts::arret(lang, self.canal, self.cause, &self.code, own)
    }

    /// The same with what it means for the channel: whole sentences.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        texts::stopped(lang, self.canal, self.cause, &self.phrase(lang))
    }
}

/// A channel that is stopped: since then nobody was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = canaux)]
pub struct Stopped {
    /// Why.
    #[diesel(embed)]
    pub arret: Arret,
    /// When it was stopped first.
    #[diesel(select_expression = canaux::arrete_le.assume_not_null())]
    pub depuis: Instant,
    /// In how many runs in a row.
    pub arrets: i64,
    /// Nothing is tried before this moment.
    pub bloque_jusqua: Option<Instant>,
}

/// First wait after the account was locked; it doubles each time.
const LOCK_WAIT: Duration = Duration::from_secs(5 * 60);

/// Longest wait after the account was locked.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(4 * 3600);

/// A login that is refused so often is tried less often, or the peer locks the account.
const LOGINS_MAX: i64 = 3;

/// The channels that are stopped: since then nobody was accepted.
pub fn stopped(conn: &mut Conn) -> Result<Vec<Stopped>, Error> {
    let stopped = table.filter(
        canaux::cause
            .is_not_null()
            .and(canaux::arrete_le.is_not_null()),
    );
    conn.load(stopped.select(Stopped::as_select()).order(canaux::canal))
}

/// Keeps why a channel was stopped. Logins that are refused again and again pause it, longer each
/// time.
pub fn stop(conn: &mut Conn, arret: &Arret, now: Instant) -> Result<(), Error> {
    let again = canaux::cause.eq(arret.cause);
    let since = case_when(again, canaux::arrete_le).otherwise(now);
    let times = case_when(again, canaux::arrets + 1).otherwise(1);
    let stop = diesel::update(table.find(arret.canal)).set((
        canaux::arrete_le.eq(since),
        canaux::arrets.eq(times),
        canaux::cause.eq(arret.cause),
        canaux::code.eq(&arret.code),
        canaux::detail.eq(kept_words(arret)),
    ));
    let times = conn.one(stop.returning(canaux::arrets))?;
    if let Some(wait) = lock_wait(arret.cause, times) {
        pause(conn, arret.canal, now + wait, now)?;
    }
    Ok(())
}

/// What this program says of its own limit names a day, which looks like somebody's number.
fn kept_words(arret: &Arret) -> String {
    match arret.cause {
        Cause::Depense => arret.detail.clone(),
        _ => nobodys(&arret.detail),
    }
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

/// Tells why a channel is stopped in its messages that wait, or that it is not any more.
pub fn tell(conn: &mut Conn, canal: Canal, said: Option<&str>) -> Result<(), Error> {
    use messages::{details_erreur, table, type_};
    let other = IsDistinctFrom::new(details_erreur, said.into_sql::<Nullable<Text>>());
    // Few messages are leaving, and many are of the channel: its index is not to be taken.
    let of_it = type_.ne_all(Canal::others(&[canal]));
    let waiting = table.filter(is_leaving().and(of_it).and(other));
    conn.execute(diesel::update(waiting).set(details_erreur.eq(said)))
        .map(drop)
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
pub fn login_works(conn: &mut Conn, canal: Canal) -> Result<(), Error> {
    let of_login = canaux::cause.eq_any(Cause::OF_LOGIN);
    let stopped = table.find(canal).filter(of_login);
    conn.execute(diesel::update(stopped).set(canaux::bloque_jusqua.eq(None::<Instant>)))
        .map(drop)
}

/// Somebody was accepted: why the channel was stopped is over.
pub fn works(conn: &mut Conn, canal: Canal) -> Result<(), Error> {
    let stopped = table.find(canal).filter(canaux::cause.is_not_null());
    let was_stopped = conn.execute(diesel::update(stopped).set((
        canaux::cause.eq(None::<Cause>),
        canaux::code.eq(None::<String>),
        canaux::detail.eq(None::<String>),
        canaux::arrete_le.eq(None::<Instant>),
        canaux::arrets.eq(0),
    )))?;
    if was_stopped > 0 {
        tell(conn, canal, None)?;
    }
    Ok(())
}

/// Takes up to `wanted` places in a stream of `per_minute`, evenly spread, with at most one
/// second's worth saved up. Returns how many were had, and when the next one comes.
///
/// Must be called within [`Conn::write`]: the row is locked until the commit.
pub fn take_slots(
    conn: &mut Conn,
    canal: Canal,
    per_minute: u32,
    wanted: usize,
    now: Instant,
) -> Result<(usize, Instant), Error> {
    let gap = Duration::from_secs(60) / per_minute.max(1);
    let burst = Duration::from_secs(1).max(gap);
    let row = table.find(canal);
    let next: Option<Instant> = conn.one(locked(row.select(prochain_creneau)))?;
    let next = next.filter(|next| *next <= now + Duration::from_secs(120));
    let mut next = next.unwrap_or(now).max(now + gap - burst);
    let mut had = 0;
    while had < wanted && next <= now {
        next = next + gap;
        had += 1;
    }
    if had > 0 {
        conn.execute(diesel::update(row).set(prochain_creneau.eq(next)))?;
    }
    Ok((had, next))
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
