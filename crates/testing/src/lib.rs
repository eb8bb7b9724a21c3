//! Real peers over real sockets for the tests of the other crates.
//!
//! [`smtp::Server`] and [`http::Gateway`] listen on a free port of 127.0.0.1, behave as their
//! script says, misbehave where it says so, and journal what they accepted. Dropping one ends it
//! and every connection to it. [`tls`] holds the certificates they show.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong here is to fail the test"
)]

pub mod http;
mod journal;
mod net;
mod rules;
pub mod smtp;
pub mod tls;
