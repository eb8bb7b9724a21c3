//! Real peers over real sockets for the tests of the other crates.
//!
//! [`smtp::Server`] and [`http::Gateway`] listen on a free port of 127.0.0.1, behave as their
//! script says, misbehave where it says so, and journal what they accepted. Dropping one ends it
//! and every connection to it. [`tls`] holds the certificates they show. [`db`] gives
//! each test a database of its own.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what goes wrong here is to fail the test"
)]

pub mod db;
pub mod http;
mod journal;
mod net;
mod rules;
pub mod smtp;
pub mod tls;
