//! Backups of a SQLite file, and putting one back. (A PostgreSQL server has its own tools.)
//!
//! Both are prepared beside their place, looked at as a whole, and get their name in one step: whoever is
//! killed leaves the old or the new. What is put back says of itself that it is a copy
//! ([`generation`](crate::generation)).

mod draft;
mod look;
mod restore;

pub use look::Contents;
pub use restore::{Restored, restore};

use super::backend::Inner;
use super::migrations::versions::Versions;
use super::{Conn, Error};
use crate::config::Database;
use crate::failpoint::reach;
use crate::private::above;
use diesel::SqliteConnection;
use draft::Draft;
use std::path::{Path, PathBuf};

/// Why a backup is not written, or not put back: in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A file of this name is there.
    #[error("{} existe déjà : donnez un autre nom, rien n'est écrasé", .0.display())]
    Exists(PathBuf),
    /// It is no backup, or not a whole one.
    #[error("{} ne convient pas : {}", .0.display(), .1)]
    Unfit(PathBuf, String),
    /// Its tables are of a later version.
    #[error(
        "{} vient d'une version plus récente de ce programme (migration {}) : mettez-le à jour d'abord",
        .0.display(), .1
    )]
    Newer(PathBuf, String),
    /// Somebody works with the database.
    #[error(
        "la base {} est utilisée : arrêtez la tâche planifiée et attendez la fin du traitement en cours, \
         arrêtez messages-api (systemctl stop messages-api), puis recommencez", .0.display()
    )]
    Busy(PathBuf),
    /// The disk does not take it, or does not give it.
    #[error("{} : {}", .0.display(), .1)]
    Disk(PathBuf, String),
    /// The database's own.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Fault {
    fn disk(path: &Path, why: &impl ToString) -> Self {
        Self::Disk(path.to_owned(), why.to_string())
    }
}

/// A backup that was written and looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Its size.
    pub octets: u64,
    /// What is in it.
    #[serde(flatten)]
    pub contenu: Contents,
}

/// Writes a consistent copy of the database, whatever runs and the server write meanwhile.
///
/// # Errors
/// See [`Fault`]; nothing is left of it then.
pub fn write(conn: &mut Conn, to: &Path) -> Result<Written, Fault> {
    if to.symlink_metadata().is_ok() {
        return Err(Fault::Exists(to.to_owned()));
    }
    is_folder(above(to))?;
    let draft = Draft::new(to, "partiel")?;
    reach("backup_begun");
    on_file(conn, |conn| look::copy(conn, draft.path())).map_err(|error| match error {
        // The database answers: it is the disk of the copy.
        Error::Unavailable(why) => Fault::disk(to, &why),
        other => Fault::Store(other),
    })?;
    reach("backup_written");
    let now = conn.now()?;
    let contenu = look::mark(draft.path(), to, now, Versions::AsTheyAre)?;
    let octets = draft.sync(to)?;
    reach("backup_checked");
    draft.place_new(to)?;
    reach("backup_placed");
    Ok(Written { octets, contenu })
}

/// Asks a SQLite file itself.
fn on_file<T>(
    conn: &mut Conn,
    ask: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    match &mut conn.inner {
        Inner::Sqlite(conn) => ask(conn),
        #[cfg(feature = "postgres")]
        Inner::Postgres(_) => Err(Error::Other("no file".to_owned())),
    }
}

/// Where something is to be written.
fn is_folder(folder: &Path) -> Result<(), Fault> {
    if folder.is_dir() {
        return Ok(());
    }
    let why = "ce dossier n'existe pas".to_owned();
    Err(Fault::Unfit(folder.to_owned(), why))
}

/// Of the backups before migrations so many are kept.
const KEPT: usize = 3;

/// Writes a backup beside a database whose tables are about to be changed, unless there is nothing in it.
///
/// # Errors
/// When it cannot be written: nothing may be changed then.
pub(super) fn before_migration(conn: &mut Conn, version: &str) -> Result<(), Error> {
    let Database::Sqlite(path) = conn.database().clone() else {
        return Ok(());
    };
    if on_file(conn, look::is_empty)? {
        return Ok(());
    }
    let stem = beside(&path, "avant-migration");
    let date = conn.now()?.utc().format("%Y-%m-%d-%H%M%S");
    let mut to = stem.clone().into_os_string();
    to.push(format!("-{date}-{version}"));
    match write(conn, Path::new(&to)) {
        // Another program has done it in the same second.
        Ok(_) | Err(Fault::Exists(_)) => {}
        Err(fault) => {
            return Err(Error::Unavailable(format!(
                "la sauvegarde d'avant la mise à jour des tables n'a pas pu être écrite, rien n'est \
                 changé ({fault})"
            )));
        }
    }
    log::info!(
        "sauvegarde avant migration fichier={}",
        Path::new(&to).display()
    );
    forget_old(&stem);
    Ok(())
}

/// The oldest go; their names are in the order of their dates.
fn forget_old(stem: &Path) {
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    let Ok(entries) = std::fs::read_dir(above(stem)) else {
        return;
    };
    let is_one = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = file.strip_prefix(&*name);
        rest.is_some_and(|rest| rest.starts_with("-2") && !rest.contains('.'))
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_one)
        .collect();
    found.sort_unstable();
    let old = found.len().saturating_sub(KEPT);
    for path in found.iter().take(old) {
        std::fs::remove_file(path).ok();
    }
}

/// A file's name with more behind it.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-{what}"));
    name.into()
}
