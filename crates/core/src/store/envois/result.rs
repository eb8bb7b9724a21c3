//! What became of an attempt.

use crate::instant::Instant;
use crate::store::sql::sql;
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Etat, Motif, Verdict};
use diesel::sql_types::BigInt;
use serde::Serialize;
use std::collections::BTreeSet;

/// The outcome of one attempt, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finished {
    /// Number of the envoi.
    pub id: i64,
    /// Token under which it was sent.
    pub jeton: i64,
    /// Where it goes from `emission`.
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

/// An outcome that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, diesel::QueryableByName)]
pub struct Recorded {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
}

impl Recorded {
    /// The numbers of the envois.
    #[must_use]
    pub fn ids(recorded: &[Self]) -> BTreeSet<i64> {
        recorded.iter().map(|recorded| recorded.id).collect()
    }
}

/// Writes outcomes. Those whose token is no longer the envoi's change nothing and are missing
/// from the answer. An answer that comes after the lease was over is still welcome while nobody
/// else has tried, even when the envoi was stopped in the meantime; its message is opened again, to
/// be closed with the new sums. Of a parent who was erased meanwhile, the peer's words are not kept:
/// they may name the address.
///
/// # Errors
/// The database's.
pub fn record(
    conn: &mut Conn,
    finished: &[Finished],
    now: Instant,
) -> Result<Vec<Recorded>, Error> {
    if finished.is_empty() {
        return Ok(Vec::new());
    }
    let mut recorded = write(conn, finished, false, now)?;
    if recorded.len() < finished.len() {
        lock_messages(conn, finished)?;
        let late = write(conn, finished, true, now)?;
        reopen(conn, &late)?;
        recorded.extend(late);
    }
    // What changed nothing leaves the attempt in doubt too: the two are told together.
    let kept = Recorded::ids(&recorded);
    let is_told = |one: &&Finished| one.verdict == Verdict::Accepte || kept.contains(&one.id);
    let told: Vec<&Finished> = finished.iter().filter(is_told).collect();
    conn.execute(
        sql(
            "UPDATE tentatives SET fin = ?, verdict = r.verdict, code = r.code
                FROM {rows: id bigint, jeton bigint, verdict text, code text}
               WHERE tentatives.envoi = r.id AND tentatives.jeton = r.jeton",
        )
        .bind(now)
        .bind_rows(&told),
    )?;
    Ok(recorded)
}

fn write(
    conn: &mut Conn,
    finished: &[Finished],
    late: bool,
    now: Instant,
) -> Result<Vec<Recorded>, Error> {
    conn.load(
        sql("UPDATE envois
                 SET etat = r.etat, motif = r.motif, code = r.code,
                     detail = CASE WHEN envois.parent IS NOT NULL THEN r.detail END,
                     reference = COALESCE(r.reference, envois.reference),
                     prochaine = COALESCE(r.prochaine, envois.prochaine),
                     tentatives = envois.tentatives - r.rendues,
                     ambigus = envois.ambigus + r.ambigus,
                     termine_le = CASE WHEN r.etat = 'a_envoyer' THEN NULL ELSE ? END,
                     proprio = NULL, bail_jusqua = NULL
                FROM {rows: id bigint, jeton bigint, etat text, motif text, code text, detail text, reference text, prochaine timestamptz, rendues bigint, ambigus bigint}
               WHERE envois.id = r.id AND envois.jeton = r.jeton
                 AND CASE WHEN ? THEN r.etat IN ('envoye', 'echec')
                                      AND envois.etat IN ('a_envoyer', 'incertain')
                          ELSE envois.etat = 'emission' END
              RETURNING envois.id, envois.message")
        .bind(Some(now))
        .bind_rows(finished)
        .bind(late),
    )
}

/// Before their envois, as cancelling and sending again do. Whoever closes one of them just now has
/// counted its envois already: that is waited for, so that the sums are seen and opened again.
fn lock_messages(conn: &mut Conn, finished: &[Finished]) -> Result<(), Error> {
    conn.load::<Count>(
        &sql("SELECT m.id AS nombre FROM messages m
               WHERE m.id IN (SELECT e.message FROM {rows: id bigint}
                                JOIN envois e ON e.id = r.id)
               ORDER BY m.id {for update}")
        .bind_rows(finished),
    )
    .map(drop)
}

fn reopen(conn: &mut Conn, late: &[Recorded]) -> Result<(), Error> {
    if late.is_empty() {
        return Ok(());
    }
    conn.execute(
        sql("UPDATE messages SET statut = 'en_attente'
               WHERE statut IN ('envoye', 'echec')
                 AND id IN (SELECT r.message FROM {rows: message bigint})")
        .bind_rows(late),
    )?;
    Ok(())
}
