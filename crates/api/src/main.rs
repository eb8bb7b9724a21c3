//! `messages-api`: the HTTP interface.

use clap::Parser;
use messages_api::cli::{Cli, Command};
use messages_api::{commands, server};
use messages_core::exit::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match &cli.command {
        None => server::serve(&cli),
        Some(Command::Key { command }) => commands::run_key_command(&cli, command),
    };
    ended
        .unwrap_or_else(|failure: Failure| failure.tell("messages-api"))
        .into()
}
