//! Of a PostgreSQL server: the lines to run.

use messages_core::config::Database;
use messages_core::exit::{Exit, Failure};
use std::path::Path;

/// The database that a backup is put back into: the old one stays beside it.
const NEW: &str = "messages_restauree";

/// Nothing was backed up: whoever planned it is to see that.
pub(super) fn backup(database: &Database, file: &Path) -> Failure {
    let url = quoted(&database.shown(None).unwrap_or_default());
    let file = quoted(&file.display().to_string());
    Failure::new(
        Exit::Failed,
        format!(
            "rien n'est sauvegardé par ce programme : la base est sur PostgreSQL, qui a ses outils \
             (mot de passe dans ~/.pgpass). Pour sauvegarder :\n  \
             umask 077; pg_dump --format=custom --file={file} {url}\n\
             Pour la remettre, « process-scheduled restore {file} » dit comment."
        ),
    )
}

/// Nothing was put back.
pub(super) fn restore(database: &Database, file: &Path) -> Failure {
    let url = quoted(&database.shown(None).unwrap_or_default());
    let new = database.shown(Some(NEW)).unwrap_or_default();
    let file = quoted(&file.display().to_string());
    Failure::new(
        Exit::Failed,
        format!(
            "rien n'est remis par ce programme : la base est sur PostgreSQL, qui a ses outils (mot de \
             passe dans ~/.pgpass). Arrêtez la tâche planifiée et messages-api sur toutes les machines, \
             puis :\n  \
             createdb --maintenance-db={url} {NEW}\n  \
             pg_restore --no-owner --exit-on-error --dbname={} {file}\n\
             Mettez ensuite DATABASE_URL={new} (avec le mot de passe) ; « process-scheduled resume » \
             montre ce qui pourrait repartir.",
            quoted(&new)
        ),
    )
}

/// For a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
