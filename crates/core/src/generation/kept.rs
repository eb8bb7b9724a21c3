//! What this machine knows of a database: a small file in the folder of answers.
//!
//! Nothing is forced to the disk: what a power cut takes along is a lower number, which proves less.

use crate::logging::SAID;
use crate::private;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The highest number that runs with this folder have seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The folder, by a random name: a copy of it on another machine counts as the same.
    pub(super) dossier: String,
    /// Of which epoch.
    pub(super) epoque: i64,
    /// How often runs began and ended.
    pub(super) nombre: i64,
}

impl Kept {
    /// What is known of the database with this key; nothing is where nothing can be read.
    pub(super) fn read(folder: &Path, cle: &str) -> Self {
        let text = std::fs::read_to_string(place(folder, cle)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_else(|_| Self {
            dossier: uuid::Uuid::new_v4().to_string(),
            epoque: 0,
            nombre: 0,
        })
    }

    /// Keeps it. A run goes on when it cannot: that the folder is not writable is told as an incident.
    pub(super) fn write(&self, folder: &Path, cle: &str) {
        // A text and numbers: their serialisation cannot fail.
        let text = serde_json::to_string(self).unwrap_or_default();
        let written = private::folder(folder)
            .and_then(|()| private::replace(&place(folder, cle), &format!("{text}\n")));
        if let Err(error) = written {
            log::warn!(target: SAID, "MESSAGES_JOURNAL {} : {error}", folder.display());
        }
    }
}

fn place(folder: &Path, cle: &str) -> PathBuf {
    folder.join(format!("generation-{cle}.json"))
}
