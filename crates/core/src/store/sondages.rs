//! SMS about which a gateway is asked that tells nothing by itself.

use super::backend::locked;
use super::sql::statements;
use super::{Conn, Error};
use crate::instant::Instant;
use crate::model::DeliveryKey;
use crate::schema::{canaux, envois, messages, sondages};
use crate::vocabulary::{Canal, Etat};
use diesel::prelude::*;
use std::time::Duration;

/// An SMS that this run may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sonde {
    /// What we called it.
    pub key: DeliveryKey,
    /// `envoye`, or `incertain`.
    pub etat: Etat,
    /// The gateway's number for it.
    pub reference: Option<String>,
    /// How often it was asked and has answered.
    pub fois: i64,
}

/// Whom to ask about.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'c> {
    /// The gateway that has them.
    pub passerelle: &'c str,
    /// Also those of which it has told no number.
    pub unnumbered: bool,
    /// At most so many.
    pub limit: i64,
}

/// Nothing is asked before so long after an SMS has left: most arrive meanwhile, and are told by one answer.
const FIRST: Duration = Duration::from_secs(60);

/// Minutes from each answer to the next question: about 6 and 21 minutes, 1, 3, 8, 20, 44 and 68 hours after it
/// has left. An operator tries for one or two days.
const DISTANCES: [u64; 8] = [5, 15, 40, 120, 300, 720, 1440, 1440];

/// As many questions as the statement below counts.
const _: () = assert!(DISTANCES.len() + 1 == 9);

/// Nothing is asked of what has left so long ago.
pub const GIVEN_UP: Duration = Duration::from_secs(4 * 24 * 3600);

/// How long nobody else asks about an SMS, and about one of which there was no answer: longer than two runs are
/// apart, so that the next run begins with others.
const LEASE: Duration = Duration::from_secs(9 * 60);

/// From this answer on, an hour after it has left, an SMS that the gateway does not have is believed not to be
/// there.
const BELIEVED: i64 = 3;

/// What staff are told of an `incertain` SMS that the gateway does not have.
pub const UNTRACED: &str = "la passerelle n'a pas trace de ce SMS";

#[derive(Debug, QueryableByName)]
#[diesel(table_name = sondages)]
struct Taken {
    envoi: i64,
    renvois: i64,
    fois: i64,
}

#[derive(Debug, Queryable)]
struct Found {
    envoi: i64,
    etat: Etat,
    reference: Option<String>,
    cle: String,
}

statements! {
    // SQLite takes a partial index when the question repeats its condition word for word. What was only
    // simulated is nothing to ask about.
    fn taken(
        passerelle: &str, unnumbered: bool, limit: i64,
        since: Instant, before: Instant, until: Instant, now: Instant,
    ) =
        "INSERT INTO sondages (envoi, renvois, fois, prochain)
         SELECT e.id, e.renvois, 0, {until}
           FROM envois e
           LEFT JOIN sondages s ON s.envoi = e.id AND s.renvois = e.renvois
          WHERE e.canal = 'sms' AND e.etat IN ('envoye', 'incertain')
            AND e.remise IN ('inconnue', 'en_cours')
            AND e.termine_le > {since} AND e.termine_le <= {before}
            AND e.passerelle = {passerelle} AND ({unnumbered} OR e.reference IS NOT NULL)
            AND (s.envoi IS NULL OR (s.prochain <= {now} AND s.fois < 9))
            AND EXISTS (SELECT 1 FROM tentatives t JOIN passages p ON p.id = t.passage
                         WHERE t.envoi = e.id AND p.mode = 'reel')
          ORDER BY COALESCE(s.prochain, e.termine_le), e.id LIMIT {limit}
         ON CONFLICT (envoi, renvois) DO UPDATE SET prochain = {until}
          WHERE sondages.prochain <= {now}
         RETURNING envoi, renvois, fois";

    fn numbered(envoi: i64, renvois: i64, reference: &str, untraced: &str) =
        "UPDATE envois
            SET reference = COALESCE(reference, {reference}),
                detail = CASE WHEN detail = {untraced} THEN NULL ELSE detail END
          WHERE id = {envoi} AND renvois = {renvois}
            AND (reference IS NULL OR detail = {untraced})";

    // Of a parent who was erased nothing is told any more.
    fn untraced(envoi: i64, renvois: i64, untraced: &str) =
        "UPDATE envois SET detail = {untraced}
          WHERE id = {envoi} AND renvois = {renvois} AND etat = 'incertain'
            AND parent IS NOT NULL AND (detail IS NULL OR detail <> {untraced})";
}

