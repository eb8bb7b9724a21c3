//! A Maildir: what came is in `new/`, what was read goes to `cur/`.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Between a file's name and its flags. (Windows has no colons in names.)
const FLAGS: char = if cfg!(windows) { ';' } else { ':' };

pub(super) struct Maildir {
    new: PathBuf,
    cur: PathBuf,
}

/// A message that nobody has read.
pub(super) struct New {
    place: PathBuf,
    seen: PathBuf,
}

impl Maildir {
    /// None where there is none.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        let [new, cur] = ["new", "cur"].map(|name| folder.join(name));
        (new.is_dir() && cur.is_dir()).then_some(Self { new, cur })
    }

    /// What came, the oldest first: names begin with the time.
    pub(super) fn new_files(&self) -> io::Result<Vec<New>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.new)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || entry.file_type()?.is_dir() {
                continue;
            }
            let base = name.split(FLAGS).next().unwrap_or_default();
            files.push(New {
                place: entry.path(),
                seen: self.cur.join(format!("{base}{FLAGS}2,S")),
            });
        }
        files.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(files)
    }
}

impl New {
    /// None when somebody else has read it meanwhile.
    pub(super) fn open(&self) -> io::Result<Option<File>> {
        gone_is_none(File::open(&self.place))
    }

    /// Puts it among what was read.
    pub(super) fn is_seen(&self) -> io::Result<()> {
        gone_is_none(fs::rename(&self.place, &self.seen)).map(drop)
    }
}

fn gone_is_none<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}
