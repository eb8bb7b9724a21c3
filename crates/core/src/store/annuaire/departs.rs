//! Parents whom a complete directory does not name any more: no recipients since, with their history.

use super::{CHUNK, in_chunks, oppositions};
use crate::schema::parents::{id, parti_le, table};
use crate::store::{Conn, Error};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// How many of these parents have left.
pub(super) fn among(conn: &mut Conn, parents: &[i64]) -> Result<usize, Error> {
    let left: Vec<i64> = in_chunks(parents, |parents| {
        let left = table.filter(parti_le.is_not_null());
        conn.load(left.filter(id.eq_any(parents)).select(id))
    })?;
    Ok(left.len())
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
pub fn absents(conn: &mut Conn, named: &[i64]) -> Result<Absents, Error> {
    let named: BTreeSet<i64> = named.iter().copied().collect();
    let mut absents: Vec<i64> = conn.load(table.filter(parti_le.is_null()).order(id).select(id))?;
    let presents = absents.len();
    absents.retain(|absent| !named.contains(absent));
    Ok(Absents { absents, presents })
}

/// Lets these parents leave; what waits for them is ended. Returns how many did. Called within
/// [`super::take_over`].
pub fn leave(conn: &mut Conn, parents: &[i64]) -> Result<usize, Error> {
    if parents.is_empty() {
        return Ok(0);
    }
    let now = conn.now()?;
    let mut left = 0;
    for parents in parents.chunks(CHUNK) {
        let leaving = table.filter(parti_le.is_null()).filter(id.eq_any(parents));
        left += conn.execute(diesel::update(leaving).set(parti_le.eq(now)))?;
    }
    oppositions::end_departed(conn)?;
    Ok(left)
}
