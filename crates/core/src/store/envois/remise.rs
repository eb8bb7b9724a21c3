//! What became of envois after they left, as gateways and mail servers tell it.
//!
//! News may come repeatedly, in any order, long after, and before the run that sent the envoi has
//! recorded its answer: then they are kept aside, and the next run looks at them again.

use super::address;
use super::record::{Recorded, reopen};
use crate::instant::Instant;
use crate::model::DeliveryKey;
use crate::schema::{envois, nouvelles};
use crate::store::backend::either;
use crate::store::sql::statements;
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Canal, Etat, Remise};
use diesel::prelude::*;
use std::time::Duration;

/// What is told of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The gateway that tells it; none: a mail server.
    pub passerelle: Option<String>,
    /// What may name the envoi, the likeliest first: our own key, or the gateway's reference.
    pub references: Vec<String>,
    /// What became of it; never `inconnue`.
    pub remise: Remise,
    /// The peer's code, such as `5.1.1`; see [`News::code`].
    pub code: Option<String>,
}

impl News {
    /// A code as it may be kept: one word of at most 40 letters, digits and signs.
    #[must_use]
    pub fn code(text: &str) -> Option<String> {
        let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let kept: String = text.trim().chars().filter(is_kept).take(40).collect();
        (!kept.is_empty()).then_some(kept)
    }
}

/// What noting news came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// This is known of the envoi from now on.
    New(Recorded),
    /// As much was known already, or it is about an earlier delivery.
    Known,
    /// The envoi is there, and its answer is not recorded: the next run notes it.
    Early,
    /// No envoi is named so. (What a gateway tells is kept aside for some days.)
    Unknown,
}

/// News of envois that are not there are kept for so long: longer than a week-end without a run.
const KEPT: Duration = Duration::from_secs(4 * 24 * 3600);

/// News that are looked at again in one transaction.
const CHUNK: i64 = 200;

#[derive(Debug, Clone, Copy, diesel::QueryableByName)]
#[diesel(table_name = envois)]
struct Found {
    id: i64,
    message: i64,
    canal: Canal,
    etat: Etat,
    renvois: i64,
}

#[derive(Debug, diesel::QueryableByName)]
#[diesel(table_name = nouvelles)]
struct Waiting {
    passerelle: String,
    reference: String,
    remise: Remise,
    code: Option<String>,
    recue_le: Instant,
}

/// Of news `n`: their envoi is final by now, or they are too old.
const RIPE: &str = "
    n.recue_le < {before}
    OR EXISTS (SELECT 1 FROM envois e
                WHERE e.id = n.envoi AND e.etat NOT IN ('a_envoyer', 'reserve', 'emission'))
    OR EXISTS (SELECT 1 FROM envois e
                WHERE e.reference = n.reference AND e.reference IS NOT NULL AND e.canal = 'sms'
                  AND (e.passerelle = n.passerelle OR e.passerelle IS NULL)
                  AND e.etat NOT IN ('a_envoyer', 'reserve', 'emission'))";

statements! {
    fn by_key(cle: &str, envoi: i64) =
        "SELECT e.id, e.message, e.canal, e.etat, e.renvois
           FROM envois e JOIN messages m ON m.id = e.message
          WHERE e.id = {envoi} AND substr(m.cle, 1, length({cle})) = {cle} AND m.oublie_le IS NULL";

    // A gateway that begins to count anew means the last one.
    fn by_reference(reference: &str, passerelle: &str) =
        "SELECT id, message, canal, etat, renvois FROM envois
          WHERE reference = {reference} AND reference IS NOT NULL AND canal = 'sms'
            AND (passerelle = {passerelle} OR passerelle IS NULL)
          ORDER BY CASE WHEN passerelle IS NULL THEN 1 ELSE 0 END, id DESC LIMIT 1";

    fn accepted(envoi: i64, renvois: i64, now: Instant) =
        "UPDATE envois
            SET etat = 'envoye', motif = NULL, termine_le = COALESCE(termine_le, {now})
          WHERE id = {envoi} AND renvois = {renvois} AND etat = 'incertain'";

    // The newest of those whose answer was lost: that there was one is proven now.
    fn proven(envoi: i64, now: Instant) =
        "UPDATE tentatives SET verdict = 'accepte', fin = COALESCE(fin, {now})
          WHERE envoi = {envoi}
            AND jeton = (SELECT max(t.jeton) FROM tentatives t
                          WHERE t.envoi = {envoi} AND t.verdict = 'ambigu')";

    fn ripe(before: Instant) =
        "SELECT count(*) AS nombre FROM nouvelles n WHERE", RIPE;

    fn taken(before: Instant, limit: i64) =
        "DELETE FROM nouvelles WHERE (passerelle, reference, remise) IN
            (SELECT n.passerelle, n.reference, n.remise FROM nouvelles n WHERE", RIPE, "
              ORDER BY n.recue_le LIMIT {limit} {skip locked})
         RETURNING passerelle, reference, remise, code, recue_le";
}

