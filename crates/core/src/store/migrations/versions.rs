//! The migrations that this program knows, and those that a database has seen.

use crate::store::backend::Inner;
use crate::store::error::one_line;
use crate::store::{Conn, Error};
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Applies what is missing, in a transaction of `conn`; the names of what was applied.
pub(in crate::store) fn apply_missing(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let names = match &mut conn.inner {
        #[cfg(feature = "sqlite")]
        Inner::Sqlite(conn) => apply(conn, SQLITE),
        #[cfg(feature = "postgres")]
        Inner::Postgres(conn) => {
            use diesel::RunQueryDsl;
            // Any number will do, as long as every version of this program uses the same.
            diesel::sql_query("SELECT pg_advisory_xact_lock(7307189512)")
                .execute(conn)
                .map_err(Error::of_postgres)?;
            apply(conn, POSTGRES)
        }
    };
    names.map_err(|e| Error::Other(one_line(&e.to_string())))
}

fn apply<DB: diesel::backend::Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    source: EmbeddedMigrations,
) -> diesel::migration::Result<Vec<String>> {
    let versions = conn.run_pending_migrations(source)?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

/// The names of those of this program.
pub(in crate::store) fn known(conn: &Conn) -> Result<BTreeSet<String>, Error> {
    let names = match &conn.inner {
        #[cfg(feature = "sqlite")]
        Inner::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE),
        #[cfg(feature = "postgres")]
        Inner::Postgres(_) => names::<diesel::pg::Pg>(&POSTGRES),
    };
    names.map_err(|e| Error::Other(e.to_string()))
}

fn names<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> diesel::migration::Result<BTreeSet<String>> {
    let all: Vec<Box<dyn Migration<DB>>> = source.migrations()?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}

/// The names of those that the database has seen.
pub(in crate::store) fn applied(conn: &mut Conn) -> Result<BTreeSet<String>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Applied {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let rows = conn.load::<Applied>(diesel::sql_query(
        "SELECT version FROM __diesel_schema_migrations",
    ));
    match rows {
        Ok(rows) => Ok(rows.into_iter().map(|row| row.version).collect()),
        // A database that never saw a migration has no such table.
        Err(Error::Other(text)) if text.contains("__diesel_schema_migrations") => {
            Ok(BTreeSet::new())
        }
        Err(error) => Err(error),
    }
}

/// What becomes of the tables of a copy that are older.
#[cfg(feature = "sqlite")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Versions {
    /// They stay.
    AsTheyAre,
    /// They become this program's.
    BroughtUp,
}

/// Tables that are not this program's.
pub(in crate::store) enum Unknown {
    /// Of a later version, by this migration.
    Newer(String),
    /// Of another application.
    Other,
}

/// Whose tables a database has that has seen what this program does not know.
pub(in crate::store) fn unknown(
    known: &BTreeSet<String>,
    applied: &BTreeSet<String>,
) -> Option<Unknown> {
    let newer = applied.difference(known).last()?;
    Some(if applied.is_disjoint(known) {
        Unknown::Other
    } else {
        Unknown::Newer(newer.clone())
    })
}

/// Whether a copy has tables that this program does not know.
#[cfg(feature = "sqlite")]
pub(in crate::store) fn of_copy(
    conn: &mut SqliteConnection,
    versions: Versions,
) -> Result<Option<Unknown>, Error> {
    let fault =
        |error: Box<dyn std::error::Error + Send + Sync>| Error::of_sqlite_text(&error.to_string());
    let known = names::<diesel::sqlite::Sqlite>(&SQLITE).map_err(fault)?;
    let applied = conn.applied_migrations().map_err(fault)?;
    let applied: BTreeSet<String> = applied.iter().map(ToString::to_string).collect();
    if applied.is_empty() {
        return Ok(Some(Unknown::Other));
    }
    let unknown = unknown(&known, &applied);
    if unknown.is_none() && versions == Versions::BroughtUp {
        conn.immediate_transaction(|conn| apply(conn, SQLITE))
            .map_err(fault)?;
    }
    Ok(unknown)
}
