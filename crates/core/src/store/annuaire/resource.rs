//! What classes, pupils and parents have in common: each is listed, looked up, added, changed and
//! removed in the same way.

use super::{Table, alone, checked, follow};
use crate::store::backend::{Inner, MultiBackend, locked};
use crate::store::search::in_order;
use crate::store::{Conflict, Conn, Error, historique};
use crate::vocabulary::Action;
use diesel::dsl::{AsSelect, count_star};
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::{LimitDsl, LoadQuery, OffsetDsl, SelectDsl};
use diesel::sql_types::BigInt;
use diesel::{Expression, Selectable, SelectableHelper};

/// Values of one question. PostgreSQL takes a list as one value. SQLite takes each as a value of its
/// own, at most 32,766, and reads the text anew for each length of the list: what may be long is
/// asked for in pieces.
pub(in crate::store) const CHUNK: usize = 2000;

/// What `ask` finds for all of these, piece by piece.
pub(in crate::store) fn in_chunks<I, T>(
    items: &[I],
    ask: impl FnMut(&[I]) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let found: Vec<Vec<T>> = items.chunks(CHUNK).map(ask).collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// The little in which one of the three differs from the others.
pub trait Kept: Clone + PartialEq + Sized + Send + Sync + 'static {
    /// Which rows, in which order.
    type Filter: Send + Sync + 'static;
    /// What the table says of a row.
    type Record: Selectable<MultiBackend, SelectExpression: QueryId>;
    /// The column of the numbers.
    type Id: Expression + Default;
    /// A question about the table: how many, which numbers, which rows, which of them.
    type Question<'q>: SelectDsl<count_star, Output: LoadQuery<'q, Inner, i64>>
        + SelectDsl<
            Self::Id,
            Output: LoadQuery<'q, Inner, i64>
                        + Query<SqlType = BigInt>
                        + QueryFragment<MultiBackend>
                        + QueryId,
        > + SelectDsl<
            AsSelect<Self::Record, MultiBackend>,
            Output: LoadQuery<'q, Inner, Self::Record>
                        + LimitDsl<Output: OffsetDsl<Output: LoadQuery<'q, Inner, Self::Record>>>,
        >;
    /// The table.
    const TABLE: Table;
    /// Whether a row may not be as another one is: two changes at once look at each other, then.
    const DISTINCT: bool = false;

    /// The number.
    fn id(&self) -> i64;

    /// What the filter lets through, in no order; none when there can be no such row.
    fn narrowed(filter: &Self::Filter) -> Option<Self::Question<'_>>;

    /// The same in the order that the filter asks for.
    fn ordered<'q>(found: Self::Question<'q>, filter: &Self::Filter) -> Self::Question<'q>;

    /// Those with these numbers.
    fn among(ids: &[i64]) -> Self::Question<'_>;

    /// Adds what other tables say.
    fn completed(conn: &mut Conn, records: Vec<Self::Record>) -> Result<Vec<Self>, Error>;

    /// Inserts it, with this number or the next, and returns the number; none when it is taken.
    ///
    /// # Errors
    /// `Conflict` when it names what there is not.
    fn add(&self, conn: &mut Conn, id: Option<i64>) -> Result<Option<i64>, Error>;

    /// Writes it over the row with its number, and returns how many there were.
    ///
    /// # Errors
    /// `Conflict` when it names what there is not.
    fn change(&self, conn: &mut Conn) -> Result<usize, Error>;

    /// Removes the row, and returns how many there were.
    ///
    /// # Errors
    /// `Conflict` when something keeps it from going.
    fn remove(conn: &mut Conn, id: i64) -> Result<usize, Error>;
}

/// Classes, pupils, parents: what can be asked of them, and done to them.
pub trait Resource: Kept {
    /// How many there are.
    fn count(conn: &mut Conn, filter: &Self::Filter) -> Result<i64, Error> {
        match Self::narrowed(filter) {
            Some(found) => conn.one(found.select(count_star())),
            None => Ok(0),
        }
    }

    /// Up to `limit` of them, after the first `offset`.
    fn page(
        conn: &mut Conn,
        filter: &Self::Filter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Self>, Error> {
        let Some(found) = Self::narrowed(filter) else {
            return Ok(Vec::new());
        };
        let rows = Self::ordered(found, filter).select(Self::Record::as_select());
        let records = conn.load(rows.limit(limit.max(0)).offset(offset.max(0)))?;
        Self::completed(conn, records)
    }

    /// The numbers of all of them: with [`by_ids`](Self::by_ids), a long list in little memory.
    fn ids(conn: &mut Conn, filter: &Self::Filter) -> Result<Vec<i64>, Error> {
        match Self::narrowed(filter) {
            Some(found) => conn.load(Self::ordered(found, filter).select(Self::Id::default())),
            None => Ok(Vec::new()),
        }
    }

    /// Those with these numbers, in this order; who is missing is left out.
    fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Self>, Error> {
        let found = in_chunks(ids, |ids| {
            let records = conn.load(Self::among(ids).select(Self::Record::as_select()))?;
            Self::completed(conn, records)
        })?;
        Ok(in_order(ids, found, Self::id))
    }

    /// The one with this number.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    fn one(conn: &mut Conn, id: i64) -> Result<Self, Error> {
        let mut found = Self::by_ids(conn, &[id])?;
        found.pop().ok_or(Error::NotFound)
    }

    /// Those of these numbers that there are, the lowest first.
    fn existing(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>, Error> {
        let mut found = in_chunks(ids, |ids| {
            conn.load(Self::among(ids).select(Self::Id::default()))
        })?;
        found.sort_unstable();
        Ok(found)
    }

    /// Adds a row, whatever number it has, and returns its number: `id`, or the next.
    ///
    /// # Errors
    /// `Conflict` when the number is taken, or the row names what there is not.
    fn insert(conn: &mut Conn, id: Option<i64>, row: &Self) -> Result<i64, Error> {
        let given = id.map(checked).transpose()?;
        conn.write(|conn| {
            alone(conn)?;
            let taken = Conflict::Taken(given.unwrap_or_default());
            let id = row.add(conn, given)?.ok_or(Error::Conflict(taken))?;
            if given.is_some() {
                follow(conn, Self::TABLE, id)?;
            }
            historique::note(conn, Action::Cree, Self::TABLE.objet(), Some(id))?;
            Ok(id)
        })
    }

    /// Changes the row that was `seen` into this.
    ///
    /// # Errors
    /// `NotFound`; `Stale` when it is no longer what was seen; `Conflict` when it names what there
    /// is not.
    fn update(conn: &mut Conn, seen: &Self, row: &Self) -> Result<(), Error> {
        let id = seen.id();
        conn.write(|conn| {
            if Self::DISTINCT {
                alone(conn)?;
            }
            let _: i64 = conn.one(locked(Self::among(&[id]).select(Self::Id::default())))?;
            if Self::one(conn, id)? != *seen {
                return Err(Error::Stale);
            }
            found(row.change(conn)?)?;
            if row == seen {
                return Ok(());
            }
            historique::note(conn, Action::Modifie, Self::TABLE.objet(), Some(id))
        })
    }

    /// Removes the row with this number.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when something keeps it from going: nothing is changed then.
    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
        conn.write(|conn| {
            found(Self::remove(conn, id)?)?;
            historique::note(conn, Action::Supprime, Self::TABLE.objet(), Some(id))
        })
    }
}

impl<T: Kept> Resource for T {}

/// What an UPDATE or DELETE of one row found.
const fn found(changed: usize) -> Result<(), Error> {
    if changed == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}
