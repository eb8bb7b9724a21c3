//! `resend`: once more to those who were not reached.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::audience::Rules;
use messages_core::exit::{Exit, Failure};
use messages_core::readdress;
use messages_core::store::Error;
use messages_core::texts;

pub(crate) fn resend(cli: &Cli, message: i64) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    let again =
        readdress::resend(&mut conn, &Rules::new(&config), message, None).map_err(|error| {
            match error {
                Error::NotFound => {
                    Failure::new(Exit::Failed, format!("message {message} introuvable"))
                }
                other => other.into(),
            }
        })?;
    log::info!("message={message} renvoi envois={}", again.envois.len());
    if !cli.quiet {
        let number = i64::try_from(again.envois.len()).unwrap_or(i64::MAX);
        output::line(format_args!(
            "Message {message} : {} au prochain traitement.",
            plural(number, "envoi repartira", "envois repartiront")
        ));
        if let Some(missed) = texts::missed(config.messages.lang, again.canal, &again.sans_suite) {
            output::line(format_args!("{missed}"));
        }
    }
    Ok(Exit::Done)
}
