//! What every command begins with: settings, log, database.

use crate::cli::Cli;
use log::LevelFilter;
use messages_core::config::{Config, Vars};
use messages_core::exit::Failure;
use messages_core::logging;
use messages_core::store::{Conn, migrations};
use std::path::Path;

/// Settings from the environment and the file.
pub(crate) fn settings(cli: &Cli) -> Result<Config, Failure> {
    let asked = cli.env_file != Path::new(".env");
    Ok(Config::load(Vars::from_environment(&cli.env_file, asked))?)
}

/// Opens the log and tells what is odd about the settings.
pub(crate) fn logging(cli: &Cli, config: &Config) {
    let terminal = match (cli.quiet, cli.verbose) {
        (true, _) => LevelFilter::Error,
        (_, 0) => LevelFilter::Warn,
        (_, 1) => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    logging::init(&config.log, terminal);
    for warning in &config.warnings {
        log::warn!("{warning}");
    }
}

/// All three.
pub(crate) fn start(cli: &Cli) -> Result<(Config, Conn), Failure> {
    let config = settings(cli)?;
    logging(cli, &config);
    let conn = migrations::open(&config.database)?;
    Ok((config, conn))
}
