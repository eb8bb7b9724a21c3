//! The disk of the database is full: nothing leaves without its intent, and nothing is lost.

use super::small::SmallDisk;
use crate::faults::accounts::{Accounts, forgotten, settled};
use crate::faults::crew::{Crew, OPEN, finish};
use crate::faults::oracle::Cost;
use crate::faults::peers::Peers;
use crate::program::Program;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::random;
use std::time::Duration;

const PARENTS: i64 = 500;

const SLOW: Duration = Duration::from_millis(5);

impl Peers {
    fn sent(&self) -> usize {
        self.gateway.received_count() + self.relay.accepted_count()
    }

    /// Until neither run finds room any more; then nothing leaves.
    fn fill(&self, disk: &SmallDisk, program: &Program<'_>, crew: &mut Crew<'_>) {
        let some = usize::try_from(random() % 60).unwrap();
        crew.until_sent(&self.gateway, 1 + some);
        disk.fill();
        let mut before = usize::MAX;
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(200));
            let told = program.log().contains("base de données indisponible");
            if told && before == self.sent() {
                return;
            }
            before = self.sent();
        }
        panic!("a full disk stops nothing");
    }

    fn settled(&self, program: &Program<'_>) -> Accounts {
        finish(program);
        settled(program, &self.gateway, &self.relay)
    }
}

#[test]
fn a_full_disk_that_is_freed_in_time_costs_nothing() {
    for _ in 0..amount(1, 20) {
        let Some(disk) = SmallDisk::mount(24) else {
            return;
        };
        let peers = Peers::start(SLOW);
        let database = Database::sqlite_in(disk.path());
        let program = peers.school(&database, PARENTS);
        let mut crew = Crew::new(&program, 2);
        peers.fill(&disk, &program, &mut crew);
        let unknown = forgotten(&program, &peers.gateway, &peers.relay);
        assert_eq!(unknown, [""; 0], "left without an intent");
        assert!(database.number(OPEN) > 0);
        disk.free();
        crew.join();
        // One that was just about to begin is to be tried later.
        assert!(crew.gave_up <= 1, "the room came back in time");
        let accounts = peers.settled(&program);
        figure(&format!("S4 full disk, SQLite, freed in time: {accounts}"));
        assert_eq!(accounts.cost, Cost::default());
    }
}

/// The answers that could not be committed are on another disk: the next run takes them over.
#[test]
fn a_disk_that_stays_full_ends_the_runs_and_loses_nothing() {
    for _ in 0..amount(1, 20) {
        let Some(disk) = SmallDisk::mount(24) else {
            return;
        };
        let peers = Peers::start(SLOW);
        let database = Database::sqlite_in(disk.path());
        let journal = database.folder().join("reponses");
        let program = peers
            .school(&database, PARENTS)
            .set("MESSAGES_JOURNAL", journal.to_str().unwrap());
        let mut crew = Crew::new(&program, 2);
        peers.fill(&disk, &program, &mut crew);
        let sent = peers.sent();
        crew.join();
        assert_eq!((crew.done, crew.gave_up), (0, 2));
        assert_eq!(peers.sent(), sent, "sent without an intent");
        disk.free();
        let unknown = forgotten(&program, &peers.gateway, &peers.relay);
        assert_eq!(unknown, [""; 0], "left without an intent");
        let accounts = peers.settled(&program);
        figure(&format!("S4 full disk, SQLite, 2 runs gave up: {accounts}"));
        assert_eq!(accounts.cost, Cost::default());
    }
}

#[test]
fn a_full_disk_of_the_server_loses_and_doubles_nothing() {
    for _ in 0..amount(1, 20) {
        let Some(disk) = SmallDisk::mount(96) else {
            return;
        };
        let Some(cluster) = Cluster::start_in(disk.path()) else {
            return;
        };
        let peers = Peers::start(SLOW);
        let database = Database::in_server(&cluster.url());
        let program = peers.school(&database, PARENTS);
        let mut crew = Crew::new(&program, 2);
        peers.fill(&disk, &program, &mut crew);
        disk.free();
        let fell = !cluster.is_up();
        if fell {
            cluster.resume();
        }
        crew.join();
        let gave_up = crew.gave_up;
        let accounts = peers.settled(&program);
        let server = if fell { "ended" } else { "went on" };
        figure(&format!(
            "S4 full disk, PostgreSQL: the server {server}, {gave_up} runs gave up; {accounts}"
        ));
    }
}
