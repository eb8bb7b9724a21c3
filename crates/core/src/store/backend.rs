//! Both databases as one, for diesel's query builder.
//!
//! [`Inner`] is diesel's derived `MultiConnection`: what is asked through it is built once, checked
//! by the compiler for both databases, and written in the dialect of the one that is open. The other
//! way, running each expression on the inner connection by a macro (`on_inner!`), was tried on the
//! same questions: it says a little more, but no function can be generic over two connections, so
//! that noticing a broken connection, or reading a page, would stand beside every question.
//!
//! What the derive does not know is said on each database itself by [`either`].

use crate::instant::{Instant, InstantSql};
#[cfg(feature = "postgres")]
use diesel::PgConnection;
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};
use diesel::{deserialize, serialize};

#[derive(diesel::MultiConnection)]
pub enum Inner {
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

impl diesel::sql_types::HasSqlType<InstantSql> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<InstantSql>(lookup)
    }
}

impl deserialize::FromSql<InstantSql, MultiBackend> for Instant {
    fn from_sql(bytes: MultiRawValue<'_>) -> deserialize::Result<Self> {
        bytes.from_sql::<Self, InstantSql>()
    }
}

impl serialize::ToSql<InstantSql, MultiBackend> for Instant {
    fn to_sql<'b>(
        &'b self,
        out: &mut serialize::Output<'b, '_, MultiBackend>,
    ) -> serialize::Result {
        out.set_value((InstantSql, self));
        Ok(serialize::IsNull::No)
    }
}

/// What both databases understand, whatever the derived connection knows of it: `ON CONFLICT`,
/// several rows in one `INSERT`, nodes of our own.
pub(crate) const fn either<Q>(statement: Q) -> Either<Q> {
    Either(statement)
}

/// See [`either`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Either<Q>(Q);

macro_rules! on {
    ($name:ident, $feature:literal, $backend:ty) => {
        /// A statement for this database, if it is built in.
        #[cfg(feature = $feature)]
        pub(crate) trait $name: QueryFragment<$backend> {}
        #[cfg(feature = $feature)]
        impl<Q: QueryFragment<$backend>> $name for Q {}
        /// A statement for this database, if it is built in.
        #[cfg(not(feature = $feature))]
        pub(crate) trait $name {}
        #[cfg(not(feature = $feature))]
        impl<Q> $name for Q {}
    };
}
on!(OnSqlite, "sqlite", Sqlite);
on!(OnPostgres, "postgres", Pg);

impl<Q: OnSqlite + OnPostgres> QueryFragment<MultiBackend> for Either<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, out)
    }
}

impl<Q: Query> Query for Either<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Either<Q> {
    type QueryId = ();
    // Prepared statements are kept by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<Inner> for Either<Q> {}

/// Locks what a question finds until the commit.
pub(crate) const fn locked<Q>(question: Q) -> Locked<Q> {
    Locked(question, Lock(" FOR UPDATE"))
}

/// The same for rows that are neither deleted nor get another key: others may refer to them meanwhile.
pub(crate) const fn locked_to_change<Q>(question: Q) -> Locked<Q> {
    Locked(question, Lock(" FOR NO KEY UPDATE"))
}

/// The same, without what others have locked.
pub(crate) const fn skipping_locked<Q>(question: Q) -> Locked<Q> {
    Locked(question, Lock(" FOR UPDATE SKIP LOCKED"))
}

/// See [`locked`], [`locked_to_change`] and [`skipping_locked`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locked<Q>(Q, Lock);

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        MultiBackend::walk_variant_ast(&self.1, out)
    }
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Locked<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<Inner> for Locked<Q> {}

#[derive(Debug, Clone, Copy)]
struct Lock(
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "SQLite has one writer at a time")
    )]
    &'static str,
);

#[cfg(feature = "sqlite")]
impl QueryFragment<Sqlite> for Lock {
    /// SQLite has one writer at a time.
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<Pg> for Lock {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}
