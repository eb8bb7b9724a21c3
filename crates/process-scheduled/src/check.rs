//! `check`: one line for each thing that must work; sends nothing.

use crate::cli::Cli;
use crate::{output, report, start};
use messages_core::control::check::findings;
use messages_core::exit::{Exit, Failure};
use messages_core::vocabulary::Mode;

pub(crate) fn check(cli: &Cli) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let lang = config.messages.lang;
    if config.messages.mode == Mode::Simulation {
        output::line(report::simulation(lang));
    }
    let mut worst = Exit::Done;
    for finding in findings(&config) {
        output::line(finding.line().printed(lang));
        if let Err((exit, _)) = finding.outcome
            && worst != Exit::Config
        {
            worst = exit;
        }
    }
    Ok(worst)
}
