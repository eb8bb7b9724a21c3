//! What every command begins with: settings, log, database.

use crate::cli::{Cli, Command};
use crate::output;
use log::LevelFilter;
use messages_core::config::{Config, Vars};
use messages_core::exit::Failure;
use messages_core::logging::{self, SAID};
use messages_core::store::{Conn, Error, migrations};
use std::sync::Arc;

/// Settings from the environment and the file.
pub(crate) fn settings(cli: &Cli) -> Result<Config, Failure> {
    Ok(Config::load(vars(cli))?)
}

/// What is set, not understood yet.
pub(crate) fn vars(cli: &Cli) -> Vars {
    Vars::from_environment(&cli.env_file)
}

/// Opens the log and tells what is odd about the settings.
pub(crate) fn logging(cli: &Cli, config: &Config) {
    let terminal = match (cli.quiet, cli.verbose) {
        (true, _) => LevelFilter::Error,
        (_, 0) => LevelFilter::Warn,
        (_, 1) => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    logging::init(&config.log, terminal, &Arc::default());
    // Said in a sentence, also where silence was asked for: a setting that is not read may be the one
    // that makes messages leave. (`check` has a line for them.)
    for warning in &config.warnings {
        log::warn!(target: SAID, "{warning}");
        if !matches!(cli.command, Some(Command::Check)) {
            output::alarm(warning);
        }
    }
}

/// All three, for a command that works on a database that is there.
pub(crate) fn start(cli: &Cli) -> Result<(Config, Conn), Failure> {
    with(cli, database)
}

/// The database, which is there.
pub(crate) fn database(config: &Config) -> Result<Conn, Failure> {
    opened(config, migrations::open_existing(&config.database))
}

/// All three, for a command that only looks.
pub(crate) fn start_looking(cli: &Cli) -> Result<(Config, Conn), Failure> {
    with(cli, |config| {
        opened(config, migrations::open_current(&config.database))
    })
}

fn with(
    cli: &Cli,
    open: impl FnOnce(&Config) -> Result<Conn, Failure>,
) -> Result<(Config, Conn), Failure> {
    let config = settings(cli)?;
    logging(cli, &config);
    let conn = open(&config)?;
    Ok((config, conn))
}

fn opened(config: &Config, opened: Result<Conn, Error>) -> Result<Conn, Failure> {
    Ok(opened.map_err(|error| error.with_origin(config))?)
}
