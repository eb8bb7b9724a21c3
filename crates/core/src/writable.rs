//! Whether what is written beside the database can be written.

use crate::config::{Config, Database, Log};
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A place that cannot be written to.
#[derive(Debug)]
pub struct Fault {
    /// The setting that names it.
    pub setting: &'static str,
    /// The folder or file.
    pub place: PathBuf,
    /// Why not.
    pub error: io::Error,
}

/// What cannot be written to: the folder of a SQLite file, that of the journal, the log and its folder.
#[must_use]
pub fn faults(config: &Config) -> Vec<Fault> {
    let beside = match &config.database {
        Database::Sqlite(path) => Some(("DATABASE_URL", folder_of(path))),
        Database::Postgres(_) => None,
    };
    let journal = ("MESSAGES_JOURNAL", config.journal.clone());
    let folders = beside.into_iter().chain([journal]);
    let mut faults: Vec<Fault> = folders
        .filter_map(|(setting, place)| {
            let error = new_file(&place).err()?;
            Some(Fault {
                setting,
                place,
                error,
            })
        })
        .collect();
    faults.extend(log_fault(&config.log));
    faults
}

/// The log itself, or the folder in which another has to be begun when it is full.
fn log_fault(log: &Log) -> Option<Fault> {
    let opened = OpenOptions::new().append(true).create(true).open(&log.file);
    let (setting, place, error) = if let Err(error) = opened {
        ("LOG_FILE", log.file.clone(), error)
    } else {
        log.max?;
        let folder = folder_of(&log.file);
        let error = new_file(&folder).err()?;
        ("LOG_MAX_MB", folder, error)
    };
    Some(Fault {
        setting,
        place,
        error,
    })
}

fn folder_of(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    full.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// Writes a file there and removes it; a folder that is not there would be made in the one above.
fn new_file(folder: &Path) -> io::Result<()> {
    let full = std::path::absolute(folder)?;
    let there = full.ancestors().find(|folder| folder.exists());
    let file = there
        .unwrap_or(&full)
        .join(format!(".messages-essai-{}", std::process::id()));
    let written = fs::write(&file, "essai\n");
    // Of a full disk the name may remain.
    let removed = fs::remove_file(&file);
    written.and(removed)
}
