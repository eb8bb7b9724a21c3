//! `messages-api`: the HTTP interface.

use messages_api::cli::{Cli, Command};
use messages_api::{commands, server};
use messages_core::command_line;
use messages_core::exit::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match command_line::read::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let ended = match &cli.command {
        None => server::serve(&cli),
        Some(Command::Key { command }) => commands::run_key_command(&cli, command),
        Some(Command::Receipts { command }) => commands::receipts::run(&cli, command),
    };
    ended
        .unwrap_or_else(|failure: Failure| failure.tell("messages-api"))
        .into()
}
