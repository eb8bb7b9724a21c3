//! The connection is cut around a commit: whether it happened is not known, and must be found out.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish};
use crate::faults::oracle::Cost;
use crate::faults::peers::Peers;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::figures::{figure, rounds};
use messages_testing::proxy::{Cuts, Proxy};
use std::time::Duration;

const PARENTS: i64 = 1000;

/// A run pauses for a second after a cut: many of them make more cuts in the same time.
const RUNS: usize = 10;

/// A transaction's end, and the statement that writes results and intents in one go.
const COMMITS: &[&str] = &["COMMIT", "horloge AS MATERIALIZED"];

#[test]
fn a_commit_whose_answer_is_lost_is_neither_forgotten_nor_done_twice() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::ZERO);
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    let cuts = Cuts {
        statements: COMMITS,
        every: 5,
        most: rounds(100, 1000),
    };
    let proxy = Proxy::start(cluster.port(), cuts);
    let [straight, around] = [cluster.port(), proxy.port()].map(|port| format!(":{port}/"));
    let url = database.url().replace(&straight, &around);
    let program = program.set("DATABASE_URL", &url);
    let mut crew = Crew::new(&program, RUNS);
    while proxy.made() < cuts.most {
        crew.keep_busy();
        std::thread::sleep(Duration::from_millis(20));
    }
    crew.join();
    let (survived, gave_up) = (crew.done, crew.gave_up);
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    figure(&format!(
        "S3 cuts around the commit: {} cuts, {survived} runs went on, {gave_up} gave up at their start; {accounts}",
        proxy.made()
    ));
    assert_eq!(
        accounts.cost,
        Cost::default(),
        "no answer of a peer was lost"
    );
    recorded_once(&database);
}

/// A result that is written again must not count again.
fn recorded_once(database: &Database) {
    let odd = database.texts(
        "SELECT CAST(e.id AS TEXT) AS v FROM envois e
          WHERE e.tentatives <> 1 OR e.ambigus <> 0
             OR (SELECT count(*) FROM tentatives t WHERE t.envoi = e.id) <> 1",
    );
    assert_eq!(odd, [""; 0], "envois with more than their one attempt");
}
