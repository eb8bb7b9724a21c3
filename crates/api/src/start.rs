//! What every command begins with: settings, log.

use crate::cli::Cli;
use log::LevelFilter;
use messages_core::config::{Config, Faults, Vars};
use messages_core::logging;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Settings from the flags, the environment and the file.
///
/// # Errors
/// Every wrong setting.
pub fn settings(cli: &Cli) -> Result<Config, Faults> {
    let mut vars = Vars::from_environment(&cli.env_file);
    if let Some(bind) = cli.bind {
        vars.set("API_BIND", bind.to_string());
    }
    Config::load(vars)
}

/// Opens the log and tells what is odd about the settings.
pub fn logging(cli: &Cli, config: &Config) {
    let terminal = match cli.verbose {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    let moved = Arc::default();
    logging::init(&config.log, terminal, &moved);
    for warning in &config.warnings {
        log::warn!("{warning}");
    }
    reopen_on_hangup(moved);
}

/// Whoever moves logs away says so by this signal, which would end the program.
fn reopen_on_hangup(moved: Arc<AtomicBool>) {
    #[cfg(unix)]
    if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGHUP, moved) {
        log::warn!("SIGHUP : {error}");
    }
    #[cfg(not(unix))]
    drop(moved);
}
