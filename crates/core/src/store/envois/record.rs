//! Recording what became of an attempt.

use super::rule::{RECORD, TO_RECORD};
use crate::instant::Instant;
use crate::schema::envois;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Etat, Motif, Verdict};
use serde::Serialize;
use std::collections::BTreeSet;

/// The outcome of one attempt, ready to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Number of the envoi.
    pub id: i64,
    /// Token under which it was sent.
    pub jeton: i64,
    /// Where it goes: from `emission`, or from where it was recovered to.
    pub etat: Etat,
    /// Why, for a final state that is not `envoye`.
    pub motif: Option<Motif>,
    /// What the attempt came to.
    pub verdict: Verdict,
    /// The peer's code, such as `550 5.1.1` or `429`.
    pub code: Option<String>,
    /// The peer's words or ours, at most 200 characters.
    pub detail: Option<String>,
    /// The gateway's own number for the delivery.
    pub reference: Option<String>,
    /// Not before, when it goes back to `a_envoyer`.
    pub prochaine: Option<Instant>,
    /// 1 when the attempt does not count, else 0.
    pub rendues: i64,
    /// 1 when the answer was lost, else 0.
    pub ambigus: i64,
}
columns!(Outcome: id, jeton, etat, motif, verdict, code, detail, reference, prochaine, rendues, ambigus);

/// An outcome that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, diesel::QueryableByName)]
#[diesel(table_name = envois)]
pub struct Recorded {
    /// Number of the envoi.
    pub id: i64,
    /// Its message.
    pub message: i64,
}
columns!(Recorded: message);

impl Recorded {
    /// The numbers of the envois.
    #[must_use]
    pub fn ids(recorded: &[Self]) -> BTreeSet<i64> {
        recorded.iter().map(|recorded| recorded.id).collect()
    }
}

statements! {
    fn recorded(outcomes: &[Outcome], late: bool, now: Instant) =
        RECORD, " FROM {outcomes} WHERE ", TO_RECORD, " RETURNING envois.id, envois.message";

    fn read_back(outcomes: &[Outcome]) =
        "SELECT envois.id, envois.message FROM {outcomes}
           JOIN envois ON envois.id = r.id AND envois.jeton = r.jeton AND envois.etat = r.etat";

    fn attempts(told: &[&Outcome], now: Instant) =
        "UPDATE tentatives SET fin = {now}, verdict = r.verdict, code = r.code
           FROM {told}
          WHERE tentatives.envoi = r.id AND tentatives.jeton = r.jeton";

    // Before their envois, as cancelling and sending again do. Whoever closes one of them just now
    // has counted its envois already: that is waited for, so that the sums are seen and opened again.
    fn lock_messages(outcomes: &[Outcome]) =
        "SELECT m.id AS nombre FROM messages m
          WHERE m.id IN (SELECT e.message FROM {outcomes} JOIN envois e ON e.id = r.id)
          ORDER BY m.id {for update}";

    fn overtaken(ahead: &[&Outcome], now: Instant) =
        "UPDATE envois
            SET etat = 'envoye', motif = NULL, jeton = r.jeton, code = r.code,
                reference = r.reference, tentatives = envois.tentatives + 1,
                emis_le = COALESCE(envois.emis_le, {now}), termine_le = {now},
                proprio = NULL, bail_jusqua = NULL
           FROM {ahead}
          WHERE envois.id = r.id AND envois.jeton < r.jeton
            AND envois.etat IN ('a_envoyer', 'reserve')
         RETURNING envois.id, envois.message";

    fn forgotten_attempts(ahead: &[&Outcome], passage: &str, now: Instant) =
        "INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict, code)
         SELECT r.id, r.jeton, {passage}, {now}, {now}, 'accepte', r.code FROM {ahead}
          WHERE true ON CONFLICT DO NOTHING";

    fn reopened(late: &[Recorded]) =
        "UPDATE messages SET statut = 'en_attente'
          WHERE statut IN ('envoye', 'echec') AND id IN (SELECT r.message FROM {late})";
}

/// Records outcomes. Those whose token is no longer the envoi's change nothing and are missing
/// from the answer. An answer that comes after the lease was over is still welcome while nobody
/// else has tried, even when the envoi was stopped in the meantime; its message is opened again, to
/// be closed with the new sums.
pub fn record(conn: &mut Conn, outcomes: &[Outcome], now: Instant) -> Result<Vec<Recorded>, Error> {
    if outcomes.is_empty() {
        return Ok(Vec::new());
    }
    let mut kept: Vec<Recorded> = conn.load(recorded(outcomes, false, now))?;
    if kept.len() < outcomes.len() {
        conn.load::<Count>(&lock_messages(outcomes))?;
        let late: Vec<Recorded> = conn.load(recorded(outcomes, true, now))?;
        if !late.is_empty() {
            reopen(conn, &late)?;
        }
        kept.extend(late);
    }
    // What changed nothing leaves the attempt in doubt too: the two are told together.
    let ids = Recorded::ids(&kept);
    let is_told = |one: &&Outcome| one.verdict == Verdict::Accepte || ids.contains(&one.id);
    let told: Vec<&Outcome> = outcomes.iter().filter(is_told).collect();
    conn.execute(attempts(&told, now))?;
    Ok(kept)
}

/// Opens the messages of envois that are known better now, to be closed with the new sums. They are locked.
pub(super) fn reopen(conn: &mut Conn, late: &[Recorded]) -> Result<(), Error> {
    conn.execute(reopened(late)).map(drop)
}

/// Those of the outcomes that stand already: written by a commit whose answer was lost.
pub(super) fn standing(conn: &mut Conn, outcomes: &[Outcome]) -> Result<Vec<Recorded>, Error> {
    if outcomes.is_empty() {
        return Ok(Vec::new());
    }
    conn.load(read_back(outcomes))
}

/// Records deliveries that were accepted under a token that the database has not reached: it went back in
/// time, and they would leave again. `passage` is the run that had the answers.
pub fn overtake(
    conn: &mut Conn,
    ahead: &[Outcome],
    passage: &str,
    now: Instant,
) -> Result<Vec<Recorded>, Error> {
    if ahead.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<&Outcome> = ahead.iter().collect();
    let kept: Vec<Recorded> = conn.load(overtaken(&all, now))?;
    let ids = Recorded::ids(&kept);
    let told: Vec<&Outcome> = ahead.iter().filter(|one| ids.contains(&one.id)).collect();
    conn.execute(forgotten_attempts(&told, passage, now))?;
    Ok(kept)
}
