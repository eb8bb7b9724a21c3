//! Moving what was noted into the counters.

use crate::store::sql::sql;
use crate::store::{Conn, Error};

/// Notes that a reader may meet before it puts them away: summing them up takes milliseconds.
const MANY: i64 = 2000;

/// Moves what PostgreSQL's writers noted into the counters. Does nothing when another program is at
/// it, and nothing on SQLite, whose one writer at a time changes the counters directly.
///
/// # Errors
/// The database's; the counts are right nevertheless.
pub fn fold(conn: &mut Conn) -> Result<(), Error> {
    if !conn.is_postgres() {
        return Ok(());
    }
    conn.write(|conn| {
        conn.execute(sql("SELECT compteurs_ranger()"))?;
        Ok(())
    })
}

/// For readers, who have their answer already: the next one shall have it faster.
pub(super) fn fold_if_many(conn: &mut Conn, notes: i64) {
    if notes > MANY
        && !conn.is_writing()
        && let Err(error) = fold(conn)
    {
        log::warn!("compteurs non ranges : {error}");
    }
}
