//! Versions of the tables.

use super::conn::{Conn, Inner};
use super::{Error, error::one_line, sql::sql};
use crate::config::Database;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Opens the database with tables of this program's version. A SQLite file is brought up to date
/// by itself, its first start included; on PostgreSQL that is `process-scheduled migrate`'s work.
///
/// # Errors
/// `Config` when the tables are older (PostgreSQL) or newer than this program.
pub fn open(database: &Database) -> Result<Conn, Error> {
    let mut conn = Conn::open(database)?;
    let pending = pending(&mut conn)?;
    if pending > 0 {
        match database {
            Database::Sqlite(_) => drop(migrate(&mut conn)?),
            Database::Postgres(_) => {
                return Err(Error::Config(
                    "the tables are missing or older than this program: run \"process-scheduled migrate\""
                        .to_owned(),
                ));
            }
        }
    }
    Ok(conn)
}

/// How many migrations are not applied yet.
///
/// # Errors
/// `Config` when the database has migrations that this program does not know.
pub fn pending(conn: &mut Conn) -> Result<usize, Error> {
    let known = known(conn)?;
    let applied = applied(conn)?;
    if let Some(newer) = applied.difference(&known).last() {
        return Err(Error::Config(format!(
            "the tables are newer than this program (migration {newer}): update the program"
        )));
    }
    Ok(known.difference(&applied).count())
}

/// Applies what is missing; all or nothing, one process at a time. Returns the names applied.
///
/// # Errors
/// When a statement fails; the tables are then as before.
pub fn migrate(conn: &mut Conn) -> Result<Vec<String>, Error> {
    conn.write(|conn| {
        let names = match &mut conn.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(conn) => apply(conn, SQLITE),
            #[cfg(feature = "postgres")]
            Inner::Postgres(conn) => {
                use diesel::RunQueryDsl;
                // Any number will do, as long as every version of this program uses the same.
                diesel::sql_query("SELECT pg_advisory_xact_lock(7307189512)").execute(conn)?;
                apply(conn, POSTGRES)
            }
        };
        names.map_err(|e| Error::Other(one_line(&e.to_string())))
    })
}

fn apply<DB: diesel::backend::Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    source: EmbeddedMigrations,
) -> diesel::migration::Result<Vec<String>> {
    let versions = conn.run_pending_migrations(source)?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

fn known(conn: &Conn) -> Result<BTreeSet<String>, Error> {
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

fn applied(conn: &mut Conn) -> Result<BTreeSet<String>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Applied {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let rows = conn.load::<Applied>(&sql("SELECT version FROM __diesel_schema_migrations"));
    match rows {
        Ok(rows) => Ok(rows.into_iter().map(|row| row.version).collect()),
        // A database that never saw a migration has no such table.
        Err(Error::Other(text)) if text.contains("__diesel_schema_migrations") => {
            Ok(BTreeSet::new())
        }
        Err(error) => Err(error),
    }
}
