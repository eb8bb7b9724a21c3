//! Whether a run could write what it has to: in the database, beside it, and in its folders.

use messages_core::config::{Config, Database};
use messages_core::store::passages::{self, NewPassage};
use messages_core::store::{Conn, Error};
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Writes a row, and takes it back.
pub(super) fn database(config: &Config, conn: &mut Conn) -> Result<(), Error> {
    let trial = NewPassage {
        id: "essai".to_owned(),
        hote: "essai".to_owned(),
        mode: config.messages.mode,
    };
    passages::rehearse(conn, &trial)
}

/// What is written to beside the database, by its setting, and why it cannot be.
pub(super) fn folders(config: &Config) -> Result<(), String> {
    let beside = match &config.database {
        Database::Sqlite(path) => Some(("DATABASE_URL", folder_of(path))),
        Database::Postgres(_) => None,
    };
    let journal = Some(("MESSAGES_JOURNAL", config.journal.clone()));
    let mut faults: Vec<String> = [beside, journal]
        .into_iter()
        .flatten()
        .filter_map(|(setting, folder)| {
            let error = new_file(&folder).err()?;
            Some(format!("{setting} : {} : {error}", folder.display()))
        })
        .collect();
    let log = &config.log.file;
    if let Err(error) = OpenOptions::new().append(true).create(true).open(log) {
        faults.push(format!("LOG_FILE : {} : {error}", log.display()));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join(" ; "))
    }
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
    fs::write(&file, "essai\n")?;
    fs::remove_file(&file)
}
