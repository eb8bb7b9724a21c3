//! Real peers over real sockets for the tests of the other crates.
//!
//! [`smtp::Server`] and [`http::Gateway`] listen on a free port of 127.0.0.1, behave as their
//! script says, misbehave where it says so, and journal what they accepted. Dropping one ends it
//! and every connection to it. [`tls`] holds the certificates they show. [`db`] gives
//! each test a database of its own; [`cluster`] a whole server, [`pgbouncer`] a pool before it, and
//! [`proxy`] a bad way to it. [`relay`] runs relays that others wrote, [`kannel`] such a gateway.
//! [`dkim`] makes keys and has signatures verified. [`figures`] tells what was measured.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what goes wrong here is to fail the test"
)]

pub mod bench;
#[cfg(unix)]
pub mod cluster;
pub mod db;
pub mod dkim;
pub mod figures;
pub mod http;
mod journal;
#[cfg(target_os = "linux")]
pub mod kannel;
mod net;
#[cfg(unix)]
pub mod pgbouncer;
pub mod proxy;
#[cfg(target_os = "linux")]
pub mod relay;
mod rules;
pub mod smtp;
pub mod tls;

/// A number that nobody can foresee.
#[must_use]
pub fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u8)
}
