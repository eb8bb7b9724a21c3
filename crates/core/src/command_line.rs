//! What both programs' command lines have in common: clap, in French.

mod pages;

use crate::exit::Exit;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error, Parser};
use std::io::Write;
use std::process::ExitCode;
use std::str::FromStr;

/// The signals that ask a program to end: SIGTERM, and SIGINT of Ctrl-C.
#[cfg(not(windows))]
pub const STOPS: [i32; 2] = [15, 2];

/// The signals that ask a program to end, as Windows's C library numbers them: SIGTERM, SIGINT of Ctrl-C,
/// and SIGBREAK of Ctrl-Break.
#[cfg(windows)]
pub const STOPS: [i32; 3] = [15, 2, 21];

/// Reads the command line.
///
/// # Errors
/// How the program ends instead of working: after help or version with 0, after a wrong command
/// line with 2. What has to be said was said.
pub fn read<C: Parser>() -> Result<C, ExitCode> {
    let command = french(C::command());
    let matches = command.clone().subcommand(pages::command());
    let matches = matches.try_get_matches().map_err(|error| tell(&error))?;
    if let Some(folder) = pages::asked(&matches) {
        return Err(pages::write(command, folder));
    }
    C::from_arg_matches(&matches).map_err(|error| tell(&error))
}

/// A whole number, for `value_parser`.
///
/// # Errors
/// In words for whoever typed it.
pub fn number<N: FromStr>(typed: &str) -> Result<N, &'static str> {
    typed.parse().map_err(|_other| "il faut un nombre entier")
}

/// The headings, hints and flags that clap adds by itself, in French.
#[must_use]
pub fn french(command: Command) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help("Affiche l'aide");
    let mut command = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .help_template("{about-with-newline}\nUtilisation : {usage}\n\n{all-args}{after-help}")
        // clap adds a colon, which French sets apart.
        .subcommand_help_heading("Commandes ")
        .subcommand_value_name("COMMANDE")
        .arg(help);
    if command.get_version().is_some() {
        let version = Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help("Affiche la version");
        command = command.disable_version_flag(true).arg(version);
    }
    command
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                "Arguments "
            } else {
                "Options "
            };
            let told = french_values(&arg);
            let arg = arg.help_heading(heading);
            match told {
                Some(told) => arg
                    .help(told)
                    .hide_default_value(true)
                    .hide_possible_values(true),
                None => arg,
            }
        })
        .mut_subcommands(french)
}

/// The help of an argument with its default and its choices, which clap would tell in English.
fn french_values(arg: &Arg) -> Option<StyledStr> {
    let choices: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    let default: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let takes_value = arg.get_action().takes_values();
    let mut told = Vec::new();
    if takes_value && !choices.is_empty() {
        told.push(format!("[valeurs possibles : {}]", choices.join(", ")));
    }
    if takes_value && !default.is_empty() {
        told.push(format!("[par défaut : {}]", default.join(",")));
    }
    let help = arg.get_help()?;
    (!told.is_empty()).then(|| format!("{help} {}", told.join(" ")).into())
}

/// Says what clap has to say: help and version on stdout, faults on stderr.
fn tell(error: &Error) -> ExitCode {
    if !error.use_stderr() {
        // stdout may be closed.
        error.print().ok();
        return Exit::Done.into();
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        error.print().ok();
        return ExitCode::from(2);
    }
    refuse(&fault(error))
}

/// Says on stderr what is wrong with the command line.
#[must_use]
pub fn refuse(fault: &str) -> ExitCode {
    let told =
        format!("ligne de commande : {fault}. L'option --help montre ce qui est possible.\n");
    // stderr may be closed; the exit code remains.
    std::io::stderr().write_all(told.as_bytes()).ok();
    ExitCode::from(2)
}

