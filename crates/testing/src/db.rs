//! A database of its own for each test: a SQLite file in a temporary folder, or a schema in the
//! PostgreSQL server that `TEST_POSTGRES_URL` names (dropped at the end).

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, sql_query};
use std::path::Path;

/// A fresh database. Empty: the program under test makes its tables.
pub struct Database {
    url: String,
    folder: tempfile::TempDir,
    schema: Option<(String, String)>,
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    v: String,
}

impl Database {
    /// A SQLite file.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = sqlite_url(folder.path());
        Self::in_file(url, folder)
    }

    /// A SQLite file in memory, where there is such a folder: for many thousand commits.
    #[must_use]
    pub fn sqlite_in_memory() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let url = sqlite_url(folder.path());
        Self::in_file(url, folder)
    }

    /// A SQLite file in this folder, such as one on a small disk.
    #[must_use]
    pub fn sqlite_in(folder: &Path) -> Self {
        Self::in_file(sqlite_url(folder), tempfile::tempdir().unwrap())
    }

    const fn in_file(url: String, folder: tempfile::TempDir) -> Self {
        Self {
            url,
            folder,
            schema: None,
        }
    }

    /// A PostgreSQL schema; `None`, said on stderr, when no server is named.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL")
            .ok()
            .filter(|_| cfg!(feature = "postgres"));
        let Some(server) = server else {
            crate::figures::skipped("TEST_POSTGRES_URL is not set, or the feature postgres is off");
            return None;
        };
        Some(Self::in_server(&server))
    }

    /// A schema in the server with this URL.
    #[must_use]
    pub fn in_server(server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let random = folder
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .to_lowercase();
        let schema = format!(
            "test_{}",
            random.replace(|c: char| !c.is_ascii_alphanumeric(), "")
        );
        let sign = if server.contains('?') { '&' } else { '?' };
        let fresh = Self {
            url: format!("{server}{sign}options=-csearch_path%3D{schema}"),
            folder,
            schema: Some((server.to_owned(), schema.clone())),
        };
        fresh.execute(&format!("CREATE SCHEMA {schema}"));
        fresh
    }

    /// For `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder that lives as long as the database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        self.schema.is_some()
    }

    /// Its name, for figures.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        if self.is_postgres() {
            "PostgreSQL"
        } else {
            "SQLite"
        }
    }

    /// Runs statements behind the program's back.
    pub fn execute(&self, statements: &str) {
        match &self.schema {
            None => self.open_sqlite().batch_execute(statements).unwrap(),
            #[cfg(feature = "postgres")]
            Some(_) => self.insist(statements),
            #[cfg(not(feature = "postgres"))]
            Some(_) => unreachable!("a schema is made with the feature only"),
        }
    }

    /// The text column `v` of a question.
    #[must_use]
    pub fn texts(&self, question: &str) -> Vec<String> {
        let rows: Vec<Text> = match &self.schema {
            None => sql_query(question).load(&mut self.open_sqlite()).unwrap(),
            #[cfg(feature = "postgres")]
            Some(_) => sql_query(question).load(&mut self.open_postgres()).unwrap(),
            #[cfg(not(feature = "postgres"))]
            Some(_) => unreachable!("a schema is made with the feature only"),
        };
        rows.into_iter().map(|row| row.v).collect()
    }

    /// The first row of [`Self::texts`], as a number.
    #[must_use]
    pub fn number(&self, question: &str) -> i64 {
        self.texts(question)
            .first()
            .and_then(|text| text.parse().ok())
            .unwrap()
    }

    /// Whether somebody is writing just now, and nobody else can: on SQLite only.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        let lock = "PRAGMA busy_timeout = 50; BEGIN IMMEDIATE; ROLLBACK;";
        self.schema.is_none() && self.open_sqlite().batch_execute(lock).is_err()
    }

    fn open_sqlite(&self) -> diesel::SqliteConnection {
        let path = self.url.strip_prefix("sqlite://").unwrap();
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA foreign_keys = ON;")
            .unwrap();
        conn
    }

    /// Many rows changed behind the back of running programs may meet theirs the wrong way round.
    #[cfg(feature = "postgres")]
    fn insist(&self, statements: &str) {
        for _ in 0..10 {
            match self.open_postgres().batch_execute(statements) {
                Err(error) if error.to_string().contains("deadlock") => {}
                other => return other.unwrap(),
            }
        }
        panic!("one deadlock after the other");
    }

    #[cfg(feature = "postgres")]
    fn open_postgres(&self) -> diesel::PgConnection {
        diesel::PgConnection::establish(&self.url).unwrap()
    }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}/messages.sqlite3", folder.display())
}

impl Drop for Database {
    fn drop(&mut self) {
        #[cfg(feature = "postgres")]
        if let Some((server, schema)) = &self.schema
            && let Ok(mut conn) = diesel::PgConnection::establish(server)
        {
            let drop = format!(
                "SET client_min_messages = error; SET synchronous_commit = local; DROP SCHEMA {schema} CASCADE"
            );
            // A schema that is left behind goes with the server.
            conn.batch_execute(&drop).ok();
        }
    }
}

/// Runs each story (a function of `&Database`) on both databases, as tests of their own.
#[macro_export]
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&$crate::db::Database::sqlite()); })+
        }
        mod on_postgres {
            $(#[test] fn $name() {
                if let Some(database) = $crate::db::Database::postgres() {
                    super::$name(&database);
                }
            })+
        }
    };
}
