//! Where an import writes; a rehearsal leaves no database behind and changes none.

use messages_core::config::Database;
use messages_core::exit::{Exit, Failure};
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
        _ if essai => {
            let mut conn = Conn::open(database)?;
            if migrations::pending(&mut conn)? > 0 {
                let text = "les tables sont d'une version antérieure : lancez d'abord process-scheduled migrate";
                return Err(Failure::new(Exit::Config, text));
            }
            Ok(work(&mut conn))
        }
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
