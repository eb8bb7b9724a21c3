//! `import`: the directory from a CSV file.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::exit::{Exit, Failure};
use messages_core::import::{self, Error, Imported};
use std::path::Path;

pub(crate) fn import(cli: &Cli, file: &Path) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_making(cli)?;
    let bytes = std::fs::read(file).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "fichier introuvable".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(Exit::Failed, format!("{} : {why}", file.display()))
    })?;
    match import::import(&mut conn, &bytes, config.sms.region) {
        Ok(imported) => {
            if !cli.quiet {
                tell(&imported);
            }
            Ok(Exit::Done)
        }
        Err(Error::Store(error)) => Err(error.into()),
        Err(faults @ Error::File(_)) => Err(Failure::new(
            Exit::Failed,
            format!("{} : rien n'est importé.\n{faults}", file.display()),
        )),
    }
}

fn tell(imported: &Imported) {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    output::line(format_args!(
        "Importé : {}, {}, {}.",
        plural(number(imported.parents), "parent", "parents"),
        plural(number(imported.etudiants), "élève", "élèves"),
        plural(number(imported.classes), "classe", "classes"),
    ));
    for (without, what) in [
        (imported.sans_telephone, "numéro de téléphone"),
        (imported.sans_email, "adresse e-mail"),
    ] {
        if without > 0 {
            output::line(format_args!(
                "À savoir : {} sans {what} utilisable.",
                plural(number(without), "parent", "parents")
            ));
        }
    }
}
