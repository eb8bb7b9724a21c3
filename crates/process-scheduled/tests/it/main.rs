//! The built program against real databases, a real SMTP dialogue and a real HTTP gateway.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here is to fail the test"
)]

mod alarms;
#[cfg(unix)]
mod bounces;
mod cli;
#[cfg(unix)]
mod copies;
mod corrected;
#[cfg(unix)]
mod faults;
mod import;
mod program;
mod purge;
mod quiet;
#[cfg(target_os = "linux")]
mod relays;
mod rows;
mod school;
#[cfg(unix)]
mod script;
mod settings;
mod sms;
mod smtp;
mod verify;
