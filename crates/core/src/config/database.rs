//! `DATABASE_URL` and `MESSAGES_JOURNAL`: where the data is.

use super::{Vars, postgres_url};
use crate::secret::Secret;
use std::path::PathBuf;

pub(super) const NAMES: &[&str] = &["DATABASE_URL", "MESSAGES_JOURNAL"];

/// Which database, by the URL's scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file on a local disk.
    Sqlite(PathBuf),
    /// A server; the URL holds a password.
    Postgres(Secret),
}

impl Database {
    pub(super) fn read(vars: &mut Vars) -> Self {
        let Some(url) = vars.text("DATABASE_URL") else {
            return Self::default();
        };
        let read = Self::from_url(&url);
        let fault = match &read {
            None => Some("il faut sqlite://CHEMIN ou postgres://UTILISATEUR@HÔTE/BASE"),
            Some(Self::Postgres(url)) => postgres_url::fault(url.expose()),
            Some(Self::Sqlite(_)) => None,
        };
        if let Some(fault) = fault {
            vars.fault("DATABASE_URL", fault);
        }
        read.unwrap_or_default()
    }

    /// Reads an URL; `None` when its scheme is unknown or it names nothing.
    #[must_use]
    pub fn from_url(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if rest.is_empty() {
            return None;
        }
        match scheme {
            "sqlite" => Some(Self::Sqlite(PathBuf::from(drive(rest)))),
            "postgres" | "postgresql" => Some(Self::Postgres(Secret::new(url.to_owned()))),
            _ => None,
        }
    }

    /// The folder of this machine where answers are written down until they are committed: beside a
    /// SQLite file, in the working folder for a server.
    pub(super) fn journal(&self, vars: &mut Vars) -> PathBuf {
        vars.text("MESSAGES_JOURNAL").map_or_else(
            || match self {
                Self::Sqlite(path) => {
                    let mut folder = path.clone().into_os_string();
                    folder.push(".reponses");
                    folder.into()
                }
                Self::Postgres(_) => PathBuf::from("messages.reponses"),
            },
            PathBuf::from,
        )
    }

    /// The URL of a server for a command line: without a password; of another database there, if one is
    /// named. None for a file.
    #[must_use]
    pub fn shown(&self, database: Option<&str>) -> Option<String> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(url) => Some(postgres_url::shown(url.expose(), database)),
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// `/C:/folder` as `C:/folder`, where drives have letters: `sqlite:///C:/folder/file`.
fn drive(path: &str) -> &str {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let mut letters = rest.chars();
    let is_letter = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    if cfg!(windows) && is_letter && letters.next() == Some(':') {
        rest
    } else {
        path
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::Sqlite(PathBuf::from("messages.sqlite3"))
    }
}
