//! Outcomes recorded and envois announced for several senders in one commit: the statement that
//! everything waits for.

pub(in crate::store) mod paid;
#[cfg(feature = "postgres")]
pub(in crate::store) mod postgres;

use super::{Announced, Claimed, Outcome, Recorded, Refused, announce, record};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::model::Reading;
use crate::store::depenses::{Paid, Reached};
use crate::store::{Conn, Error, adresses};
use std::time::Duration;

/// A claimed envoi that can leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// The envoi.
    pub envoi: Claimed,
    /// How long nobody else may touch it: longer than its attempt may take.
    pub lease: Duration,
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Outcomes that were recorded.
    pub recorded: Vec<Recorded>,
    /// Envois that may be handed to the network now.
    pub announced: Vec<Announced>,
    /// Envois that may not leave any more.
    pub refused: Vec<Refused>,
    /// Within limits: what was counted for those announced.
    pub paid: Vec<Paid>,
    /// Envois that wait because no more SMS are allowed.
    pub unpaid: Vec<i64>,
    /// The limit that they would pass.
    pub reached: Option<Reached>,
}

/// Records outcomes and announces what is ready. `again` after a commit whose answer was lost.
///
/// SQLite takes a few statements in a transaction. On PostgreSQL each statement costs a round trip,
/// so the same is said in one; what it leaves out (an answer that comes late, an envoi that was
/// cancelled) is seldom, and done by the other way afterwards.
///
/// # Errors
/// The database's; nothing is known to be committed then.
pub fn settle(
    conn: &mut Conn,
    passage: &str,
    outcomes: &[Outcome],
    ready: &[Ready],
    again: bool,
    reading: &Reading,
) -> Result<Settled, Error> {
    #[cfg(feature = "postgres")]
    if !again && conn.is_postgres() {
        return postgres::at_once(conn, passage, outcomes, ready, reading);
    }
    step_by_step(conn, passage, outcomes, ready, again, reading)
}

fn step_by_step(
    conn: &mut Conn,
    passage: &str,
    outcomes: &[Outcome],
    ready: &[Ready],
    again: bool,
    reading: &Reading,
) -> Result<Settled, Error> {
    conn.write(|conn| {
        // Rows of the directory are locked before those of envois, as whoever erases a parent does.
        if !ready.is_empty() {
            adresses::refresh_all(conn, reading.region)?;
        }
        let now = conn.now()?;
        let mut settled = Settled::default();
        record_all(conn, outcomes, again, now, &mut settled)?;
        announce_all(conn, passage, ready, again, reading, now, &mut settled)?;
        reach("settle_commit");
        Ok(settled)
    })
}

/// Records outcomes; returns those that were not before.
fn record_all(
    conn: &mut Conn,
    outcomes: &[Outcome],
    again: bool,
    now: Instant,
    settled: &mut Settled,
) -> Result<Vec<Recorded>, Error> {
    if again {
        settled.recorded = record::standing(conn, outcomes)?;
    }
    let kept = record(conn, outcomes, now)?;
    settled.recorded.extend(&kept);
    Ok(kept)
}

fn announce_all(
    conn: &mut Conn,
    passage: &str,
    ready: &[Ready],
    again: bool,
    reading: &Reading,
    now: Instant,
    settled: &mut Settled,
) -> Result<(), Error> {
    // One channel has one lease: usually a single group.
    for group in ready.chunk_by(|one, other| one.lease == other.lease) {
        let lease = group.first().map_or(Duration::ZERO, |first| first.lease);
        let envois: Vec<Claimed> = group.iter().map(|ready| ready.envoi).collect();
        let (announced, refused) = announce(conn, passage, &envois, lease, again, reading, now)?;
        settled.announced.extend(announced);
        settled.refused.extend(refused);
    }
    Ok(())
}
