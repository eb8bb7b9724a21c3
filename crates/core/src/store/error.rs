//! What can go wrong with the database, in the words that callers need.

use super::Conflict;
use crate::config::Config;
use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failed question to the database. diesel's own errors do not leave `store`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row is not there.
    #[error("no such row")]
    NotFound,
    /// The row is in a state that forbids the change.
    #[error("{0:?}")]
    Conflict(Conflict),
    /// The row is no longer what it was when it was read: read it again.
    #[error("changed since it was read")]
    Stale,
    /// The database cannot be used now: away, locked, read-only or its disk is full.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A setting is wrong, or the database is not one of this program's version: a text for the
    /// administrator that begins with the setting's name.
    #[error("{0}")]
    Config(String),
    /// Anything else: a fault of this program.
    #[error("database error: {0}")]
    Other(String),
}

impl Error {
    /// The database that the settings name is not fit for use.
    pub(super) fn unfit(text: impl std::fmt::Display) -> Self {
        Self::Config(format!("DATABASE_URL : {text}"))
    }

    /// With where the settings were read: a database that is not there or not fit is most often
    /// another one than was meant.
    #[must_use]
    pub fn with_origin(self, config: &Config) -> Self {
        match self {
            Self::Config(text) => {
                Self::Config(format!("{text} ; réglages lus : {}", config.origin()))
            }
            other => other,
        }
    }

    /// True when trying the same again later may work.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Texts by which the two databases tell that they cannot be used now. SQLite's come from its
/// list of result codes (sqlite.org/rescode.html): diesel keeps the text, not the code.
const AWAY: &[&str] = &[
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
    "terminating connection",
    "server closed the connection",
    "connection to server",
    "the database system is",
    "could not connect",
    "no connection to the server",
    "could not extend file",
    "No space left on device",
    "canceling statement due to",
    "deadlock detected",
    "query_wait_timeout",
    "server conn crashed",
    "server login",
    "pgbouncer",
];

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match error {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
                info,
            ) => Self::Unavailable(one_line(info.message())),
            // Between our question and our writing somebody deleted the row, or began to use it.
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::Conflict(Conflict::Reference)
            }
            Diesel::DatabaseError(_, info) => of_text(info.message()),
            Diesel::BrokenTransactionManager => {
                Self::Unavailable("the transaction was broken off".to_owned())
            }
            other => of_text(&other.to_string()),
        }
    }
}

pub(super) fn of_text(text: &str) -> Error {
    if AWAY.iter().any(|known| text.contains(known)) {
        Error::Unavailable(one_line(text))
    } else {
        Error::Other(one_line(text))
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
