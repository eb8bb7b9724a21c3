//! The door to the database.
//!
//! [`messages`], [`pieces`] and [`annuaire`] keep what staff write; [`expansion`] and
//! [`envois`] are the questions of the dispatcher, each one short transaction; [`passages`] is
//! its diary; [`depenses`] is what SMS cost; [`sondages`] is what
//! gateways are asked; [`boites`] is how far mailboxes were read; [`incidents`] is what needs a person; [`historique`] is who changed what; [`appels`]
//! is what only the HTTP interface needs; [`oubli`] forgets what is too old, [`acces`] tells what is kept
//! about somebody; [`verify`] proves that all of it agrees; [`origine`] tells a database from an older one
//! and from a copy.

pub mod acces;
pub mod adresses;
pub mod annuaire;
pub mod appels;
mod backend;
#[cfg(feature = "sqlite")]
pub mod backup;
pub mod boites;
pub mod canaux;
mod conflict;
pub mod conn;
pub mod credit;
pub mod depenses;
pub mod envois;
mod error;
pub mod expansion;
pub mod historique;
pub mod incidents;
mod literal;
pub mod messages;
pub mod migrations;
mod open;
pub mod origine;
pub mod oubli;
pub mod overview;
pub mod passages;
pub mod pieces;
pub mod pool;
mod search;
mod session;
pub mod sondages;
pub(crate) mod sql;
mod turn;
pub mod upcoming;
pub mod verify;

pub use conflict::{Conflict, Deed, Named};
pub use conn::Conn;
pub use error::Error;
pub use pool::Pool;
pub use session::Purpose;

use std::time::Duration;

/// No lease is longer: one that ends later was written by a clock that ran ahead, and is void.
pub const LEASE_MAX: Duration = Duration::from_secs(300);

#[derive(diesel::QueryableByName)]
pub(crate) struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub(crate) nombre: i64,
}
