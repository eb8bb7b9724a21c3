//! Many rows written at once, and counted.

use super::CHUNK;
use crate::store::sql::Sql;
use crate::store::{Conn, Error};
use serde::Serialize;

/// What became of the rows given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// New ones.
    pub ajoutes: usize,
    /// Known ones that changed.
    pub modifies: usize,
    /// Known ones that were the same, and were not written.
    pub inchanges: usize,
}

/// Changes the rows that are there, those that are the same excepted, inserts the others, and counts.
/// Nobody else inserts meanwhile, see [`take_over`](super::take_over).
pub(super) fn write<T>(
    conn: &mut Conn,
    rows: &[T],
    update: fn(&[T]) -> Sql,
    insert: fn(&[T]) -> Sql,
) -> Result<Count, Error> {
    let mut count = Count::default();
    for chunk in rows.chunks(CHUNK) {
        let modifies = conn.execute(update(chunk))?;
        let ajoutes = conn.execute(insert(chunk))?;
        count.modifies += modifies;
        count.ajoutes += ajoutes;
        count.inchanges += chunk.len().saturating_sub(modifies + ajoutes);
    }
    Ok(count)
}
