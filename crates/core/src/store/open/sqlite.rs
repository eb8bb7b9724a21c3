//! A SQLite file.

mod presence;

use crate::private;
use crate::store::Error;
use crate::store::search::folded;
use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, RunQueryDsl};

// Not called `lower`: a table's DEFAULT uses that one, and SQLite trusts only its own functions there.
diesel::define_sql_function! {
    /// The text as it is searched.
    fn sans_accents(text: Nullable<Text>) -> Nullable<Text>;
}

/// So long somebody else's write is waited for.
const PATIENT: &str = "PRAGMA busy_timeout = 5000;";

/// What may be opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Open {
    /// A database of this program that is there.
    Existing,
    /// The same, or else a new file.
    OrNew,
}

pub(in crate::store) fn open(
    path: &std::path::Path,
    what: Open,
) -> Result<diesel::SqliteConnection, Error> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::unfit("le chemin n'est pas en UTF-8"))?;
    presence::look_at(path, what)?;
    if what == Open::OrNew {
        create_private(path)?;
    }
    let mut conn = diesel::SqliteConnection::establish(text)
        .map_err(|error| Error::of_sqlite_text(&error.to_string()))?;
    sans_accents_utils::register_impl(&mut conn, |text: Option<String>| {
        text.map(|text| folded(&text))
    })
    .and_then(|()| conn.batch_execute(PATIENT))
    .map_err(Error::of_sqlite)?;
    presence::look_into(&mut conn, path, what)?;
    set_up(&mut conn)?;
    read_back(&mut conn)?;
    Ok(conn)
}

/// Begins to write, if nobody else does.
///
/// # Errors
/// `Unavailable` when somebody does.
pub(in crate::store) fn begin_if_free(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    conn.batch_execute("PRAGMA busy_timeout = 0;")
        .map_err(Error::of_sqlite)?;
    let begun = AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE");
    let begun = begun.map_err(Error::of_sqlite);
    conn.batch_execute(PATIENT).map_err(Error::of_sqlite)?;
    begun
}

/// Whether something that is not SQLite's stands there; it is not opened.
pub(in crate::store) fn is_foreign(path: &std::path::Path) -> bool {
    !presence::is_sqlite(path)
}

/// Programs that start at the same moment on a new file.
const SET_UP_TRIES: u64 = 50;

/// FULL is what survives a power cut (NORMAL forgets committed sends); it is read back afterwards.
/// What is forgotten or deleted is wiped out of the file (`secure_delete`).
/// The step to WAL does not wait for its lock as other statements do.
fn set_up(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        let set = conn.batch_execute(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA secure_delete = ON;",
        );
        match set.map_err(Error::of_sqlite) {
            Err(Error::Unavailable(_)) if tried < SET_UP_TRIES => {
                std::thread::sleep(std::time::Duration::from_millis(5 + tried));
            }
            other => return other,
        }
    }
}

/// The file holds addresses: only its owner may read it. SQLite gives its side files the same mode.
fn create_private(path: &std::path::Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    private::options().open(path).map(drop).map_err(|error| {
        Error::Unavailable(format!(
            "unable to open database file {}: {error}",
            path.display()
        ))
    })
}

/// The oldest SQLite without the WAL-reset fault, which corrupts a database when two connections
/// write and checkpoint at the same moment (sqlite.org/wal.html#walresetbug).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

fn read_back(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    #[derive(diesel::QueryableByName)]
    struct Effective {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        synchronous: i64,
        #[diesel(sql_type = Text)]
        journal_mode: String,
        #[diesel(sql_type = Text)]
        version: String,
    }
    let found: Effective = diesel::sql_query(
        "SELECT synchronous, journal_mode, sqlite_version() AS version
         FROM pragma_synchronous, pragma_journal_mode",
    )
    .get_result(conn)
    .map_err(Error::of_sqlite)?;
    let version: Vec<u32> = found
        .version
        .split('.')
        .filter_map(|n| n.parse().ok())
        .collect();
    if version.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(Error::unfit(format_args!(
            "SQLite {} peut abîmer son fichier : il faut la version 3.51.3 ou une plus récente",
            found.version
        )));
    }
    if found.synchronous < 2 || found.journal_mode != "wal" {
        return Err(Error::unfit(format_args!(
            "SQLite refuse ses réglages (synchronous={}, journal_mode={}) : le fichier doit être \
             sur un disque de cette machine",
            found.synchronous, found.journal_mode
        )));
    }
    Ok(())
}
