//! What a package has beside a program: manual pages, and what shells complete. Made by the program
//! itself, by a command that its help does not show: `pages FOLDER`.

use crate::exit::Exit;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::{Shell, generate_to};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const NAME: &str = "pages";
const FOLDER: &str = "DOSSIER";

pub(super) fn command() -> Command {
    let folder = Arg::new(FOLDER).required(true);
    let command = Command::new(NAME).hide(true).disable_help_flag(true);
    command.arg(folder.value_parser(value_parser!(PathBuf)))
}

/// The folder, if that is what was asked for.
pub(super) fn asked(matches: &ArgMatches) -> Option<&Path> {
    let (name, asked) = matches.subcommand()?;
    let folder = (name == NAME).then(|| asked.get_one::<PathBuf>(FOLDER));
    folder.flatten().map(PathBuf::as_path)
}

/// Writes them there.
pub(super) fn write(command: Command, folder: &Path) -> ExitCode {
    match all(command, folder) {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            let told = format!("{} : {error}\n", folder.display());
            // stderr may be closed; the exit code remains.
            io::stderr().write_all(told.as_bytes()).ok();
            Exit::Failed.into()
        }
    }
}

fn all(mut command: Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = command.get_name().to_owned();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        generate_to(shell, &mut command, &name, folder)?;
    }
    clap_mangen::generate_to(command, folder)
}
