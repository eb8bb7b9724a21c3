//! A database of a PostgreSQL server.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;

/// What a test knows of it, and how it looks into it.
pub(super) struct Server {
    url: String,
    /// Where it is dropped from in the end, and its name; unless the whole server goes.
    made: Option<(String, String)>,
    /// Beside the program under test. One each time would cost more than most tests.
    idle: Mutex<Vec<PgConnection>>,
}

impl Server {
    /// A new one.
    pub(super) fn fresh(server: &str) -> Self {
        let name = format!("test_{:016x}", crate::random());
        let mut conn = connect(server);
        let model = model(server, &mut conn);
        run(
            &mut conn,
            &format!("CREATE DATABASE {name} TEMPLATE {model}"),
        );
        let fresh = Self::new(at(server, &name), Some((server.to_owned(), name)));
        // Each is another one, and knows it.
        fresh.execute("UPDATE origine SET cle = DEFAULT");
        fresh
    }

    /// That of this URL, which stays.
    pub(super) fn own(url: &str) -> Self {
        Self::new(url.to_owned(), None)
    }

    fn new(url: String, made: Option<(String, String)>) -> Self {
        Self {
            url,
            made,
            idle: Mutex::default(),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Works with a connection as if it were a new one.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut PgConnection) -> T) -> T {
        let idle = self.idle.lock().unwrap().pop();
        // It may have been ended by the test.
        let still =
            idle.and_then(|mut conn| conn.batch_execute("DISCARD ALL").is_ok().then_some(conn));
        let mut conn = still.unwrap_or_else(|| connect(&self.url));
        let done = work(&mut conn);
        self.idle.lock().unwrap().push(conn);
        done
    }

    /// Many rows changed behind the back of running programs may meet theirs the wrong way round.
    pub(super) fn execute(&self, statements: &str) {
        for _ in 0..10 {
            match self.with(|conn| conn.batch_execute(statements)) {
                Err(error) if error.to_string().contains("deadlock") => {}
                other => return other.unwrap(),
            }
        }
        panic!("one deadlock after the other");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.idle.get_mut().unwrap().clear();
        if let Some((server, name)) = &self.made
            && let Ok(mut conn) = PgConnection::establish(server)
        {
            // One that is left behind goes with the server.
            conn.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .ok();
        }
    }
}

/// The name of a database that has the tables, made by whoever comes first.
fn model(server: &str, conn: &mut PgConnection) -> String {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../migrations/postgres"
    ));
    let name = format!("modele_{:016x}", fingerprint(folder));
    run(conn, "SELECT pg_advisory_lock(1)");
    let known = sql_query(format!(
        "SELECT 1 FROM pg_database WHERE datname = '{name}'"
    ));
    if known.execute(conn).unwrap() == 0 {
        let unfinished = format!("{name}_inacheve");
        run(conn, &format!("DROP DATABASE IF EXISTS {unfinished}"));
        run(conn, &format!("CREATE DATABASE {unfinished}"));
        let migrations = FileBasedMigrations::from_path(folder).unwrap();
        connect(&at(server, &unfinished))
            .run_pending_migrations(migrations)
            .unwrap();
        run(
            conn,
            &format!("ALTER DATABASE {unfinished} RENAME TO {name}"),
        );
    }
    run(conn, "SELECT pg_advisory_unlock(1)");
    name
}

/// What the tables are made of.
fn fingerprint(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The URL of another database of the same server.
fn at(server: &str, name: &str) -> String {
    // A socket's folder stands behind the question mark.
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = address.rsplit_once('/').unwrap();
    format!("{host}/{name}?{options}")
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}

fn run(conn: &mut PgConnection, statement: &str) {
    let done: QueryResult<()> = conn.batch_execute(statement);
    done.unwrap();
}
