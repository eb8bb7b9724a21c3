//! What can go wrong with the database, in the words that callers need.

#[cfg(feature = "postgres")]
pub(super) mod postgres;
#[cfg(feature = "sqlite")]
pub(super) mod sqlite;

use super::Conflict;
use crate::config::Config;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as Diesel};

/// A failed question to the database: what whoever asks it may meet. (`# Errors` names only what more
/// can go wrong.) diesel's own errors do not leave `store`.
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
    /// The database went back in time or is a copy, and nothing leaves before a person says what may: which
    /// messages those are, and what to do.
    #[error("{0}")]
    Held(String),
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
}

/// One of diesel's errors; `of_database` sorts what its kind does not tell.
fn sorted(error: Diesel, of_database: fn(&dyn DatabaseErrorInformation) -> Error) -> Error {
    match error {
        Diesel::NotFound => Error::NotFound,
        Diesel::DatabaseError(
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction,
            info,
        ) => Error::Unavailable(one_line(info.message())),
        // Between our question and our writing somebody deleted the row, or began to use it.
        Diesel::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation,
            _,
        ) => Error::Conflict(Conflict::Reference),
        Diesel::DatabaseError(DatabaseErrorKind::Unknown, info) => of_database(&*info),
        Diesel::BrokenTransactionManager => {
            Error::Unavailable("the transaction was broken off".to_owned())
        }
        other => Error::Other(one_line(&other.to_string())),
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
