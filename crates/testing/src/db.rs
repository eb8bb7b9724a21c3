//! A database of its own for each test: a SQLite file in a temporary folder, or a database of the
//! PostgreSQL server that `TEST_POSTGRES_URL` names (dropped at the end).

#[cfg(feature = "postgres")]
mod server;

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, sql_query};
use std::path::Path;

/// A fresh database. A SQLite file is not there yet; one of PostgreSQL has its tables, because to make them
/// takes longer than most tests.
pub struct Database {
    url: String,
    folder: tempfile::TempDir,
    #[cfg(feature = "postgres")]
    server: Option<server::Server>,
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

    fn in_file(url: String, folder: tempfile::TempDir) -> Self {
        Self {
            url,
            folder,
            #[cfg(feature = "postgres")]
            server: None,
        }
    }

    /// One of PostgreSQL's; `None`, said on stderr, when no server is named.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL").ok();
        let Some(server) = server.filter(|_| cfg!(feature = "postgres")) else {
            crate::figures::skipped("TEST_POSTGRES_URL is not set, or the feature postgres is off");
            return None;
        };
        #[cfg(feature = "postgres")]
        return Some(Self::served(server::Server::fresh(&server)));
        #[cfg(not(feature = "postgres"))]
        unreachable!("{server}: only with the feature")
    }

    /// Takes the tables away, for who tries how they are made.
    pub fn empty(&self) {
        if self.is_postgres() {
            self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
        }
    }

    /// The database of this URL as it is, in a server that is one's own.
    #[must_use]
    pub fn in_server(url: &str) -> Self {
        #[cfg(feature = "postgres")]
        return Self::served(server::Server::own(url));
        #[cfg(not(feature = "postgres"))]
        unreachable!("{url}: only with the feature")
    }

    #[cfg(feature = "postgres")]
    fn served(server: server::Server) -> Self {
        Self {
            url: server.url().to_owned(),
            folder: tempfile::tempdir().unwrap(),
            server: Some(server),
        }
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
        #[cfg(feature = "postgres")]
        return self.server.is_some();
        #[cfg(not(feature = "postgres"))]
        false
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
        #[cfg(feature = "postgres")]
        if let Some(server) = &self.server {
            return server.execute(statements);
        }
        self.open_sqlite().batch_execute(statements).unwrap();
    }

    /// The text column `v` of a question.
    #[must_use]
    pub fn texts(&self, question: &str) -> Vec<String> {
        let question = sql_query(question);
        #[cfg(feature = "postgres")]
        if let Some(server) = &self.server {
            return all(server.with(|conn| question.load(conn)));
        }
        all(question.load(&mut self.open_sqlite()))
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
        !self.is_postgres() && self.open_sqlite().batch_execute(lock).is_err()
    }

    fn open_sqlite(&self) -> diesel::SqliteConnection {
        let path = self.url.strip_prefix("sqlite://").unwrap();
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA foreign_keys = ON;")
            .unwrap();
        conn
    }
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    v: String,
}

fn all(rows: diesel::QueryResult<Vec<Text>>) -> Vec<String> {
    rows.unwrap().into_iter().map(|row| row.v).collect()
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}/messages.sqlite3", folder.display())
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
