//! Runs that are killed, frozen and asked to stop at any moment: nothing is lost, no SMS leaves
//! twice, and an e-mail only when its answer was lost (S1).

use super::oracle::{Cost, end_leases, finish, judge};
use super::peers::Peers;
use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{figure, rounds};
use messages_testing::stories;
use std::hash::{BuildHasher, RandomState};
use std::process::Child;
use std::time::Duration;

stories!(
    kills_lose_no_sms_and_double_none,
    kills_lose_no_email_and_double_few,
    kills_of_runs_with_both_channels,
    a_run_that_was_frozen_beyond_its_lease_changes_nothing,
    stops_leave_nothing_uncertain,
);

const SENDERS: usize = 4;

/// A message to so many keeps runs busy for some kills; then the next ones are programmed.
const MANY: i64 = 1500;

/// Enough to be interrupted in the middle.
const SOME: i64 = 300;

/// A school, its peers, and the program between them.
struct Scene<'d> {
    program: Program<'d>,
    peers: Peers,
    canaux: &'d [Canal],
}

impl<'d> Scene<'d> {
    fn new(database: &'d Database, canaux: &'d [Canal], parents: i64, latency: u64) -> Self {
        let peers = Peers::start(Duration::from_millis(latency));
        let program = peers.school(database, parents);
        Self {
            program,
            peers,
            canaux,
        }
    }

    /// One more message to everybody, by each channel, with a text of its own.
    fn programme(&self) {
        let count = "SELECT CAST(count(*) AS TEXT) AS v FROM messages";
        for canal in self.canaux {
            let mut new = message(*canal, To::All);
            new.contenu = format!("texte {}", self.program.database.number(count));
            self.program.insert(&new);
        }
    }

    fn spawn(&self) -> Child {
        self.program.command(&["--quiet"]).spawn().unwrap()
    }

    /// Ends what is left, judges, and tells the figures of so many `events`.
    fn judge(&self, what: &str, events: usize, dead: &[u32]) -> Cost {
        let runs = finish(&self.program, dead);
        let cost = judge(&self.program, &self.peers.relay, &self.peers.gateway);
        figure(&format!(
            "{what}, {}, {}: {events} events, {} SMS and {} e-mails accepted, 0 lost, 0 SMS twice, \
             {} uncertain SMS, {} second e-mails, {runs} run(s) to end",
            self.program.database.kind(),
            self.channels(),
            self.peers.gateway.accepted_count(),
            self.peers.relay.accepted_count(),
            cost.uncertain_sms,
            cost.doubled_emails,
        ));
        cost
    }

    fn channels(&self) -> String {
        let names: Vec<&str> = self.canaux.iter().map(|canal| canal.as_str()).collect();
        names.join("+")
    }
}

fn kills_lose_no_sms_and_double_none(database: &Database) {
    kills(database, &[Canal::Sms], 2, rounds(200, 1000));
}

fn kills_lose_no_email_and_double_few(database: &Database) {
    kills(database, &[Canal::Email], 4, rounds(200, 1000));
}

fn kills_of_runs_with_both_channels(database: &Database) {
    kills(database, &[Canal::Sms, Canal::Email], 8, rounds(50, 1000));
}

/// `runs` at once, of which one is killed at a random moment, again and again.
fn kills(database: &Database, canaux: &[Canal], runs: usize, kills: usize) {
    let scene = Scene::new(database, canaux, MANY, 0);
    let dead = kill_runs(&scene, runs, kills);
    let cost = scene.judge("S1 kills", dead.len(), &dead);
    let most = dead.len() * SENDERS * canaux.len();
    assert!(
        cost.uncertain_sms + cost.uncertain_emails <= most,
        "at most one for each sender that was killed: {cost:?}"
    );
}

