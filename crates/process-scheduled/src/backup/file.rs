//! Of a SQLite file.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::config::Config;
use messages_core::exit::{Exit, Failure};
use messages_core::store::backup::{self, Contents, Fault};
use serde_json::json;
use std::path::Path;

pub(super) fn backup(cli: &Cli, config: &Config, file: &Path) -> Result<Exit, Failure> {
    let mut conn = start::database(config)?;
    let written = backup::write(&mut conn, file).map_err(|fault| failed("sauvegarde", fault))?;
    log::info!(
        "sauvegarde fichier={} octets={}",
        file.display(),
        written.octets
    );
    if cli.json {
        output::json(&json!({ "fichier": file, "sauvegarde": written }));
    } else if !cli.quiet {
        output::line(format_args!(
            "Sauvegarde écrite et vérifiée : {} ({}, {}).",
            file.display(),
            size(written.octets),
            counts(&written.contenu),
        ));
    }
    Ok(Exit::Done)
}

pub(super) fn restore(cli: &Cli, database: &Path, file: &Path) -> Result<Exit, Failure> {
    let restored =
        backup::restore(database, file).map_err(|fault| failed("restauration", fault))?;
    log::info!("restauration fichier={}", file.display());
    if cli.json {
        output::json(&json!({ "base": database, "restauration": restored }));
    } else if !cli.quiet {
        output::line(format_args!(
            "Base restaurée : {} ({}).",
            database.display(),
            counts(&restored.contenu)
        ));
        if let Some(old) = &restored.gardee {
            output::line(format_args!(
                "L'ancienne base est gardée : {}",
                old.display()
            ));
        }
        output::line(
            "Ce qui était dû ne part pas avant que vous ne l'ayez dit : « process-scheduled resume » \
             montre ce qui pourrait repartir.",
        );
    }
    Ok(Exit::Done)
}

fn failed(what: &str, fault: Fault) -> Failure {
    let text = format!("{what} impossible : {fault}");
    let exit = match fault {
        Fault::Store(error) => return error.into(),
        Fault::Exists(_) | Fault::Unfit(..) | Fault::Newer(..) => Exit::Failed,
        Fault::Busy(_) | Fault::Disk(..) => Exit::TryLater,
    };
    Failure::new(exit, text)
}

fn counts(contents: &Contents) -> String {
    let messages = plural(contents.messages, "message", "messages");
    let envois = plural(contents.envois, "envoi", "envois");
    let parents = plural(contents.parents, "parent", "parents");
    format!("{messages}, {envois}, {parents}")
}

/// Such as `812 ko`, `1,4 Mo`.
fn size(octets: u64) -> String {
    match octets {
        0..1_000_000 => format!("{} ko", octets.div_ceil(1000)),
        1_000_000..1_000_000_000 => tenths(octets / 100_000, "Mo"),
        _ => tenths(octets / 100_000_000, "Go"),
    }
}

fn tenths(number: u64, unit: &str) -> String {
    format!("{},{} {unit}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_french() {
        for (octets, expected) in [
            (0, "0 ko"),
            (1, "1 ko"),
            (811_500, "812 ko"),
            (1_449_000, "1,4 Mo"),
            (12_000_000_000, "12,0 Go"),
        ] {
            assert_eq!(size(octets), expected);
        }
    }
}
