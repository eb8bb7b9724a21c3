//! `purge`: forgets all that is too old at once, or tells what would go. Numbers only.

mod words;

use crate::cli::Cli;
use crate::{output, run, start};
use indicatif::ProgressBar;
use messages_core::config::Config;
use messages_core::exit::{Exit, Failure};
use messages_core::instant::Instant;
use messages_core::retention;
use messages_core::store::oubli::{self, Oublies};
use messages_core::store::{Conn, Purpose};
use serde_json::json;

pub(crate) fn purge(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = if cli.dry_run {
        start::start_looking(cli)?
    } else {
        start::start(cli)?
    };
    let lang = config.messages.lang;
    let Some(before) = retention::before(&mut conn, &config)? else {
        return Err(Failure::new(Exit::Config, words::unset(lang)));
    };
    if cli.dry_run {
        conn.devote(Purpose::Upkeep)?;
        let due = oubli::due(&mut conn, before)?;
        tell(cli, &config, before, &due, true);
        return Ok(Exit::Done);
    }
    let stop = run::stop_on_signals()?;
    let bar = bar(cli, &mut conn, before)?;
    let forgotten = retention::forget(&mut conn, before, &stop, |sum| {
        bar.set_position(length(sum));
    });
    bar.finish_and_clear();
    tell(cli, &config, before, &forgotten?, false);
    if stop.is_raised() {
        return Err(Failure::new(Exit::Failed, words::broken_off(lang)));
    }
    Ok(Exit::Done)
}

fn tell(cli: &Cli, config: &Config, before: Instant, sum: &Oublies, rehearsed: bool) {
    if cli.json {
        output::json(&json!({ "avant": before, "essai": rehearsed, "oublies": sum }));
    } else if !cli.quiet {
        words::sentences(&config.messages, before, sum, rehearsed)
            .iter()
            .for_each(output::line);
    }
}

/// It is counted beforehand only where somebody watches.
fn bar(cli: &Cli, conn: &mut Conn, before: Instant) -> Result<ProgressBar, Failure> {
    let bar = output::bar(cli, "{bar:30} {pos}/{len}, {per_sec}, reste {eta}");
    if !bar.is_hidden() {
        bar.set_length(length(&oubli::due(conn, before)?));
    }
    Ok(bar)
}

fn length(sum: &Oublies) -> u64 {
    let rows = sum.messages + sum.envois + sum.faits + sum.parents;
    u64::try_from(rows).unwrap_or(u64::MAX)
}
