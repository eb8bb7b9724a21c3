//! The command line. Its texts are French: they are read by the school's administrator.

use clap::{Args, Parser, Subcommand};
use messages_core::command_line::number;
use messages_core::config::FILE;
use messages_core::import::Format;
use messages_core::instant::Instant;
use std::path::PathBuf;

/// Envoie les messages programmés dont l'heure est venue, puis s'arrête.
///
/// À lancer toutes les cinq minutes par cron ou par le Planificateur de tâches de Windows
/// (voir le dossier scripts). Plusieurs traitements peuvent se recouvrir sans danger.
#[derive(Debug, Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the contract"
)]
#[command(version, about, long_about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Fichier de réglages
    #[arg(long, global = true, value_name = "FICHIER", default_value = FILE)]
    pub(crate) env_file: PathBuf,

    /// Montre qui recevrait quoi ; n'envoie rien et ne change rien
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// Avec --dry-run : jusqu'à ce jour, ou ce jour et cette heure (2026-12-01, « 2026-12-01 08:00 »)
    #[arg(long, global = true, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<String>,

    /// Ne prend pas plus de N messages
    #[arg(long, global = true, value_name = "N", value_parser = number::<usize>)]
    pub(crate) limit: Option<usize>,

    /// Compte rendu en JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// N'affiche rien tant que tout va bien ; dit sur stderr ce qui demande quelqu'un
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Affiche aussi le journal (-vv : chaque étape)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Termine avec le code 1 si un destinataire n'a pas pu être atteint
    #[arg(long, global = true)]
    pub(crate) fail_on_error: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Envoie ce qui est à envoyer (c'est aussi ce qui se fait sans commande)
    Run,
    /// Démonstration : une petite école fictive, des messages, un traitement ; rien ne part
    Demo {
        /// Dossier à créer
        #[arg(default_value = "messages-demo")]
        dossier: PathBuf,
    },
    /// Ce qui est à envoyer, en attente, en retard, incertain ; les derniers traitements
    Status {
        /// Termine avec le code 1 si quelque chose demande quelqu'un (pour Nagios et semblables)
        #[arg(long)]
        check: bool,
    },
    /// Vérifie réglages, base, relais, passerelle et horloge ; n'envoie rien
    Check,
    /// Les passerelles SMS connues et ce que chacune demande ; --try envoie un vrai SMS
    Gateways(Gateways),
    /// Prouve par la base que rien n'est perdu ni parti deux fois ; code 1 et numéros sinon
    Verify,
    /// Crée les tables ou les met à jour
    Migrate,
    /// Importe l'annuaire (une ligne par parent et par enfant) ; dit ce qui est à regarder
    Import(Import),
    /// Oublie tout de suite ce qui a dépassé la durée de conservation (--dry-run : le dit seulement)
    Purge,
    /// Tout ce qui est conservé sur un parent, en JSON (droit d'accès)
    Parent {
        /// Numéro du parent
        #[arg(value_parser = number::<i64>)]
        parent: i64,
        /// Écrit tout ce qui est conservé
        #[arg(long, required = true)]
        export: bool,
        /// Dans ce nouveau fichier, que son propriétaire seul peut lire
        #[arg(long, value_name = "FICHIER", requires = "export")]
        output: Option<PathBuf>,
    },
    /// Envoie de nouveau un message à ceux qui sont en échec ou incertains
    Resend {
        /// Numéro du message
        #[arg(value_parser = number::<i64>)]
        message: i64,
    },
    /// Lit les e-mails revenus (non remis, retardés) : un message sur l'entrée standard, ou un Maildir
    Bounces {
        /// Lit ce qui est arrivé dans ce dossier (new/), et le range (cur/)
        #[arg(long, value_name = "DOSSIER")]
        maildir: Option<PathBuf>,
        /// Lit ce qui est arrivé dans la boîte IMAP des réglages
        #[arg(long, conflicts_with = "maildir")]
        imap: bool,
    },
    /// Écrit une sauvegarde (SQLite), ou dit comment la faire (PostgreSQL)
    Backup {
        /// Fichier à créer ; il n'est jamais écrasé
        fichier: PathBuf,
    },
    /// Remet une sauvegarde à la place de la base, qui est gardée à côté
    Restore {
        /// Fichier que « backup » a écrit
        fichier: PathBuf,
    },
    /// Après une restauration ou une copie : montre ce qui pourrait repartir, et le libère
    Resume(Resume),
}

