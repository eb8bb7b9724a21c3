//! `process-scheduled`: sends what is due, once per invocation.

mod alarms;
mod backup;
mod bounces;
mod check;
mod cli;
mod demo;
mod gateways;
mod import;
mod migrate;
mod output;
mod parent;
mod preview;
mod purge;
mod report;
mod resend;
mod resume;
mod run;
mod start;
mod status;
mod verify;

use cli::{Cli, Command};
use messages_core::command_line;
use messages_core::exit::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match command_line::read::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    if let Some(fault) = cli.contradiction() {
        return command_line::refuse(fault);
    }
    let outcome = match &cli.command {
        None | Some(Command::Run) if cli.dry_run => preview::preview(&cli),
        None | Some(Command::Run) => run::run(&cli),
        Some(Command::Demo { dossier }) => demo::demo(&cli, dossier),
        Some(Command::Status { check }) => status::status(&cli, *check),
        Some(Command::Check) => check::check(&cli),
        Some(Command::Gateways(asked)) => gateways::gateways(&cli, asked),
        Some(Command::Verify) => verify::verify(&cli),
        Some(Command::Migrate) => migrate::migrate(&cli),
        Some(Command::Import(asked)) => import::import(&cli, asked),
        Some(Command::Purge) => purge::purge(&cli),
        Some(Command::Parent { parent, output, .. }) => {
            parent::export(&cli, *parent, output.as_deref())
        }
        Some(Command::Resend { message }) => resend::resend(&cli, *message),
        Some(Command::Bounces { maildir, imap }) => {
            bounces::bounces(&cli, maildir.as_deref(), *imap)
        }
        Some(Command::Backup { fichier }) => backup::backup(&cli, fichier),
        Some(Command::Restore { fichier }) => backup::restore(&cli, fichier),
        Some(Command::Resume(asked)) => resume::resume(&cli, asked),
    };
    outcome
        .unwrap_or_else(|failure: Failure| failure.tell("process-scheduled"))
        .into()
}
