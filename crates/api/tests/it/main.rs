//! The built program over real sockets, on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here is to fail the test"
)]

mod client;
mod compare;
mod console;
mod desinscription;
mod directory;
mod documentation;
mod fixture;
mod harness;
mod headers;
mod health;
mod historique;
mod idempotency;
mod journal;
mod limits;
mod load;
mod messages;
mod outage;
mod person;
mod process;
mod rate;
mod receipts;
mod recordings;
mod replay;
mod scopes;
mod token;
mod wire;
