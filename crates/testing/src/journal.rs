//! What a peer took in: in memory for the test at hand, in a file for whoever outlives it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;

/// An entry that can stand as one line of a journal file.
pub(crate) trait Entry: Clone {
    /// The entry as JSON.
    fn line(&self) -> Value;
}

/// Entries in the order in which they were recorded.
pub(crate) struct Journal<T> {
    entries: Mutex<Vec<T>>,
    grown: Condvar,
    file: Option<File>,
}

impl<T: Entry> Journal<T> {
    /// An empty journal, which also appends to the file at `path` if there is one.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Self {
            entries: Mutex::default(),
            grown: Condvar::new(),
            file: path.map(|path| open(path).unwrap()),
        }
    }

    /// Records an entry; when this returns, it is in the file too.
    pub(crate) fn record(&self, entry: T) {
        if let Some(mut file) = self.file.as_ref() {
            file.write_all(format!("{}\n", entry.line()).as_bytes())
                .unwrap();
        }
        self.entries.lock().unwrap().push(entry);
        self.grown.notify_all();
    }

    /// Everything recorded so far.
    pub(crate) fn all(&self) -> Vec<T> {
        self.entries.lock().unwrap().clone()
    }

    /// How much was recorded so far.
    pub(crate) fn count(&self) -> usize {
        self.entries.lock().unwrap().len()
    }

    /// Waits until at least `n` entries are there; `false` if the time ran out before.
    pub(crate) fn wait(&self, n: usize, timeout: Duration) -> bool {
        let entries = self.entries.lock().unwrap();
        let few = |entries: &mut Vec<T>| entries.len() < n;
        let (_entries, waited) = self
            .grown
            .wait_timeout_while(entries, timeout, few)
            .unwrap();
        !waited.timed_out()
    }
}