/// Kills runs 4 to 120 ms after one another. Returns the dead.
fn kill_runs(scene: &Scene<'_>, runs: usize, kills: usize) -> Vec<u32> {
    let mut alive: Vec<Child> = Vec::new();
    let mut dead = Vec::new();
    while dead.len() < kills {
        while alive.len() < runs {
            alive.push(scene.spawn());
        }
        std::thread::sleep(Duration::from_millis(4 + random() % 117));
        let victim = usize::try_from(random()).unwrap_or(0) % runs;
        let mut run = alive.swap_remove(victim);
        if run.try_wait().unwrap().is_some() {
            // It found nothing more to do.
            scene.programme();
            continue;
        }
        dead.push(kill(scene, run));
    }
    dead.extend(alive.into_iter().map(|run| kill(scene, run)));
    dead
}

fn kill(scene: &Scene<'_>, mut run: Child) -> u32 {
    run.kill().unwrap();
    run.wait().unwrap();
    end_leases(&scene.program, &[run.id()]);
    run.id()
}

/// Frozen as by a suspended machine: another run takes over when the lease is over, and what the
/// sleeper says when it wakes up is not believed where somebody else has tried since.
fn a_run_that_was_frozen_beyond_its_lease_changes_nothing(database: &Database) {
    let canaux = [Canal::Sms, Canal::Email];
    let scene = Scene::new(database, &canaux, SOME, 3);
    let freezes = rounds(10, 200);
    let mut sleepers = Vec::new();
    for _ in 0..freezes {
        scene.programme();
        let sleeper = scene.spawn();
        std::thread::sleep(Duration::from_millis(20 + random() % 200));
        freeze(database, sleeper.id());
        end_leases(&scene.program, &[sleeper.id()]);
        let mut other = scene.spawn();
        std::thread::sleep(Duration::from_millis(random() % 400));
        signal("CONT", sleeper.id());
        other.wait().unwrap();
        sleepers.push(sleeper);
    }
    let ids: Vec<u32> = sleepers.iter().map(Child::id).collect();
    for mut sleeper in sleepers {
        let ended = sleeper.wait().unwrap();
        let log = scene.program.log();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(ended.success(), "{ended}: {errors:?}");
    }
    scene.judge("S1 freezes", freezes, &ids);
}

/// Between two of its transactions: a program that sleeps in the middle of one keeps everybody out
/// of a SQLite file, until it wakes up or its machine is started again.
fn freeze(database: &Database, pid: u32) {
    loop {
        signal("STOP", pid);
        if !database.is_locked() {
            return;
        }
        signal("CONT", pid);
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// SIGTERM at any moment: the run ends by itself, gives back what it holds and leaves nothing in
/// doubt.
fn stops_leave_nothing_uncertain(database: &Database) {
    let canaux = [Canal::Sms, Canal::Email];
    let scene = Scene::new(database, &canaux, SOME, 0);
    let stops = rounds(50, 200);
    let mut stopped = 0;
    while stopped < stops {
        // In the middle of its work, wherever that is; every tenth one before it has begun.
        let wanted = match stopped % 10 {
            0 => 0,
            _ => scene.peers.gateway.accepted_count() + 1 + usize::try_from(random() % 50).unwrap(),
        };
        let mut run = scene.spawn();
        while scene.peers.gateway.accepted_count() < wanted && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(300));
        }
        if run.try_wait().unwrap().is_some() {
            scene.programme();
            continue;
        }
        signal("TERM", run.id());
        let status = run.wait().unwrap();
        // Before it listens to signals, one ends it like any program: nothing was begun then.
        assert!(status.success() || status.code().is_none(), "{status}");
        let held =
            "SELECT CAST(count(*) AS TEXT) AS v FROM envois WHERE etat IN ('reserve', 'emission')";
        assert_eq!(database.number(held), 0, "held by a run that has ended");
        stopped += 1;
    }
    let cost = scene.judge("S1 stops", stops, &[]);
    assert_eq!(cost, Cost::default(), "nothing in doubt, nothing doubled");
}

fn signal(name: &str, pid: u32) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
    // It may have ended meanwhile.
    status.unwrap();
}

fn random() -> u64 {
    RandomState::new().hash_one(0u8)
}
