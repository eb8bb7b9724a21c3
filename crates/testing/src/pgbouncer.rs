//! PgBouncer in transaction mode, before a server.

use crate::cluster::{free_port, is_root};
use diesel::{Connection, RunQueryDsl};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A pool; dropping it ends it.
pub struct PgBouncer {
    port: u16,
    child: Child,
    _folder: tempfile::TempDir,
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    v: String,
}

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

impl PgBouncer {
    /// Starts one before the server on this port of 127.0.0.1, with two sessions for all clients;
    /// it drops the start-up parameters `ignored`. `None`, said on stderr, where it is not installed.
    #[must_use]
    pub fn start(server: u16, ignored: &str) -> Option<Self> {
        let Some(program) = installed().filter(|_| cfg!(feature = "postgres")) else {
            crate::figures::skipped("PgBouncer is not installed, or the feature postgres is off");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let settings = write_settings(folder.path(), server, port, ignored);
        let child = as_nobody(&program)
            .arg(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pool = Self {
            port,
            child,
            _folder: folder,
        };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "PgBouncer does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(pool)
    }

    /// For `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://messages@127.0.0.1:{}/postgres", self.port)
    }

    /// The text column `v` of a question, by a client that was told nothing.
    #[must_use]
    pub fn texts(&self, question: &str) -> Vec<String> {
        #[cfg(feature = "postgres")]
        let mut conn = diesel::PgConnection::establish(&self.url()).unwrap();
        #[cfg(not(feature = "postgres"))]
        let mut conn = diesel::SqliteConnection::establish(&self.url()).unwrap();
        conn.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
        let rows: Vec<Text> = diesel::sql_query(question).load(&mut conn).unwrap();
        rows.into_iter().map(|row| row.v).collect()
    }
}

fn write_settings(folder: &Path, server: u16, port: u16, ignored: &str) -> PathBuf {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let users = folder.join("users.txt");
    std::fs::write(&users, "\"messages\" \"\"\n").unwrap();
    let settings = folder.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={server}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\n\
         server_login_retry = 1\nquery_wait_timeout = 5\n\
         ignore_startup_parameters = {ignored}\n",
        users.display()
    );
    std::fs::write(&settings, text).unwrap();
    if is_root() {
        chown(folder, Some(65_534), Some(65_534)).unwrap();
    }
    settings
}

/// It refuses to run as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let nobody = [
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--",
    ];
    command.args(nobody).arg(program);
    command
}

fn installed() -> Option<PathBuf> {
    let places = [
        "/usr/sbin/pgbouncer",
        "/usr/bin/pgbouncer",
        "/usr/local/bin/pgbouncer",
    ];
    places
        .iter()
        .map(PathBuf::from)
        .find(|place| place.exists())
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // One that has ended by itself is over too.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
