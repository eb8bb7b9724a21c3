//! What is at the place that the settings name: a database of this program, or what else.
//!
//! A run that makes a file where it was started by mistake finds nothing to do, and says so for
//! weeks; one that changes another application's file breaks that one.

use super::Open;
use crate::store::Error;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl, SqliteConnection};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What every SQLite file begins with (sqlite.org/fileformat.html, section 1.2).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The file, before SQLite opens it.
pub(super) fn look_at(path: &Path, what: Open) -> Result<(), Error> {
    let place = full(path);
    if is_shared(&place) {
        return Err(Error::unfit(format_args!(
            "{} est sur un partage réseau, où SQLite perd des données : donnez un fichier d'un disque de cette machine, ou PostgreSQL",
            place.display()
        )));
    }
    let place = place.display();
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Error::unfit(format_args!(
            "{place} est un dossier, il faut un fichier"
        ))),
        Ok(_) => match head(path) {
            Some(head) if head != MAGIC && !head.is_empty() => Err(Error::unfit(format_args!(
                "{place} n'est pas une base SQLite (ou elle est chiffrée)"
            ))),
            // Why it cannot be read is SQLite's to say.
            _ => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => missing(path, what),
        Err(_) => Ok(()),
    }
}

/// Whether it is on another machine's disk (sqlite.org/faq.html, question 5), as Windows names them.
fn is_shared(place: &Path) -> bool {
    use std::path::{Component, Prefix};
    let is_unc = |path: &Path| {
        path.components().next().is_some_and(|first| {
            matches!(first, Component::Prefix(prefix)
                if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
        })
    };
    let folder = place.parent().and_then(|folder| folder.canonicalize().ok());
    is_unc(place) || folder.as_deref().is_some_and(is_unc)
}

fn missing(path: &Path, what: Open) -> Result<(), Error> {
    let place = full(path);
    let folder = place.parent().filter(|folder| !folder.exists());
    match (what, folder) {
        (_, Some(folder)) => Err(Error::unfit(format_args!(
            "pas de base à {} : le dossier {} n'existe pas",
            place.display(),
            folder.display()
        ))),
        (Open::Existing, None) => Err(Error::unfit(format_args!(
            "pas de base à {} (« process-scheduled migrate » la crée)",
            place.display()
        ))),
        (Open::OrNew, None) => Ok(()),
    }
}

/// Whether it begins as every SQLite file does.
pub(super) fn is_sqlite(path: &Path) -> bool {
    head(path).is_some_and(|head| head == MAGIC)
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(MAGIC.len().try_into().ok()?)
        .read_to_end(&mut head)
        .ok()?;
    Some(head)
}

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The tables, before anything is changed.
pub(super) fn look_into(conn: &mut SqliteConnection, path: &Path, what: Open) -> Result<(), Error> {
    let tables: Vec<Table> = diesel::sql_query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    )
    .load(conn)
    .map_err(Error::of_sqlite)?;
    let place = full(path);
    let place = place.display();
    if tables.is_empty() {
        return match what {
            Open::OrNew => Ok(()),
            Open::Existing => Err(Error::unfit(format_args!(
                "pas de base à {place} : le fichier est vide"
            ))),
        };
    }
    let ours = |table: &Table| table.name == "__diesel_schema_migrations";
    if tables.iter().any(ours) {
        return Ok(());
    }
    Err(Error::unfit(format_args!(
        "{place} est la base d'une autre application : donnez un autre fichier"
    )))
}

/// The whole path, for somebody who does not know where the program was started.
fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
