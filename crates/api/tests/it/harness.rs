//! The server as an administrator starts it: by its environment, in a folder of its own.

use crate::token::KEY;
use crate::wire::{Answer, Request, exchange};
use messages_core::config::Database as Place;
use messages_core::store::{Conn, migrations};
use messages_testing::db::Database;
use messages_testing::http::Gateway;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A loaded machine may need long.
const START: Duration = Duration::from_secs(60);

/// What `EX_TEMPFAIL` says: the address cannot be listened on.
const TRY_LATER: i32 = 75;

/// A running program; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    stderr: PathBuf,
}

impl Server {
    /// Starts it over up-to-date tables and waits until it answers.
    pub(crate) fn start(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::start_with(database, &[], settings)
    }

    /// The same with arguments.
    pub(crate) fn start_with(
        database: &Database,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Self {
        migrate(database);
        // Another process may take a port between our look and the program's start.
        (0..3)
            .find_map(|_| Self::spawn(database, arguments, settings).until_it_answers())
            .unwrap()
    }

    /// One that sends SMS there, in earnest.
    pub(crate) fn sending(
        database: &Database,
        gateway: &Gateway,
        settings: &[(&str, &str)],
    ) -> Self {
        let url = gateway.url();
        let mut all = vec![
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_MODE", "reel"),
            ("SMS_QUIET_HOURS", "non"),
            ("SMS_API_URL", &url),
            ("SMS_API_KEY", "cle"),
            ("SMS_SENDER_NAME", "ECOLE"),
            ("EMAIL_HOST", "127.0.0.1"),
            ("DEFAULT_FROM_EMAIL", "ecole@exemple.example"),
        ];
        all.extend(settings);
        Self::start(database, &all)
    }

    fn spawn(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let address = free_address();
        let stderr = database.folder().join("stderr");
        let child = command(database)
            .args(arguments)
            .env("API_BIND", address.to_string())
            .envs(settings.iter().copied())
            // A file, which unlike a pipe never fills up.
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            address,
            stderr,
        }
    }

    /// `None` when its port was taken.
    fn until_it_answers(mut self) -> Option<Self> {
        let alive = Request {
            method: "GET",
            path: "/health/live",
            headers: &[],
            body: None,
        };
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let taken = status.code() == Some(TRY_LATER);
                assert!(taken, "the program ended: {status}\n{}", self.said());
                return None;
            }
            if exchange(self.address, &alive).is_ok_and(|answer| answer.status == 200) {
                return Some(self);
            }
            assert!(start.elapsed() < START, "no answer\n{}", self.said());
            sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn exchange(&self, request: &Request<'_>) -> Result<Answer, String> {
        exchange(self.address, request)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything in its log until now.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.stderr.with_file_name(LOG)
    }

    /// Asks it to end, as systemd does.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end; `None` when it has not come in time.
    pub(crate) fn ended_within(&mut self, time: Duration) -> Option<ExitStatus> {
        ended_within(&mut self.child, time)
    }

    /// `host:port`, as in URLs.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Everything on its stderr until now.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is another assertion's matter.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

const LOG: &str = "api.log";

/// Not started yet; nothing of the test's own environment goes in.
fn command(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_messages-api"));
    command
        .current_dir(database.folder())
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("LOG_FILE", database.folder().join(LOG))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// How a program that ends by itself did so: its exit code, and what it said on stderr.
pub(crate) fn refusal(
    database: &Database,
    arguments: &[&str],
    settings: &[(&str, &str)],
) -> (Option<i32>, String) {
    let stderr = database.folder().join("stderr");
    let mut child = command(database)
        .args(arguments)
        .env("API_BIND", free_address().to_string())
        .envs(settings.iter().copied())
        .stderr(File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let status = ended_within(&mut child, START);
    child.kill().ok();
    child.wait().unwrap();
    let said = std::fs::read_to_string(stderr).unwrap();
    (status.and_then(|status| status.code()), said)
}

fn ended_within(child: &mut Child, time: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            None if start.elapsed() < time => sleep(Duration::from_millis(10)),
            ended => return ended,
        }
    }
}

/// The program's own door to the database.
pub(crate) fn conn(database: &Database) -> Conn {
    Conn::open(&Place::from_url(database.url()).unwrap()).unwrap()
}

/// On PostgreSQL the server expects the tables, on SQLite it finds them made.
pub(crate) fn migrate(database: &Database) {
    let place = Place::from_url(database.url()).unwrap();
    migrations::migrate(&mut Conn::create(&place).unwrap()).unwrap();
}

pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
}
