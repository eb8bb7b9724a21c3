//! Parents whom a complete directory does not name any more: no recipients since, with their history.

use super::{list, oppositions};
use crate::store::sql::sql;
use crate::store::{Conn, Error};

/// How many of these parents have left.
pub(super) fn among(conn: &mut Conn, parents: &[i64]) -> Result<usize, Error> {
    let question = sql("SELECT count(*) AS nombre FROM parents
                         WHERE parti_le IS NOT NULL
                           AND id IN (SELECT r.cle FROM {rows: cle})");
    let left = list::count(conn, &question.bind_keys(parents))?;
    Ok(usize::try_from(left).unwrap_or_default())
}

/// Who of the directory is a recipient and not named here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absents {
    /// Their numbers.
    pub absents: Vec<i64>,
    /// Recipients before, named or not.
    pub presents: usize,
}

impl Absents {
    /// Whether more than a third would leave: a file cut short or of another school does that, and a
    /// person has to say that it is meant.
    #[must_use]
    pub const fn is_many(&self) -> bool {
        self.absents.len() * 3 > self.presents
    }
}

/// Whom a directory that names these parents leaves out. To be asked before it is taken over.
///
/// # Errors
/// The database's.
pub fn absents(conn: &mut Conn, named: &[i64]) -> Result<Absents, Error> {
    let presents = list::count(
        conn,
        &sql("SELECT count(*) AS nombre FROM parents WHERE parti_le IS NULL"),
    )?;
    let question = sql("SELECT id FROM parents
                         WHERE parti_le IS NULL
                           AND id NOT IN (SELECT r.cle FROM {rows: cle}) ORDER BY id");
    Ok(Absents {
        absents: list::ids(conn, &question.bind_keys(named))?,
        presents: usize::try_from(presents).unwrap_or_default(),
    })
}

/// Lets these parents leave; what waits for them is ended. Returns how many did. Called within
/// [`super::take_over`].
///
/// # Errors
/// The database's.
pub fn leave(conn: &mut Conn, parents: &[i64]) -> Result<usize, Error> {
    let now = conn.now()?;
    let left = conn.execute(
        sql("UPDATE parents SET parti_le = ?
               WHERE parti_le IS NULL AND id IN (SELECT r.cle FROM {rows: cle})")
        .bind(now)
        .bind_keys(parents),
    )?;
    oppositions::end_departed(conn)?;
    Ok(left)
}
