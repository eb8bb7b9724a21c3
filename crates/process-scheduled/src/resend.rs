//! `resend`: once more to those who were not reached.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::audience::Rules;
use messages_core::config::Config;
use messages_core::exit::{Exit, Failure};
use messages_core::readdress;
use messages_core::segments;
use messages_core::store::{Conn, Error, messages};
use messages_core::texts::addresses::too_many_segments;
use messages_core::texts::missed;
use messages_core::vocabulary::Canal;

pub(crate) fn resend(cli: &Cli, message: i64) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    refuse_too_long(&mut conn, &config, message)?;
    let again =
        readdress::resend(&mut conn, &Rules::new(&config), message, None).map_err(|error| {
            match error {
                Error::NotFound => {
                    Failure::new(Exit::Failed, format!("message {message} introuvable"))
                }
                other => Failure::of_store(config.messages.lang, other),
            }
        })?;
    log::info!("message={message} renvoi envois={}", again.envois.len());
    if !cli.quiet {
        let number = i64::try_from(again.envois.len()).unwrap_or(i64::MAX);
        output::line(format_args!(
            "Message {message} : {} au prochain traitement.",
            plural(number, "envoi repartira", "envois repartiront")
        ));
        if let Some(missed) = missed(config.messages.lang, again.canal, &again.sans_suite) {
            output::line(format_args!("{missed}"));
        }
    }
    Ok(Exit::Done)
}

/// A text that was written before it could be refused.
fn refuse_too_long(conn: &mut Conn, config: &Config, id: i64) -> Result<(), Failure> {
    let most = config.sms.segments_max;
    match messages::one(conn, id) {
        Ok(message) if message.r#type == Canal::Sms => {
            let count = segments::over(&message.contenu, config.sms.plain, most);
            let told = count.map(|count| too_many_segments(config.messages.lang, count, most));
            told.map_or(Ok(()), |text| Err(Failure::new(Exit::Failed, text)))
        }
        // That there is none is told by who changes it.
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
