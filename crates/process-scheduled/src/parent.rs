//! `parent N --export`: everything that is kept about one parent, for who asks what is known of them.

use crate::cli::Cli;
use crate::output::either;
use crate::start;
use messages_core::config::Lang;
use messages_core::exit::{Exit, Failure};
use messages_core::private;
use messages_core::store::Error;
use messages_core::store::acces;
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(crate) fn export(cli: &Cli, parent: i64, output: Option<&Path>) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    let lang = config.messages.lang;
    let found = acces::of_parent(&mut conn, parent).map_err(|error| match error {
        Error::NotFound => Failure::new(Exit::Failed, unknown(lang, parent)),
        other => Failure::of_store(lang, other),
    })?;
    // Our own structs serialise without fail.
    let mut text = serde_json::to_string_pretty(&found).unwrap_or_default();
    text.push('\n');
    match output {
        None => written(&mut std::io::stdout().lock(), &text, "stdout"),
        Some(path) => {
            let place = path.display().to_string();
            let new = private::options().create_new(true).open(path);
            let mut file = new.map_err(|error| refused(lang, &place, &error))?;
            let done = written(&mut file, &text, &place);
            if done.is_err() {
                // Half of it would be taken for all.
                std::fs::remove_file(path).ok();
            }
            done
        }
    }?;
    log::info!("parent={parent} export messages={}", found.messages.len());
    Ok(Exit::Done)
}

fn written(to: &mut impl Write, text: &str, place: &str) -> Result<(), Failure> {
    let written = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    written.map_err(|error| Failure::new(Exit::TryLater, format!("{place} : {error}")))
}

fn refused(lang: Lang, place: &str, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        let text = either(
            lang,
            "ce fichier existe déjà, il n'est pas remplacé",
            "this file exists already and is not replaced",
        );
        return Failure::new(Exit::Failed, format!("{place} : {text}"));
    }
    Failure::new(Exit::Failed, format!("{place} : {error}"))
}

fn unknown(lang: Lang, parent: i64) -> String {
    match lang {
        Lang::Fr => format!("parent {parent} introuvable"),
        Lang::En => format!("there is no parent {parent}"),
    }
}