/// Notes what is told of a delivery, in one transaction. An envoi that was `incertain` is `envoye` from then
/// on, because whoever tells of it had it; its message is opened again, to be closed with the new sums.
pub fn note(conn: &mut Conn, news: &News) -> Result<Noted, Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let (noted, kept) = look(conn, news, now)?;
        for (reference, envoi) in kept {
            keep(conn, news, reference, envoi, now)?;
        }
        Ok(noted)
    })
}

/// Notes what was told too early; returns how many envois are known better now. Nothing is written where
/// there is none.
pub fn catch_up(conn: &mut Conn) -> Result<usize, Error> {
    let mut changed = 0;
    loop {
        let before = conn.now()? - KEPT;
        let waiting: Count = conn.one(ripe(before))?;
        if waiting.nombre == 0 {
            return Ok(changed);
        }
        changed += conn.write(|conn| again(conn, before))?;
    }
}

fn again(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let taken: Vec<Waiting> = conn.load(taken(before, CHUNK))?;
    let now = conn.now()?;
    let mut changed = 0;
    for kept in taken.into_iter().filter(|kept| kept.recue_le >= before) {
        let news = News {
            passerelle: Some(kept.passerelle).filter(|name| !name.is_empty()),
            references: vec![kept.reference],
            remise: kept.remise,
            code: kept.code,
        };
        let (noted, _) = look(conn, &news, now)?;
        changed += usize::from(matches!(noted, Noted::New(_)));
    }
    Ok(changed)
}

/// Names by which news may be looked for again, each with the envoi where that is known.
type Kept<'n> = Vec<(&'n str, Option<i64>)>;

fn look<'n>(conn: &mut Conn, news: &'n News, now: Instant) -> Result<(Noted, Kept<'n>), Error> {
    for reference in &news.references {
        match find(conn, news, reference)? {
            None => {}
            Some((_, false)) => return Ok((Noted::Known, Vec::new())),
            Some((found, true)) if !found.etat.is_final() => {
                return Ok((Noted::Early, vec![(reference, Some(found.id))]));
            }
            Some((found, true)) => return Ok((apply(conn, news, found, now)?, Vec::new())),
        }
    }
    let theirs = news.references.iter().filter(|_| news.passerelle.is_some());
    let kept = theirs.map(|reference| (reference.as_str(), None));
    Ok((Noted::Unknown, kept.collect()))
}

/// The envoi that is named so, and whether the delivery that is meant is its last.
fn find(conn: &mut Conn, news: &News, reference: &str) -> Result<Option<(Found, bool)>, Error> {
    if let Ok(key) = reference.parse::<DeliveryKey>() {
        let found: Option<Found> = conn.first(by_key(&key.cle, key.envoi))?;
        if let Some(found) = found {
            return Ok(Some((found, found.renvois == key.renvois)));
        }
    }
    let Some(passerelle) = &news.passerelle else {
        return Ok(None);
    };
    let found: Option<Found> = conn.first(by_reference(reference, passerelle))?;
    Ok(found.map(|found| (found, true)))
}

fn apply(conn: &mut Conn, news: &News, found: Found, now: Instant) -> Result<Noted, Error> {
    let recorded = Recorded {
        id: found.id,
        message: found.message,
    };
    if found.etat == Etat::Incertain {
        accept(conn, recorded, found.renvois, now)?;
    }
    let lower = envois::table
        .find(found.id)
        .filter(envois::renvois.eq(found.renvois))
        .filter(envois::etat.eq(Etat::Envoye))
        .filter(envois::remise.eq_any(news.remise.above(found.canal)));
    let raised = conn.execute(diesel::update(lower).set((
        envois::remise.eq(news.remise),
        envois::remise_le.eq(now),
        envois::remise_code.eq(news.code.as_deref()),
    )))?;
    Ok(if raised > 0 {
        Noted::New(recorded)
    } else {
        Noted::Known
    })
}

/// Locked in the order of all who change sums: the message first.
fn accept(conn: &mut Conn, envoi: Recorded, renvois: i64, now: Instant) -> Result<(), Error> {
    address::lock_messages(conn, &[envoi.message])?;
    if conn.execute(accepted(envoi.id, renvois, now))? > 0 {
        conn.execute(proven(envoi.id, now))?;
        reopen(conn, &[envoi])?;
    }
    Ok(())
}

fn keep(
    conn: &mut Conn,
    news: &News,
    reference: &str,
    envoi: Option<i64>,
    now: Instant,
) -> Result<(), Error> {
    let row = (
        nouvelles::passerelle.eq(news.passerelle.as_deref().unwrap_or_default()),
        nouvelles::reference.eq(reference),
        nouvelles::remise.eq(news.remise),
        nouvelles::code.eq(news.code.as_deref()),
        nouvelles::envoi.eq(envoi),
        nouvelles::recue_le.eq(now),
    );
    let insertion = diesel::insert_into(nouvelles::table).values(row);
    conn.execute(either(insertion.on_conflict_do_nothing()))
        .map(drop)
}
