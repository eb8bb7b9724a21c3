//! `import`: the directory from a file of the office.

mod database;
mod words;

use crate::cli::{self, Cli};
use crate::{output, start};
use messages_core::config::Lang;
use messages_core::exit::{Exit, Failure};
use messages_core::import::{self, Error, Imported, Options, Source, report};
use messages_core::private;
use std::fs::File;
use std::io::Write;
use std::path::Path;

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
    tell(cli, config.messages.lang, asked, &imported);
    if let Some((mut file, path)) = rapport {
        let written = file.write_all(&report(&imported.remarques));
        written.map_err(|error| failed(format!("importé, mais {} : {error}", path.display())))?;
    }
    Ok(Exit::Done)
}

/// The report has addresses: nobody else may read it.
fn private(path: &Path) -> Result<File, String> {
    let file = private::options()
        .truncate(true)
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

fn tell(cli: &Cli, lang: Lang, asked: &cli::Import, imported: &Imported) {
    if cli.json {
        output::json(&serde_json::to_value(imported).unwrap_or_default());
    } else if !cli.quiet {
        for sentence in words::sentences(lang, asked, imported) {
            output::line(sentence);
        }
    }
}
