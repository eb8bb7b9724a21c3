//! Tables of this program's version.

pub(super) mod versions;

use self::versions::{Unknown, applied, known};
use super::session::Purpose;
use super::{Conn, Error};
use crate::config::Database;

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
    let unknown = versions::unknown(&known, &applied).map(|unknown| match unknown {
        Unknown::Other => {
            "les tables sont celles d'une autre application : donnez une autre base".to_owned()
        }
        Unknown::Newer(newer) => format!(
            "les tables sont plus récentes que ce programme (migration {newer}) : mettez le \
             programme à jour"
        ),
    });
    if let Some(text) = unknown {
        return Err(Error::unfit(text));
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
    conn.write(versions::apply_missing)
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