/// Sans rien : la liste. Ce qui est dit ici se met dans le fichier de réglages.
#[derive(Debug, Args)]
pub(crate) struct Gateways {
    /// Celle-ci seulement
    #[arg(conflicts_with = "essai")]
    pub(crate) passerelle: Option<String>,

    /// Envoie vraiment un SMS à ce numéro par la passerelle réglée, après avoir demandé
    #[arg(long = "try", value_name = "NUMÉRO")]
    pub(crate) essai: Option<String>,

    /// Avec --try : sans demander
    #[arg(long, requires = "essai")]
    pub(crate) oui: bool,
}

/// Sans rien : montre les messages. Une fois tous décidés, les traitements envoient de nouveau.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// Numéros de messages à envoyer
    #[arg(value_name = "NUMÉRO", value_parser = number::<i64>)]
    pub(crate) messages: Vec<i64>,

    /// Tous partent
    #[arg(long, conflicts_with_all = ["none", "messages", "skip"])]
    pub(crate) all: bool,

    /// Rien de ce qui était dû ne part ; ce qui est programmé pour plus tard partira
    #[arg(long, conflicts_with_all = ["messages", "skip"])]
    pub(crate) none: bool,

    /// Numéros de messages à écarter
    #[arg(long, value_name = "NUMÉRO", value_parser = number::<i64>, num_args = 1..)]
    pub(crate) skip: Vec<i64>,
}

/// Ce qui n'est pas dit garde ce qui est connu ; « - » dans une cellule la vide.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Fichier (CSV, .xlsx, .ods, .xls, XML de SIECLE) ou dossier (OneRoster, ONDE, SIECLE)
    pub(crate) fichier: PathBuf,

    /// Le fichier dit tout l'annuaire : qui n'y est pas n'est plus destinataire
    #[arg(long)]
    pub(crate) complet: bool,

    /// Avec --complet : oui, même si plus d'un tiers des parents s'en vont
    #[arg(long, requires = "complet")]
    pub(crate) oui: bool,

    /// Programme d'où vient le fichier : tableau, oneroster, siecle, onde ou google (deviné sinon)
    #[arg(long, value_name = "FORMAT", value_parser = Format::named)]
    pub(crate) format: Option<Format>,

    /// Écrit ici tout ce qui est à regarder, avec les cellules : pour le secrétariat seul
    #[arg(long, value_name = "FICHIER.csv")]
    pub(crate) rapport: Option<PathBuf>,

    /// Dit pour tout le fichier si les parents reçoivent des e-mails, là où une ligne ne le dit pas
    #[arg(long, value_name = "oui|non", value_parser = switch)]
    pub(crate) notifications_email: Option<bool>,
}

fn switch(word: &str) -> Result<bool, String> {
    match word {
        "oui" => Ok(true),
        "non" => Ok(false),
        _ => Err("il faut oui ou non".to_owned()),
    }
}

fn date(text: &str) -> Result<String, String> {
    if Instant::is_readable(text) {
        Ok(text.to_owned())
    } else {
        Err("il faut une date comme 2026-12-01 ou « 2026-12-01 08:00 »".to_owned())
    }
}

impl Cli {
    /// What was typed and cannot be done, if so: nothing is changed then.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        let changes = matches!(
            self.command,
            Some(
                Command::Demo { .. }
                    | Command::Migrate
                    | Command::Gateways(Gateways { essai: Some(_), .. })
                    | Command::Resend { .. }
                    | Command::Bounces { .. }
                    | Command::Backup { .. }
                    | Command::Restore { .. }
                    | Command::Resume(_)
            )
        );
        if self.dry_run && changes {
            Some("--dry-run ne va pas avec cette commande : rien n'est fait")
        } else if self.until.is_some() && !self.dry_run {
            Some("--until ne va qu'avec --dry-run : rien n'est fait")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_go_before_or_after_the_command() {
        let before = Cli::parse_from(["process-scheduled", "--json", "status"]);
        let after = Cli::parse_from(["process-scheduled", "status", "--json"]);
        assert!(before.json && after.json);
    }
}
