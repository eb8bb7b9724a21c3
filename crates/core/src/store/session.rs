//! What a connection is used for, and whose session it has.

/// What a connection's transactions meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// Always the same session, which keeps what it is told.
    Own,
    /// One of a pool such as PgBouncer's, each time another.
    #[cfg(feature = "postgres")]
    Shared,
}

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Questions that people wait for: none takes longer than half a minute.
    Requests,
    /// A run of the dispatcher, whose few statements all look rows up by key and are repeated thousands
    /// of times. PostgreSQL plans them once and by index, whatever its statistics say: those of a table
    /// that has just been filled are wrong.
    Dispatch,
    /// Questions about everything, such as a migration's: each takes as long as it takes.
    Upkeep,
}
