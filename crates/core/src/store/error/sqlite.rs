//! What SQLite says. diesel keeps its text, not its code; the texts are those of sqlite.org/rescode.html,
//! in English on every machine.

use super::{Diesel, Error, one_line, sorted};

/// By these it tells that it cannot be used now.
const AWAY: &[&str] = &[
    "database is locked",
    "database table is locked",
    // Many processes began a transaction at once, and this one lost each time (SQLITE_PROTOCOL).
    "locking protocol",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
];

impl Error {
    /// A failed question to a file.
    pub(in crate::store) fn of_sqlite(error: Diesel) -> Self {
        sorted(error, |info| Self::of_sqlite_text(info.message()))
    }

    /// What was said of a file that could not be opened.
    pub(in crate::store) fn of_sqlite_text(text: &str) -> Self {
        if AWAY.iter().any(|known| text.contains(known)) {
            Self::Unavailable(one_line(text))
        } else {
            Self::Other(one_line(text))
        }
    }
}
