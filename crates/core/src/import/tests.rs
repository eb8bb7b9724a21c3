//! Readings without a database.
