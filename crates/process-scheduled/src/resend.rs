//! `resend`: once more to those who were not reached.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::exit::{Exit, Failure};
use messages_core::store::{Error, messages};

pub(crate) fn resend(cli: &Cli, message: i64) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    let again =
        messages::resend(&mut conn, message, None, config.messages.late).map_err(|error| {
            match error {
                Error::NotFound => {
                    Failure::new(Exit::Failed, format!("message {message} introuvable"))
                }
                other => other.into(),
            }
        })?;
    log::info!("message={message} renvoi envois={again}");
    if !cli.quiet {
        let again = i64::try_from(again).unwrap_or(i64::MAX);
        output::line(format_args!(
            "Message {message} : {} au prochain traitement.",
            plural(again, "envoi repartira", "envois repartiront")
        ));
    }
    Ok(Exit::Done)
}
