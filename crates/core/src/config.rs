//! Settings: read once, checked as a whole, lent to whoever needs them.
//!
//! The order is flag, environment, `.env` file, default. Every fault is reported at once, by the
//! setting's name and never with a secret's value.

mod alarms;
mod api;
mod database;
pub mod dotenv;
mod email;
mod environment;
mod file;
mod imap;
mod log;
mod message;
mod names;
mod network;
mod postgres_url;
mod remnant;
mod rights;
mod shown;
mod sms;
mod vars;

pub use alarms::Alarms;
pub use api::{Api, Pagination, SigningKey};
pub use database::Database;
pub use email::{Email, Login, OAuth, Proof, Security};
pub use environment::FILE;
pub use imap::Imap;
pub use log::Log;
pub use message::{Lang, Messages};
pub use network::Network;
pub use remnant::Remnant;
pub use rights::Right;
pub use shown::{Origin, Setting, Shown};
pub(crate) use sms::{DAY as SMS_PER_DAY, MONTH as SMS_PER_MONTH};
pub use sms::{Gateway, Sms};
pub use vars::{Fault, Faults, Vars};

use crate::vocabulary::Canal;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// The mailbox to which e-mails come back, if it is to be read over the network.
    pub imap: Option<Imap>,
    /// The SMS gateway.
    pub sms: Sms,
    /// The HTTP interface.
    pub api: Api,
    /// The log.
    pub log: Log,
    /// Who is told of incidents.
    pub alarms: Alarms,
    /// What is odd without being wrong, to be logged once the log is open.
    pub warnings: Vec<String>,
    /// Every setting as it was read, without secrets.
    pub settings: Arc<[Setting]>,
    /// The settings file that was read, with its full path.
    pub file: Option<PathBuf>,
    /// The channels whose peer is named; for e-mail Django's default, this machine, may do without.
    named: Vec<Canal>,
}

impl Config {
    /// Reads and checks every setting.
    ///
    /// # Errors
    /// All faults together.
    pub fn load(mut vars: Vars) -> Result<Self, Faults> {
        let messages = Messages::read(&mut vars);
        let database = Database::read(&mut vars);
        let journal = database.journal(&mut vars);
        let email = Email::read(&mut vars, messages.mode, messages.allow_cleartext);
        let sms = Sms::read(&mut vars, messages.mode, messages.allow_cleartext);
        let config = Self {
            journal,
            database,
            imap: Imap::read(&mut vars, email.login.as_ref()),
            email,
            api: Api::read(&mut vars),
            log: Log::read(&mut vars),
            alarms: Alarms::read(&mut vars),
            messages,
            warnings: Vec::new(),
            settings: shown::settings(&vars).into(),
            file: vars.file.clone(),
            named: named(&vars, &sms),
            sms,
        };
        let mut known: Vec<&str> = Self::names().collect();
        known.push(api::DJANGO_KEY);
        let warnings = vars.finish(&known)?;
        Ok(Self { warnings, ..config })
    }

    /// Whether the channel's relay or gateway is named.
    #[must_use]
    pub fn names_peer(&self, canal: Canal) -> bool {
        self.named.contains(&canal)
    }

    /// The settings file that was read, in words: `.env de /srv/messages`, or `aucun`.
    #[must_use]
    pub fn origin(&self) -> String {
        let place = self.file.as_deref().and_then(|file| {
            let name = file.file_name()?.to_string_lossy();
            Some(format!("{name} de {}", file.parent()?.display()))
        });
        place.unwrap_or_else(|| "aucun".to_owned())
    }

    /// The names of all settings.
    pub fn names() -> impl Iterator<Item = &'static str> {
        [
            database::NAMES,
            message::NAMES,
            email::NAMES,
            imap::NAMES,
            sms::NAMES,
            api::NAMES,
            log::NAMES,
            alarms::NAMES,
        ]
        .into_iter()
        .flatten()
        .copied()
    }
}

fn named(vars: &Vars, sms: &Sms) -> Vec<Canal> {
    let email = vars.text("EMAIL_HOST").map(|_| Canal::Email);
    let sms = sms.gateway.as_ref().map(|_| Canal::Sms);
    email.into_iter().chain(sms).collect()
}

#[cfg(test)]
mod tests;
