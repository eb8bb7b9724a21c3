//! A file that is being prepared, beside the place where it will be.

use super::{Fault, beside};
use crate::private;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What SQLite puts beside a file.
pub(super) const SIDES: [&str; 3] = ["wal", "shm", "journal"];

/// It goes with its side files when it is dropped before it has its name.
pub(super) struct Draft(PathBuf);

impl Draft {
    /// An empty file for its owner only.
    pub(super) fn new(place: &Path, what: &str) -> Result<Self, Fault> {
        let path = beside(place, &format!("{what}.{}", std::process::id()));
        let made = private::options().create_new(true).open(&path);
        made.map_err(|error| Fault::disk(place, &error))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Forces it to the disk; its size.
    pub(super) fn sync(&self, to: &Path) -> Result<u64, Fault> {
        let synced = private::sync(&self.0).and_then(|()| fs::metadata(&self.0));
        let data = synced.map_err(|error| Fault::disk(to, &error))?;
        Ok(data.len())
    }

    /// Gives it a name that nobody has.
    pub(super) fn place_new(&self, to: &Path) -> Result<(), Fault> {
        let placed = match fs::hard_link(&self.0, to) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Fault::Exists(to.to_owned()));
            }
            // Some disks know one name for each file only.
            Err(_) if !to.exists() => fs::rename(&self.0, to),
            placed => placed,
        };
        placed
            .and_then(|()| private::sync_folder(private::above(to)))
            .map_err(|error| Fault::disk(to, &error))
    }

    /// Gives it a name in the place of who has it.
    pub(super) fn place_over(&self, to: &Path) -> Result<(), Fault> {
        fs::rename(&self.0, to)
            .and_then(|()| private::sync_folder(private::above(to)))
            .map_err(|error| Fault::disk(to, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
        for side in SIDES {
            fs::remove_file(beside(&self.0, side)).ok();
        }
    }
}
