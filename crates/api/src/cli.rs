//! The command line. Its texts are French: they are read by the school's administrator.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use messages_core::command_line::number;
use messages_core::config::FILE;
use messages_core::vocabulary::Portee;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serveur HTTP des messages programmés.
///
/// Sans commande : sert l'interface de l'application web jusqu'à ce qu'on l'arrête.
#[derive(Debug, Parser)]
#[command(version, about, long_about)]
pub struct Cli {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Above the setting `API_BIND`.
    #[arg(
        long,
        value_name = "ADRESSE:PORT",
        value_parser = address,
        help = "Adresse et port d'écoute [réglage : API_BIND, sinon 127.0.0.1:8000]"
    )]
    pub bind: Option<SocketAddr>,

    /// N'authentifie personne ; seulement pour un essai, et sur cette machine (127.0.0.1)
    #[arg(long)]
    pub no_auth: bool,

    /// Fichier de réglages
    #[arg(long, global = true, value_name = "FICHIER", default_value = FILE)]
    pub env_file: PathBuf,

    /// Affiche aussi le journal (-vv : chaque étape)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Clés d'API : pour les programmes qui appellent sans passer par l'application web
    Key {
        /// What to do with keys.
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Adresses auxquelles une passerelle SMS dit ce que les SMS sont devenus
    Receipts {
        /// What to do with addresses.
        #[command(subcommand)]
        command: ReceiptsCommand,
    },
}

/// What to do with the addresses for receipts.
#[derive(Debug, Subcommand)]
pub enum ReceiptsCommand {
    /// Crée l'adresse d'une passerelle et l'affiche, une seule fois
    Create {
        /// Nom de la passerelle (réglage : `SMS_PROVIDER`)
        passerelle: String,
    },
    /// Liste les adresses, sans leurs jetons
    List,
    /// Révoque une adresse, définitivement
    Revoke {
        /// Numéro de l'adresse (voir « receipts list »)
        #[arg(value_parser = number::<i64>)]
        id: i64,
    },
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Crée une clé et l'affiche, une seule fois
    Create {
        /// Pour qui ou pour quoi est la clé
        #[arg(long, value_name = "NOM", value_parser = name)]
        name: String,
        /// Ce que la clé permet : lire, modifier, faire partir des messages, surveiller (/metrics)
        #[arg(
            long,
            value_name = "PORTÉE",
            value_delimiter = ',',
            default_value = Portee::Lecture.as_str(),
            value_parser = portee()
        )]
        scope: Vec<Portee>,
    },
    /// Liste les clés
    List,
    /// Révoque une clé, définitivement
    Revoke {
        /// Numéro de la clé (voir « key list »)
        #[arg(value_parser = number::<i64>)]
        id: i64,
    },
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let told = "il faut une adresse et un port, comme 127.0.0.1:8000";
    text.parse().map_err(|_other| told)
}

/// A line of a list has to hold it.
const NAME_MAX: usize = 100;

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.contains(char::is_control) {
        return Err(format!(
            "il faut un nom de 1 à {NAME_MAX} caractères, sur une ligne"
        ));
    }
    Ok(name.to_owned())
}

fn portee() -> impl TypedValueParser<Value = Portee> {
    PossibleValuesParser::new(Portee::ALL.iter().map(|portee| portee.as_str()))
        .try_map(|word| word.parse::<Portee>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    fn created(line: &str) -> Option<(String, Vec<Portee>)> {
        match parse(line).ok()?.command? {
            Command::Key {
                command: KeyCommand::Create { name, scope },
            } => Some((name, scope)),
            Command::Key { .. } | Command::Receipts { .. } => None,
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_to_serve() {
        let cli = parse("messages-api --bind 127.0.0.1:9000 --no-auth -vv").unwrap();
        assert!(cli.command.is_none() && cli.no_auth);
        assert_eq!(cli.bind, Some(SocketAddr::from(([127, 0, 0, 1], 9000))));
        assert_eq!(cli.verbose, 2);
        assert_eq!(parse("messages-api").unwrap().bind, None);
        assert!(parse("messages-api --bind 9000").is_err());
    }

    #[test]
    fn a_key_reads_unless_told_otherwise() {
        let (name, scope) = created("messages-api key create --name Cantine").unwrap();
        assert_eq!(
            (name.as_str(), &scope[..]),
            ("Cantine", &[Portee::Lecture][..])
        );
        let (_, scope) =
            created("messages-api key create --scope envoi,ecriture --name x").unwrap();
        assert_eq!(scope, [Portee::Envoi, Portee::Ecriture]);
        let (_, scope) =
            created("messages-api key create --scope envoi --scope lecture --name x").unwrap();
        assert_eq!(scope, [Portee::Envoi, Portee::Lecture]);
    }

    #[test]
    fn a_wrong_scope_or_name_is_refused() {
        for line in [
            "messages-api key",
            "messages-api key create",
            "messages-api key create --name x --scope tout",
            "messages-api key create --name x --scope ",
            "messages-api key create --name x --scope lecture,",
            "messages-api key create --name ",
            "messages-api key create --name a\nb",
            "messages-api key create --name a\u{1b}[2J",
            "messages-api key revoke",
            "messages-api key revoke trois",
            "messages-api receipts create",
            "messages-api receipts revoke trois",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn the_settings_file_is_given_before_or_after_the_command() {
        for line in [
            "messages-api --env-file x key list",
            "messages-api key list --env-file x",
        ] {
            assert_eq!(parse(line).unwrap().env_file, PathBuf::from("x"));
        }
    }
}
