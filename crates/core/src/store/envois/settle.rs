//! Results and intents of several senders in one commit: the statement that everything waits for.

#[cfg(feature = "postgres")]
mod postgres;

use super::{Finished, Granted, Recorded, Refused, Reserved, announce, record};
use crate::failpoint::reach;
use crate::store::adresses::{self, Reading};
use crate::store::{Conn, Error};
use std::time::Duration;

/// An envoi to announce, with the time that its attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leased {
    /// The envoi.
    pub envoi: Reserved,
    /// How long nobody else may touch it.
    pub lease: Duration,
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Results that were written.
    pub recorded: Vec<Recorded>,
    /// Envois that may be handed to the network now.
    pub granted: Vec<Granted>,
    /// Envois that may not leave any more.
    pub refused: Vec<Refused>,
}

/// Writes results and intents. `again` after a commit whose answer was lost.
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
    finished: &[Finished],
    leased: &[Leased],
    again: bool,
    reading: Reading,
) -> Result<Settled, Error> {
    #[cfg(feature = "postgres")]
    if !again && matches!(conn.database(), crate::config::Database::Postgres(_)) {
        return postgres::at_once(conn, passage, finished, leased, reading);
    }
    step_by_step(conn, passage, finished, leased, again, reading)
}

fn step_by_step(
    conn: &mut Conn,
    passage: &str,
    finished: &[Finished],
    leased: &[Leased],
    again: bool,
    reading: Reading,
) -> Result<Settled, Error> {
    conn.write(|conn| {
        // Rows of the directory are locked before those of envois, as whoever erases a parent does.
        if !leased.is_empty() {
            adresses::refresh_all(conn, reading.region)?;
        }
        let now = conn.now()?;
        let mut settled = Settled {
            recorded: record(conn, finished, now)?,
            ..Settled::default()
        };
        // One channel has one lease: usually a single group.
        for group in leased.chunk_by(|one, other| one.lease == other.lease) {
            let lease = group.first().map_or(Duration::ZERO, |first| first.lease);
            let envois: Vec<Reserved> = group.iter().map(|leased| leased.envoi).collect();
            let (granted, refused) =
                announce(conn, passage, &envois, lease, again, reading.elsewhere, now)?;
            settled.granted.extend(granted);
            settled.refused.extend(refused);
        }
        reach("settle_commit");
        Ok(settled)
    })
}
