//! Settings: read once, checked as a whole, lent to whoever needs them.
//!
//! The order is flag, environment, `.env` file, default. Every fault is reported at once, by the
//! setting's name and never with a secret's value.

mod api;
mod database;
pub mod dotenv;
mod email;
mod log;
mod message;
mod sms;
mod vars;

pub use api::{Api, Pagination, SigningKey};
pub use database::Database;
pub use email::{Email, Security};
pub use log::Log;
pub use message::{Lang, Messages};
pub use sms::Sms;
pub use vars::{Fault, Faults, Vars};

use std::path::PathBuf;

/// Everything that can be set. See `deploy/env.sample` for the names.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data is.
    pub database: Database,
    /// Folder of this machine for answers that are not committed yet.
    pub journal: PathBuf,
    /// How messages are treated.
    pub messages: Messages,
    /// The SMTP relay.
    pub email: Email,
    /// The SMS gateway.
    pub sms: Sms,
    /// The HTTP interface.
    pub api: Api,
    /// The log.
    pub log: Log,
    /// What is odd without being wrong, to be logged once the log is open.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads and checks every setting.
    ///
    /// # Errors
    /// All faults together.
    pub fn load(mut vars: Vars) -> Result<Self, Faults> {
        let messages = Messages::read(&mut vars);
        let database = Database::read(&mut vars);
        let config = Self {
            journal: database.journal(&mut vars),
            database,
            email: Email::read(&mut vars, messages.mode, messages.allow_cleartext),
            sms: Sms::read(&mut vars, messages.mode, messages.allow_cleartext),
            api: Api::read(&mut vars),
            log: Log::read(&mut vars),
            messages,
            warnings: Vec::new(),
        };
        let warnings = vars.finish(&Self::names().collect::<Vec<_>>())?;
        Ok(Self { warnings, ..config })
    }

    /// The names of all settings.
    pub fn names() -> impl Iterator<Item = &'static str> {
        [
            database::NAMES,
            message::NAMES,
            email::NAMES,
            sms::NAMES,
            api::NAMES,
            log::NAMES,
        ]
        .into_iter()
        .flatten()
        .copied()
    }
}

#[cfg(test)]
mod tests;
