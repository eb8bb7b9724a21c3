//! `import`: the directory from a file of the office.

mod database;

use crate::cli::{self, Cli};
use crate::output::{self, plural};
use crate::start;
use messages_core::exit::{Exit, Failure};
use messages_core::import::{self, Error, Imported, Options, Source, report};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Remarks on the terminal; the report has them all.
const SHOWN: usize = 20;

pub(crate) fn import(cli: &Cli, asked: &cli::Import) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let failed = |text: String| Failure::new(Exit::Failed, text);
    let source = Source::read(&asked.fichier).map_err(failed)?;
    let options = Options {
        region: config.sms.region,
        format: asked.format,
        complet: asked.complet,
        oui: asked.oui,
        essai: cli.dry_run,
        notifications_email: asked.notifications_email,
    };
    // Before anything is changed: the office asked for it.
    let rapport = asked
        .rapport
        .as_deref()
        .map(|path| private(path).map(|file| (file, path)));
    let rapport = rapport.transpose().map_err(failed)?;
    let outcome = database::with(&config.database, cli.dry_run, |conn| {
        import::import(conn, &source, &options)
    })?;
    let imported = outcome.map_err(|error| match error {
        Error::Store(error) => error.into(),
        other => failed(format!(
            "{} : rien n'est importé.\n{other}",
            asked.fichier.display()
        )),
    })?;
    tell(cli, asked, &imported);
    if let Some((mut file, path)) = rapport {
        let written = file.write_all(&report(&imported.remarques));
        written.map_err(|error| failed(format!("importé, mais {} : {error}", path.display())))?;
    }
    Ok(Exit::Done)
}

/// The report has addresses: nobody else may read it.
fn private(path: &Path) -> Result<File, String> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|error| format!("{} : {error}", path.display()))?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(mode)
            .map_err(|error| format!("{} : {error}", path.display()))?;
    }
    Ok(file)
}

fn tell(cli: &Cli, asked: &cli::Import, imported: &Imported) {
    if cli.json {
        output::json(&serde_json::to_value(imported).unwrap_or_default());
    } else if !cli.quiet {
        for sentence in sentences(asked, imported) {
            output::line(sentence);
        }
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn sentences(asked: &cli::Import, imported: &Imported) -> Vec<String> {
    let mut lines = Vec::new();
    if imported.essai {
        lines.push("ESSAI : rien n'est écrit.".to_owned());
    }
    lines.extend(left_out(asked, imported));
    lines.push(format!(
        "{} : {}, {}, {}.",
        if imported.essai {
            "Serait importé"
        } else {
            "Importé"
        },
        plural(number(imported.parents), "parent", "parents"),
        plural(number(imported.etudiants), "élève", "élèves"),
        plural(number(imported.classes), "classe", "classes"),
    ));
    for (without, what) in [
        (imported.sans_telephone, "numéro de téléphone"),
        (imported.sans_email, "adresse e-mail"),
    ] {
        if without > 0 {
            let who = plural(number(without), "parent", "parents");
            lines.push(format!("À savoir : {who} sans {what} utilisable."));
        }
    }
    if imported.sans_notifications_email > 0 {
        let who = match imported.sans_notifications_email {
            1 => "1 parent ne reçoit".to_owned(),
            n => format!("{n} parents ne reçoivent"),
        };
        lines.push(format!(
            "À savoir : {who} pas d'e-mail, car ni le fichier ni l'annuaire ne disent oui ; `--notifications-email oui` le dit pour tout le fichier."
        ));
    }
    lines.extend(remarks(imported));
    lines
}

/// Who of the directory is not in the file.
fn left_out(asked: &cli::Import, imported: &Imported) -> Option<String> {
    let n = imported.absents;
    let one = n == 1;
    if n == 0 {
        return None;
    }
    if !asked.complet {
        return Some(if one {
            "1 parent de l'annuaire n'est pas dans ce fichier : il reste destinataire ; `import --complet` le retire.".to_owned()
        } else {
            format!(
                "{n} parents de l'annuaire ne sont pas dans ce fichier : ils restent destinataires ; `import --complet` les retire."
            )
        });
    }
    let who = plural(number(n), "parent", "parents");
    let present = plural(number(imported.presents), "destinataire", "destinataires");
    let warning = if imported.essai && imported.plus_du_tiers && !asked.oui {
        " Plus d'un tiers : il faudra ajouter --oui."
    } else {
        ""
    };
    Some(format!(
        "{who} de l'annuaire (sur {present}) {} pas dans ce fichier : {} ; l'historique reste.{warning}",
        if one { "n'est" } else { "ne sont" },
        if one {
            "plus rien ne lui est envoyé"
        } else {
            "plus rien ne leur est envoyé"
        },
    ))
}

fn remarks(imported: &Imported) -> Vec<String> {
    let all = imported.remarques.len() + imported.autres_remarques;
    if all == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "À regarder ({}) :",
        plural(number(all), "remarque", "remarques")
    )];
    let shown = imported.remarques.iter().take(SHOWN);
    lines.extend(shown.map(|remarque| format!("  {remarque}")));
    if all > SHOWN {
        let more = plural(number(all - SHOWN), "autre", "autres");
        lines.push(format!(
            "  … et {more} ; --rapport FICHIER.csv les donne avec les cellules."
        ));
    }
    lines
}
