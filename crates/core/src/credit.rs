//! What is left of the account at the gateway: asked for after runs that sent SMS, for those who look
//! between two runs.

use crate::channel::Channel;
use crate::config::Config;
use crate::dispatch::Report;
use crate::store::{Conn, Error, credit};
use crate::vocabulary::{Canal, Mode};
use std::time::Duration;

/// It is not asked for more often.
const EVERY: Duration = Duration::from_secs(15 * 60);

/// Asks, where the gateway tells it and the run sent something, and keeps the answer. A failure is told in
/// the log alone: the next SMS tells more.
pub fn after_run(config: &Config, conn: &mut Conn, run: &Report) {
    let tells = config
        .sms
        .gateway
        .as_ref()
        .is_some_and(|gateway| gateway.preset.credit.is_some());
    let is_real = config.messages.mode == Mode::Reel;
    if !tells || !is_real || run.stop.is_some() || run.counts.envoyes == 0 {
        return;
    }
    if let Err(error) = ask(config, conn) {
        log::warn!("crédit de la passerelle inconnu : {error}");
    }
}

fn ask(config: &Config, conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    if credit::last(conn)?.is_some_and(|last| now.since(last.credit_le) < EVERY) {
        return Ok(());
    }
    let Ok(channel) = Channel::new(config, Canal::Sms) else {
        return Ok(());
    };
    match channel.credit() {
        Ok(told) => conn.write(|conn| credit::keep(conn, told.as_deref())),
        Err(answer) => {
            let code = answer.code.unwrap_or_default();
            log::warn!(
                "crédit de la passerelle inconnu : {} ({code})",
                answer.verdict
            );
            Ok(())
        }
    }
}
