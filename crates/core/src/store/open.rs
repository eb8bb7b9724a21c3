//! Opening and setting up a connection: where the two databases differ most.

use super::Error;
use super::error::of_text;
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
use crate::config::Database;
use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl};

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
pub(super) fn not_built_in(database: &Database) -> Error {
    Error::Config(format!(
        "DATABASE_URL: ce programme est construit sans {} (cargo build --features …)",
        database.kind()
    ))
}

#[cfg(feature = "sqlite")]
pub(super) fn sqlite(path: &std::path::Path) -> Result<diesel::SqliteConnection, Error> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::Config("DATABASE_URL: the path is not UTF-8".to_owned()))?;
    create_private(path)?;
    let mut conn =
        diesel::SqliteConnection::establish(text).map_err(|e| of_text(&e.to_string()))?;
    conn.batch_execute("PRAGMA busy_timeout = 5000;")?;
    set_up(&mut conn)?;
    read_back(&mut conn)?;
    Ok(conn)
}

/// Programs that start at the same moment on a new file.
#[cfg(feature = "sqlite")]
const SET_UP_TRIES: u64 = 50;

/// FULL is what survives a power cut (NORMAL forgets committed sends); it is read back afterwards.
/// The step to WAL does not wait for its lock as other statements do.
#[cfg(feature = "sqlite")]
fn set_up(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        let set = conn.batch_execute(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;",
        );
        match set.map_err(Error::from) {
            Err(Error::Unavailable(_)) if tried < SET_UP_TRIES => {
                std::thread::sleep(std::time::Duration::from_millis(5 + tried));
            }
            other => return other,
        }
    }
}

/// The file holds addresses: only its owner may read it. SQLite gives its side files the same mode.
#[cfg(feature = "sqlite")]
fn create_private(path: &std::path::Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| {
        Error::Unavailable(format!(
            "unable to open database file {}: {error}",
            path.display()
        ))
    })
}

/// The oldest SQLite without the WAL-reset fault, which corrupts a database when two connections
/// write and checkpoint at the same moment (sqlite.org/wal.html#walresetbug).
#[cfg(feature = "sqlite")]
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

#[cfg(feature = "sqlite")]
fn read_back(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    #[derive(diesel::QueryableByName)]
    struct Effective {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        synchronous: i64,
        #[diesel(sql_type = diesel::sql_types::Text)]
        journal_mode: String,
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let found: Effective = diesel::sql_query(
        "SELECT synchronous, journal_mode, sqlite_version() AS version
         FROM pragma_synchronous, pragma_journal_mode",
    )
    .get_result(conn)?;
    let version: Vec<u32> = found
        .version
        .split('.')
        .filter_map(|n| n.parse().ok())
        .collect();
    if version.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(Error::Config(format!(
            "SQLite {} can corrupt its file; 3.51.3 or newer is needed",
            found.version
        )));
    }
    if found.synchronous < 2 || found.journal_mode != "wal" {
        return Err(Error::Config(format!(
            "SQLite refuses its settings (synchronous={}, journal_mode={}): the file must be on a local disk",
            found.synchronous, found.journal_mode
        )));
    }
    Ok(())
}

/// Added to the URL unless it says otherwise: no wait for ever on a peer that went away, and the
/// one server of a list that accepts writes.
#[cfg(feature = "postgres")]
const PG_PARAMETERS: &[(&str, &str)] = &[
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("tcp_user_timeout", "15000"),
    ("target_session_attrs", "read-write"),
    ("application_name", "messages-programmes"),
];

#[cfg(feature = "postgres")]
pub(super) fn postgres(url: &crate::secret::Secret) -> Result<diesel::PgConnection, Error> {
    let mut full = url.expose().to_owned();
    for (name, value) in PG_PARAMETERS {
        if !full.contains(&format!("{name}=")) {
            let sign = if full.contains('?') { "&" } else { "?" };
            full.extend([sign, name, "=", value]);
        }
    }
    let mut conn = diesel::PgConnection::establish(&full)
        .map_err(|e| Error::Unavailable(super::error::one_line(&e.to_string())))?;
    // A server that may forget a commit would send twice: the session asks for durability itself.
    conn.batch_execute(
        "SET statement_timeout = '30s';
         SET lock_timeout = '5s';
         SET idle_in_transaction_session_timeout = '15s';
         SET TimeZone = 'UTC';
         SET client_min_messages = 'warning';
         SET jit = off;
         SELECT set_config('synchronous_commit', 'on', false)
           WHERE current_setting('synchronous_commit') = 'off';",
    )?;
    Ok(conn)
}
