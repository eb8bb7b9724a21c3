//! The server crashes in the middle of sends and starts again.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish, judge, programme_all};
use crate::faults::peers::Peers;
use crate::program::Ended;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::figures::{figure, rounds};
use messages_testing::random;
use std::process::Command;
use std::time::{Duration, Instant};

/// Enough for some crashes; then the next messages are programmed.
const PARENTS: i64 = 400;

#[test]
fn a_server_that_crashes_in_the_middle_of_sends_loses_and_doubles_nothing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::from_millis(5));
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    let mut crew = Crew::new(&program, 2);
    let crashes = rounds(10, 50);
    for _ in 0..crashes {
        let some = usize::try_from(random() % 80).unwrap();
        crew.until_sent(&peers.gateway, 1 + some);
        cluster.crash();
        cluster.resume();
    }
    crew.join();
    let (survived, gave_up) = (crew.done, crew.gave_up);
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    figure(&format!(
        "S3 crash of PostgreSQL: {crashes} crashes, {survived} runs went on, {gave_up} gave up; {accounts}"
    ));
    assert!(survived > 0, "a server that is back at once costs no run");
}

/// It has written down what it heard, and the next run takes that over.
#[test]
fn a_run_that_is_asked_to_end_does_not_wait_for_a_server_that_is_away() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::from_millis(5));
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    programme_all(&program);
    let run = program.command(&["--quiet"]).spawn().unwrap();
    assert!(peers.gateway.wait_accepted(40, Duration::from_secs(60)));
    cluster.crash();
    let told = Command::new("kill").arg(run.id().to_string()).status();
    assert!(told.unwrap().success());
    let asked = Instant::now();
    let ended = Ended::from(run.wait_with_output().unwrap());
    let took = asked.elapsed();
    assert!(!judge(&ended), "{ended:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    cluster.resume();
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    // Of what was being announced when the server crashed, nobody knows any more that it stayed here.
    assert!(accounts.cost.uncertain_sms <= 4, "{accounts}");
    figure(&format!(
        "S3 stop while PostgreSQL is away: ended after {:.1} s; then {accounts}",
        took.as_secs_f64()
    ));
}
