//! Opening and setting up a connection: where the two databases differ most.

#[cfg(feature = "postgres")]
pub(super) mod postgres;
#[cfg(feature = "sqlite")]
pub(super) mod sqlite;

pub(super) fn not_built_in(database: &crate::config::Database) -> super::Error {
    super::Error::unfit(format_args!(
        "ce programme est construit sans {} (cargo build --features …)",
        database.kind()
    ))
}