/// Takes SMS of which a question is due, those that have waited longest first; for a while nobody else asks about
/// them.
pub fn claim(conn: &mut Conn, asked: &Claim<'_>) -> Result<Vec<Sonde>, Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let since = now - GIVEN_UP;
        // Two runs that begin together take one after the other, and not both the same.
        let row = canaux::table.find(Canal::Sms).select(canaux::arrets);
        conn.one::<i64>(locked(row))?;
        conn.execute(diesel::delete(
            sondages::table.filter(sondages::prochain.lt(since)),
        ))?;
        let taken: Vec<Taken> = conn.load(taken(
            asked.passerelle,
            asked.unnumbered,
            asked.limit,
            since,
            now - FIRST,
            now + LEASE,
            now,
        ))?;
        described(conn, taken)
    })
}

fn described(conn: &mut Conn, mut taken: Vec<Taken>) -> Result<Vec<Sonde>, Error> {
    // RETURNING has no order.
    taken.sort_unstable_by_key(|one| one.envoi);
    let ids: Vec<i64> = taken.iter().map(|one| one.envoi).collect();
    let found = envois::table
        .inner_join(messages::table)
        .filter(envois::id.eq_any(ids))
        .order(envois::id);
    let found: Vec<Found> =
        conn.load(found.select((envois::id, envois::etat, envois::reference, messages::cle)))?;
    let known = |one: Taken| {
        let found = found.iter().find(|found| found.envoi == one.envoi)?;
        Some(Sonde {
            key: DeliveryKey {
                cle: found.cle.clone(),
                envoi: one.envoi,
                renvois: one.renvois,
            },
            etat: found.etat,
            reference: found.reference.clone(),
            fois: one.fois,
        })
    };
    Ok(taken.into_iter().filter_map(known).collect())
}

/// The gateway has it, under this number: kept where none is known.
pub fn known(conn: &mut Conn, sonde: &Sonde, reference: Option<&str>) -> Result<(), Error> {
    if let Some(reference) = reference {
        let DeliveryKey { envoi, renvois, .. } = sonde.key;
        conn.execute(numbered(envoi, renvois, reference, UNTRACED))?;
    }
    Ok(())
}

/// The gateway does not have it.
pub fn unknown(conn: &mut Conn, sonde: &Sonde) -> Result<(), Error> {
    if sonde.etat == Etat::Incertain && sonde.fois >= BELIEVED {
        let DeliveryKey { envoi, renvois, .. } = sonde.key;
        conn.execute(untraced(envoi, renvois, UNTRACED))?;
    }
    Ok(())
}

/// The gateway has answered: the next question comes later, or never.
pub fn answered(conn: &mut Conn, sonde: &Sonde) -> Result<(), Error> {
    let distance = usize::try_from(sonde.fois).ok();
    let distance = distance.and_then(|fois| DISTANCES.get(fois)).copied();
    let wait = Duration::from_secs(60 * distance.unwrap_or_default());
    let next = conn.now()? + wait;
    let row = sondages::table.find((sonde.key.envoi, sonde.key.renvois));
    conn.execute(diesel::update(row).set((
        sondages::fois.eq(sonde.fois + 1),
        sondages::prochain.eq(next),
    )))
    .map(drop)
}
