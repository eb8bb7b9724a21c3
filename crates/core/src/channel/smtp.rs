//! The SMTP relay (RFC 5321), over a connection of our own.
//!
//! At which phase a failure came decides between "try again" and "perhaps sent", and a reply that
//! is not understood costs parents a second copy: so commands and replies are ours, byte by byte.
//! EHLO is said once before TLS and once after it, one recipient a transaction, body and final dot
//! in one write; only 250 after the dot is success.
//!
//! The way down: [`Relay`] connects, secures and logs in (`login`, `name`, `extensions`), [`Link`]
//! sends; `reply` makes an answer for the dispatcher of a `response` that `wire` read, by its `words`.

mod content;
mod extensions;
mod link;
mod login;
mod name;
mod oauth;
mod relay;
mod reply;
mod response;
mod wire;
mod words;

use super::tls::Peer;

pub(super) use link::Link;
pub(super) use oauth::Tokens;
pub(super) use relay::Relay;

/// How it is called.
pub(super) const RELAY: Peer = Peer {
    who: "le relais",
    whose: "du relais",
    setting: "EMAIL_HOST",
    door: "465 = EMAIL_USE_SSL, 587 = EMAIL_USE_TLS",
};