/// What is wrong with the command line. What was typed is shown without control characters.
fn fault(error: &Error) -> String {
    let of = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let meant = hint(&of(ContextKind::SuggestedArg));
            format!("« {argument} » n'est pas connu{meant}")
        }
        ErrorKind::InvalidSubcommand => {
            let meant = hint(&of(ContextKind::SuggestedSubcommand));
            let typed = of(ContextKind::InvalidSubcommand);
            format!("la commande « {typed} » n'existe pas{meant}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error, &argument),
        ErrorKind::MissingRequiredArgument => format!("il manque {argument}"),
        ErrorKind::MissingSubcommand => {
            format!(
                "il manque une commande ({})",
                of(ContextKind::ValidSubcommand)
            )
        }
        ErrorKind::ArgumentConflict => {
            let other = of(ContextKind::PriorArg);
            if other.is_empty() || other == argument {
                format!("{argument} est donné deux fois")
            } else {
                format!("{argument} ne va pas avec {other}")
            }
        }
        _ if argument.is_empty() => "elle ne peut pas être lue".to_owned(),
        _ => format!("{argument} n'est pas donné comme il faut"),
    }
}

fn invalid_value(error: &Error, argument: &str) -> String {
    let of = |kind| error.get(kind).map(words).unwrap_or_default();
    let (typed, choices) = (of(ContextKind::InvalidValue), of(ContextKind::ValidValue));
    if typed.is_empty() {
        return format!("{argument} veut une valeur");
    }
    // Our own parsers say what they want, in French.
    let why = match std::error::Error::source(error) {
        Some(why) => format!(" : {why}"),
        None if choices.is_empty() => String::new(),
        None => format!(" (valeurs possibles : {choices})"),
    };
    format!("« {typed} » n'est pas une valeur de {argument}{why}")
}

fn hint(meant: &str) -> String {
    if meant.is_empty() {
        String::new()
    } else {
        format!(" (peut-être {meant} ?)")
    }
}

fn words(value: &ContextValue) -> String {
    let text = match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    };
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "essai", version)]
    struct Cli {
        /// Combien
        #[arg(long, value_name = "N", value_parser = number::<usize>, default_value = "3")]
        limit: usize,
        #[arg(long, conflicts_with = "limit")]
        quiet: bool,
        #[command(subcommand)]
        command: Option<Sub>,
    }

    #[derive(Debug, clap::Subcommand)]
    enum Sub {
        /// Importe
        Import { fichier: String },
    }

    fn told(line: &str) -> String {
        let command = french(<Cli as clap::CommandFactory>::command());
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        if error.use_stderr() {
            fault(&error)
        } else {
            error.to_string()
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_french() {
        for (line, expected) in [
            (
                "essai --limits 3",
                "« --limits » n'est pas connu (peut-être --limit ?)",
            ),
            (
                "essai impor",
                "la commande « impor » n'existe pas (peut-être import ?)",
            ),
            (
                "essai --limit x",
                "« x » n'est pas une valeur de --limit <N> : il faut un nombre entier",
            ),
            ("essai --limit", "--limit <N> veut une valeur"),
            ("essai import", "il manque <FICHIER>"),
            (
                "essai --quiet --limit 3",
                "--quiet ne va pas avec --limit <N>",
            ),
            ("essai --quiet --quiet", "--quiet est donné deux fois"),
            ("essai --\u{1b}[2J", "« --\u{20}[2J » n'est pas connu"),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }

    #[test]
    fn the_help_is_french() {
        let help = told("essai --help");
        for word in [
            "Utilisation : essai [OPTIONS] [COMMANDE]",
            "Commandes :",
            "Options :",
            "Combien [par défaut : 3]",
            "Affiche l'aide",
            "Affiche la version",
        ] {
            assert!(help.contains(word), "{word}: {help}");
        }
        for english in ["Usage", "Commands", "Print", "default", "possible values"] {
            assert!(!help.contains(english), "{english}: {help}");
        }
        assert!(told("essai import --help").contains("Utilisation : essai import <FICHIER>"));
    }
}
