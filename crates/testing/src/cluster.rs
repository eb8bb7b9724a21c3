//! A PostgreSQL server of one's own: to be stopped in the middle, filled up, copied, promoted.
//!
//! It is made, started, stopped and removed by whoever holds it. It listens on 127.0.0.1 only and
//! is durable (`fsync` on), as the promises need it.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl};

use crate::random;

/// Small: many are made, some on a disk of a few megabytes.
const OPTIONS: &str = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
                       -c max_connections=60 -c shared_buffers=16MB -c min_wal_size=2MB \
                       -c max_wal_size=16MB -c wal_level=replica -c hot_standby=on";

/// How long a server may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server; dropping it ends and removes it.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    port: u16,
    temporary: Option<tempfile::TempDir>,
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    v: String,
}

impl Cluster {
    /// Makes and starts one; `None`, said on stderr, where PostgreSQL is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        let temporary = tempfile::tempdir().unwrap();
        let mut cluster = Self::start_in(temporary.path())?;
        cluster.temporary = Some(temporary);
        Some(cluster)
    }

    /// As [`Cluster::start`], in this folder, such as one on a small disk.
    #[must_use]
    pub fn start_in(folder: &Path) -> Option<Self> {
        let cluster = Self::in_folder(folder)?;
        let data = cluster.data();
        let made = cluster.run(
            "initdb",
            &[
                "-N",
                "-A",
                "trust",
                "-U",
                "messages",
                "-E",
                "UTF8",
                "--no-locale",
                "--wal-segsize=1",
                "-D",
                &data,
            ],
        );
        assert!(made, "initdb failed");
        cluster.resume();
        Some(cluster)
    }

    /// A copy of this one that follows it. From now on a commit here waits until it is there too.
    ///
    /// # Panics
    /// When it does not follow.
    #[must_use]
    pub fn standby(&self) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut copy = Self::in_folder(temporary.path()).unwrap();
        copy.temporary = Some(temporary);
        let made = copy.run(
            "pg_basebackup",
            &[
                "-N",
                "-R",
                "-c",
                "fast",
                "-X",
                "stream",
                "-d",
                &self.url(),
                "-D",
                &copy.data(),
            ],
        );
        assert!(made, "pg_basebackup failed");
        copy.resume();
        self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.execute("SELECT pg_reload_conf()");
        self.wait_for(
            "sync",
            "SELECT COALESCE(max(sync_state), '') AS v FROM pg_stat_replication",
        );
        copy
    }

    fn in_folder(folder: &Path) -> Option<Self> {
        let Some(bin) = installed().filter(|_| cfg!(feature = "postgres")) else {
            crate::figures::skipped("PostgreSQL is not installed, or the feature postgres is off");
            return None;
        };
        std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
        if is_root() {
            let owner = Command::new("chown").arg("postgres").arg(folder).status();
            assert!(owner.unwrap().success());
        }
        Some(Self {
            folder: folder.to_owned(),
            bin,
            port: free_port(),
            temporary: None,
        })
    }

    /// For `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://messages@127.0.0.1:{}/postgres", self.port)
    }

    /// The port of 127.0.0.1 that it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once, as a crash would: nobody is told, the next start recovers from its log.
    pub fn crash(&self) {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-m", "immediate", "-w", "stop"],
        );
    }

    /// Starts it again, and returns when it takes connections.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        let options = format!("{OPTIONS} {} -c port={}", language(), self.port);
        let log = self.folder.join("server.log");
        let log = log.to_str().unwrap();
        let started = self.run(
            "pg_ctl",
            &[
                "-D",
                &self.data(),
                "-l",
                log,
                "-o",
                &options,
                "-t",
                "60",
                "-w",
                "start",
            ],
        );
        assert!(
            started,
            "{}",
            std::fs::read_to_string(log).unwrap_or_default()
        );
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.run("pg_ctl", &["-D", &self.data(), "status"])
    }

    /// Makes a standby the one that takes writes.
    ///
    /// # Panics
    /// When it refuses.
    pub fn promote(&self) {
        assert!(
            self.run("pg_ctl", &["-D", &self.data(), "-t", "60", "-w", "promote"]),
            "not promoted"
        );
    }

    /// Runs a statement.
    ///
    /// # Panics
    /// When it fails.
    pub fn execute(&self, statement: &str) {
        connect(&self.url()).batch_execute(statement).unwrap();
    }

    /// Waits until a question's column `v` has this value.
    ///
    /// # Panics
    /// When it does not come to have it.
    pub fn wait_for(&self, value: &str, question: &str) {
        let until = Instant::now() + PATIENCE;
        let mut conn = connect(&self.url());
        loop {
            let rows: Vec<Text> = diesel::sql_query(question).load(&mut conn).unwrap();
            if rows.iter().any(|row| row.v == value) {
                return;
            }
            assert!(Instant::now() < until, "never {value}: {question}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    /// PostgreSQL refuses to run as root: then the system's user `postgres` does.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid",
                "postgres",
                "--regid",
                "postgres",
                "--clear-groups",
                "--",
            ]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir(&self.folder);
        // A server that inherited a pipe would keep it open.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().unwrap().success()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}

#[cfg(feature = "postgres")]
fn connect(url: &str) -> diesel::PgConnection {
    diesel::PgConnection::establish(url).unwrap()
}

/// Nobody comes here: without the feature there is no cluster.
#[cfg(not(feature = "postgres"))]
fn connect(url: &str) -> diesel::SqliteConnection {
    diesel::SqliteConnection::establish(url).unwrap()
}

/// French where this machine knows it: no test may rely on a server's words.
fn language() -> &'static str {
    let known = Command::new("locale").arg("-a").output();
    let known = known.map(|all| String::from_utf8_lossy(&all.stdout).into_owned());
    if known.is_ok_and(|all| all.lines().any(|name| name == "fr_FR.utf8")) {
        "-c lc_messages=fr_FR.UTF-8"
    } else {
        ""
    }
}

/// The folder of the newest version's programs.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut bins: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    bins.sort();
    bins.pop()
}

/// Whether this process may do everything.
#[must_use]
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Below those that the system takes for outgoing connections: nobody gets a stopped server's port.
pub(crate) fn free_port() -> u16 {
    let port = |_| 20_000 + u16::try_from(random() % 12_000).unwrap();
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..1000).map(port).find(is_free).unwrap()
}
