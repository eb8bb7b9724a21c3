//! `backup` and `restore`: a SQLite file is copied and put back; a server has its own tools, which are
//! named with all that they want to know.

#[cfg(feature = "sqlite")]
mod file;
mod server;

use crate::cli::Cli;
use crate::start;
use messages_core::config::Config;
#[cfg(feature = "sqlite")]
use messages_core::config::Database;
use messages_core::exit::{Exit, Failure};
use std::path::Path;

pub(crate) fn backup(cli: &Cli, file: &Path) -> Result<Exit, Failure> {
    let config = settings(cli)?;
    match &config.database {
        #[cfg(feature = "sqlite")]
        Database::Sqlite(_) => file::backup(cli, &config, file),
        _ => Err(server::backup(&config.database, file)),
    }
}

pub(crate) fn restore(cli: &Cli, file: &Path) -> Result<Exit, Failure> {
    let config = settings(cli)?;
    match &config.database {
        #[cfg(feature = "sqlite")]
        Database::Sqlite(database) => file::restore(cli, database, file),
        _ => Err(server::restore(&config.database, file)),
    }
}

fn settings(cli: &Cli) -> Result<Config, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    Ok(config)
}
