//! Putting a backup back.

use super::draft::{Draft, SIDES};
use super::look::{self, Contents};
use super::{Fault, beside};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::private;
use crate::store::Error;
use crate::store::migrations::versions::Versions;
use crate::store::open::sqlite::is_foreign;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl, SqliteConnection, sql_query};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A backup that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Where the database is now that was there before, if one was.
    pub gardee: Option<PathBuf>,
    /// What is in the database.
    #[serde(flatten)]
    pub contenu: Contents,
}

/// Puts the backup `from` in the place of a database, which is kept beside it.
///
/// Whoever is killed leaves the old one or the new one whole: first a copy of the backup is looked at,
/// brought up to date and marked; then the old database gets a second name; then the copy takes its first
/// one, in one step.
///
/// # Errors
/// See [`Fault`]: everything is as it was then, but for a second name of the old database perhaps.
pub fn restore(database: &Path, from: &Path) -> Result<Restored, Fault> {
    let same =
        |one: &Path, other: &Path| Some(one.canonicalize().ok()? == other.canonicalize().ok()?);
    if same(database, from) == Some(true) {
        let why = "c'est la base elle-même".to_owned();
        return Err(Fault::Unfit(from.to_owned(), why));
    }
    super::is_folder(private::above(database))?;
    let now = Instant::of_this_machine();
    let draft = Draft::new(database, "restauration")?;
    take(from, draft.path())?;
    reach("restore_copied");
    let contenu = look::mark(draft.path(), from, now, Versions::BroughtUp)?;
    own(draft.path(), database);
    draft.sync(database)?;
    reach("restore_checked");
    let held = hold(database)?;
    reach("restore_held");
    let date = now.utc().format("%Y-%m-%d-%H%M%S-%3f");
    let old = beside(database, &format!("avant-restauration-{date}"));
    let gardee = keep(database, &old).map_err(|error| Fault::disk(&old, &error))?;
    reach("restore_kept");
    // Windows renames nothing that is open.
    let held = held.filter(|_| !cfg!(windows));
    draft.place_over(database)?;
    reach("restore_placed");
    drop(held);
    Ok(Restored {
        gardee: gardee.then_some(old),
        contenu,
    })
}

/// With its log, where a database was copied as it stood.
fn take(from: &Path, to: &Path) -> Result<(), Fault> {
    let unreadable = |error: io::Error| Fault::Unfit(from.to_owned(), error.to_string());
    let copy = |from: &Path, to: &Path| -> Result<(), Fault> {
        let mut source = fs::File::open(from).map_err(unreadable)?;
        let mut target = private::options()
            .open(to)
            .map_err(|error| Fault::disk(to, &error))?;
        io::copy(&mut source, &mut target).map_err(|error| Fault::disk(to, &error))?;
        Ok(())
    };
    copy(from, to)?;
    let log = beside(from, "wal");
    if log.exists() {
        copy(&log, &beside(to, "wal"))?;
    }
    Ok(())
}

/// Takes the old database for itself, so that nobody has it open when its name goes to another one: its
/// log is folded in, and whoever opened it meanwhile finds it locked. One that nobody can open is not held.
fn hold(database: &Path) -> Result<Option<SqliteConnection>, Fault> {
    #[derive(diesel::QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }
    // SQLite would tidy up beside it.
    if is_foreign(database) {
        return Ok(None);
    }
    let Ok(mut conn) = look::open(database) else {
        return Ok(None);
    };
    let busy = || Fault::Busy(database.to_owned());
    let held = conn
        .batch_execute("PRAGMA busy_timeout = 5000;")
        .and_then(|()| sql_query("PRAGMA journal_mode = DELETE").get_result::<Mode>(&mut conn))
        .and_then(|mode| {
            conn.batch_execute("BEGIN EXCLUSIVE")?;
            Ok(mode.journal_mode == "delete")
        });
    match held.map_err(Error::of_sqlite) {
        Ok(true) => Ok(Some(conn)),
        Ok(false) => Err(busy()),
        Err(Error::Unavailable(why)) if why.contains("locked") => Err(busy()),
        Err(Error::Unavailable(why)) => Err(Fault::disk(database, &why)),
        // It is damaged: that is why another one comes.
        Err(_) => Ok(None),
    }
}

/// Gives the old database a second name; its side files, which a damaged one may have, move there: the
/// new one must not find them. Whether there was one.
fn keep(database: &Path, old: &Path) -> io::Result<bool> {
    let is_there = database.exists();
    if is_there {
        second_name(database, old)?;
    }
    for side in SIDES {
        let beside_it = beside(database, side);
        if beside_it.exists() {
            fs::rename(&beside_it, beside(old, side))?;
        }
    }
    private::sync_folder(private::above(old))?;
    Ok(is_there)
}

/// Some disks know one name for each file only.
fn second_name(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            fs::copy(file, name)?;
            private::sync(name)
        }
        made => made,
    }
}

/// The new database belongs to whom the old one did, whoever puts it back.
fn own(new: &Path, database: &Path) {
    #[cfg(unix)]
    if let Ok(old) = fs::metadata(database) {
        use std::os::unix::fs::MetadataExt;
        // Only root may give files away; whoever else does not have to.
        std::os::unix::fs::chown(new, Some(old.uid()), Some(old.gid())).ok();
    }
    #[cfg(not(unix))]
    let _ = (new, database);
}
