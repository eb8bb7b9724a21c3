//! The log's file, which several processes write: whoever finds it full begins another, and the others
//! find that one.
//!
//! A line goes to the file that had this name within the last second, so none is lost: a file that was
//! moved to another name still takes it.

use crate::config::Log;
use same_file::Handle;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

/// How often it is looked whether the file is full, or another has its name.
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct LogFile {
    path: PathBuf,
    max: Option<u64>,
    keep: u32,
    file: Handle,
    looked: Moment,
    /// Raised by whoever moved the file, who wants it let go of at once.
    moved: Arc<AtomicBool>,
}

impl LogFile {
    /// The file of the settings, created if it is not there.
    pub(super) fn open(config: &Log, moved: &Arc<AtomicBool>) -> io::Result<Self> {
        let mut log = Self {
            path: config.file.clone(),
            max: config.max,
            keep: config.keep,
            file: open(&config.file)?,
            looked: Moment::now(),
            moved: Arc::clone(moved),
        };
        log.look();
        Ok(log)
    }

    /// What goes wrong here leaves the file that there is: the lines matter more than its size. A folder
    /// that refuses another file is told by [`crate::writable`].
    fn look(&mut self) {
        self.looked = Moment::now();
        let found = if self.is_moved() {
            open(&self.path).map(Some)
        } else {
            self.rotate()
        };
        if let Ok(Some(file)) = found {
            self.file = file;
        }
    }

    fn is_moved(&self) -> bool {
        Handle::from_path(&self.path).map_or(true, |there| there != self.file)
    }

    /// Begins another file, if this one is full and nobody else is doing so.
    fn rotate(&self) -> io::Result<Option<Handle>> {
        let size = self.file.as_file().metadata()?.len();
        if self.max.is_none_or(|max| size < max) {
            return Ok(None);
        }
        // Not the log itself: on Windows nobody could write it meanwhile.
        let turn = create(&numbered(&self.path, &"lock"))?;
        match turn.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Somebody may have done it just before.
        if !self.is_moved() {
            for number in (1..self.keep).rev() {
                let [from, to] = [number, number + 1].map(|n| numbered(&self.path, &n));
                if let Err(error) = fs::rename(from, to)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    return Err(error);
                }
            }
            fs::rename(&self.path, numbered(&self.path, &1))?;
        }
        open(&self.path).map(Some)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.looked.elapsed() >= LOOK || self.moved.swap(false, Ordering::Relaxed) {
            self.look();
        }
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<Handle> {
    Handle::from_file(create(path)?)
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

fn numbered(path: &Path, suffix: &impl ToString) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix.to_string());
    name.into()
}

#[cfg(test)]
mod tests;
