//! Where an import writes; a rehearsal leaves no database behind and changes none.

use messages_core::config::Database;
use messages_core::exit::Failure;
use messages_core::store::{Conn, migrations};
use std::path::{Path, PathBuf};

/// Works on the database, which is made when there is none.
pub(super) fn with<T>(
    database: &Database,
    essai: bool,
    work: impl FnOnce(&mut Conn) -> T,
) -> Result<T, Failure> {
    match database {
        Database::Sqlite(path) if essai && !path.exists() => {
            let scratch = Scratch::new();
            let database = Database::Sqlite(scratch.0.clone());
            Ok(work(&mut migrations::open(&database)?))
        }
        _ if essai => Ok(work(&mut migrations::open_current(database)?)),
        _ => Ok(work(&mut migrations::open(database)?)),
    }
}

/// An empty database that goes again.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = format!("messages-essai-{}.sqlite3", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(ending);
            std::fs::remove_file(Path::new(&path)).ok();
        }
    }
}
