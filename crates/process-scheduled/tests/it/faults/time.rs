//! Clocks that are wrong, that leap, or that disagree, and the hour that comes twice.
//!
//! libfaketime gives one process another wall clock; its monotonic clock stays as it is, as on a
//! machine whose time is set.

mod ahead;
mod behind;
mod hosts;
mod impossible;
mod late;
mod leaps;
mod night;
mod seasons;

use super::tally::Tally;
use crate::program::{Ended, Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::skipped;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Senders of each channel.
const SENDERS: usize = 4;

/// Gives a process another wall clock.
struct Fake(PathBuf);

impl Fake {
    /// None, said on stderr, where libfaketime is not installed.
    fn found() -> Option<Self> {
        let folders = ["x86_64-linux-gnu/", "aarch64-linux-gnu/", ""];
        let library = folders
            .map(|folder| PathBuf::from(format!("/usr/lib/{folder}faketime/libfaketimeMT.so.1")))
            .into_iter()
            .find(|library| library.exists());
        if library.is_none() {
            skipped("libfaketime is not installed (Debian package libfaketime)");
        }
        library.map(Self)
    }

    /// The program at another time: `+1h` from now, or `@2038-01-20 00:00:00` (UTC).
    fn command(&self, program: &Program<'_>, at: &str, arguments: &[&str]) -> Command {
        let mut command = self.clockless(program, arguments);
        command.env("FAKETIME", at);
        command
    }

    /// The program with a clock that whoever writes this file can set.
    fn settable(&self, program: &Program<'_>, file: &Path) -> Command {
        let mut command = self.clockless(program, &[]);
        command.env("FAKETIME_TIMESTAMP_FILE", file);
        command
    }

    fn clockless(&self, program: &Program<'_>, arguments: &[&str]) -> Command {
        let mut command = program.command(arguments);
        command
            .env("LD_PRELOAD", &self.0)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("TZ", "UTC");
        command
    }

    fn run(&self, program: &Program<'_>, at: &str) -> Ended {
        self.command(program, at, &[]).output().unwrap().into()
    }
}

/// Both peers, and a program that knows them.
struct Stage<'d> {
    gateway: Gateway,
    relay: Server,
    program: Program<'d>,
}

impl<'d> Stage<'d> {
    fn new(database: &'d Database, parents: i64) -> Self {
        Self::scripted(
            database,
            parents,
            GatewayScript::default(),
            Script::default(),
        )
    }

    fn scripted(
        database: &'d Database,
        parents: i64,
        gateway: GatewayScript,
        relay: Script,
    ) -> Self {
        let (gateway, relay) = (Gateway::start(gateway), Server::start(relay));
        let program = Program::new(database).relay(&relay).gateway(&gateway);
        program.school(parents, 1);
        Self {
            gateway,
            relay,
            program,
        }
    }

    /// Programmes an SMS and an e-mail to everybody, due since a second.
    fn programme(&self) -> [i64; 2] {
        [Canal::Sms, Canal::Email].map(|canal| {
            let mut new = message(canal, To::All);
            new.contenu = format!("texte {}", self.messages());
            self.program.insert(&new)
        })
    }

    fn messages(&self) -> i64 {
        self.program
            .database
            .number("SELECT CAST(count(*) AS TEXT) AS v FROM messages")
    }

    fn tally(&self) -> Tally {
        Tally::of(&self.program, &self.gateway, &self.relay)
    }

    fn accepted(&self) -> usize {
        self.gateway.accepted_count() + self.relay.accepted_count()
    }

    /// Runs with the right clock, to its end.
    fn run(&self) {
        let ended = self.program.run(&[]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    /// Kills a run without warning.
    fn kill(mut run: Child) {
        run.kill().unwrap();
        run.wait().unwrap();
    }
}

/// Waits for something that another process does.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
