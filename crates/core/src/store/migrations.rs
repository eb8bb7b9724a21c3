//! Versions of the tables.

use super::backend::Inner;
use super::conn::Conn;
use super::session::Purpose;
use super::{Error, error::one_line};
use crate::config::Database;
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Opens the database with tables of this program's version: for who may make one. A SQLite file
/// is made where there is none, and brought up to date; on PostgreSQL that is
/// `process-scheduled migrate`'s work.
///
/// # Errors
/// `Config` when the tables are older (PostgreSQL) or newer than this program.
pub fn open(database: &Database) -> Result<Conn, Error> {
    update(Conn::create(database)?)
}

/// As [`open`], for who makes no database: a SQLite file that is there is brought up to date.
///
/// # Errors
/// As [`open`]; `Config` when there is none.
pub fn open_existing(database: &Database) -> Result<Conn, Error> {
    update(Conn::open(database)?)
}

/// As [`open`], for who only looks: nothing is made or brought up to date.
///
/// # Errors
/// `Config` when there is no database, or its tables are not of this program's version.
pub fn open_current(database: &Database) -> Result<Conn, Error> {
    let mut conn = Conn::open(database)?;
    if pending(&mut conn)? > 0 {
        return Err(older());
    }
    Ok(conn)
}

fn update(mut conn: Conn) -> Result<Conn, Error> {
    if pending(&mut conn)? > 0 {
        if conn.is_postgres() {
            return Err(older());
        }
        migrate(&mut conn)?;
    }
    Ok(conn)
}

fn older() -> Error {
    Error::unfit(
        "les tables manquent ou sont plus anciennes que ce programme : lancez d'abord \
         « process-scheduled migrate »",
    )
}

/// How many migrations are not applied yet.
///
/// # Errors
/// `Config` when the database has migrations that this program does not know.
pub fn pending(conn: &mut Conn) -> Result<usize, Error> {
    let known = known(conn)?;
    let applied = applied(conn)?;
    if let Some(newer) = applied.difference(&known).last() {
        return Err(Error::unfit(if applied.is_disjoint(&known) {
            "les tables sont celles d'une autre application : donnez une autre base".to_owned()
        } else {
            format!(
                "les tables sont plus récentes que ce programme (migration {newer}) : mettez le \
                 programme à jour"
            )
        }));
    }
    Ok(known.difference(&applied).count())
}

/// Applies what is missing; all or nothing, one process at a time. Returns the names applied. Of a SQLite
/// file with something in it a backup is written before.
///
/// # Errors
/// `Unavailable` when there is no room for the backup. When a statement fails; the tables are then as before.
pub fn migrate(conn: &mut Conn) -> Result<Vec<String>, Error> {
    conn.devote(Purpose::Upkeep)?;
    #[cfg(feature = "sqlite")]
    back_up(conn)?;
    conn.write(|conn| {
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
    })
}

#[cfg(feature = "sqlite")]
fn back_up(conn: &mut Conn) -> Result<(), Error> {
    let applied = applied(conn)?;
    match applied.last() {
        Some(last) if known(conn)?.difference(&applied).next().is_some() => {
            super::backup::before_migration(conn, last)
        }
        _ => Ok(()),
    }
}

/// Asks a SQLite file itself.
#[cfg(feature = "sqlite")]
pub(super) fn on_file<T>(
    conn: &mut Conn,
    ask: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    match &mut conn.inner {
        Inner::Sqlite(conn) => ask(conn),
        #[cfg(feature = "postgres")]
        Inner::Postgres(_) => Err(Error::Other("no file".to_owned())),
    }
}

/// What becomes of the tables of a copy that are older.
#[cfg(feature = "sqlite")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// They stay.
    AsTheyAre,
    /// They become this program's.
    BroughtUp,
}

/// Tables that are not this program's.
#[cfg(feature = "sqlite")]
pub(super) enum Unknown {
    /// Of a later version, by this migration.
    Newer(String),
    /// Of another application.
    Other,
    /// They could not be read or changed.
    Store(Error),
}

/// Whether a copy has tables that this program knows.
#[cfg(feature = "sqlite")]
pub(super) fn of_copy(conn: &mut SqliteConnection, versions: Versions) -> Result<(), Unknown> {
    let fault = |error: Box<dyn std::error::Error + Send + Sync>| {
        Unknown::Store(Error::of_sqlite_text(&error.to_string()))
    };
    let known = names::<diesel::sqlite::Sqlite>(&SQLITE).map_err(fault)?;
    let applied = conn.applied_migrations().map_err(fault)?;
    let applied: BTreeSet<String> = applied.iter().map(ToString::to_string).collect();
    if applied.is_disjoint(&known) {
        return Err(Unknown::Other);
    }
    if let Some(newer) = applied.difference(&known).last() {
        return Err(Unknown::Newer(newer.clone()));
    }
    if versions == Versions::BroughtUp {
        conn.immediate_transaction(|conn| apply(conn, SQLITE))
            .map_err(fault)?;
    }
    Ok(())
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
