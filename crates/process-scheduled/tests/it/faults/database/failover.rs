//! A standby takes over in the middle of sends.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish};
use crate::faults::peers::Peers;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::random;
use std::time::Duration;

const PARENTS: i64 = 300;

#[test]
fn a_standby_that_takes_over_in_the_middle_of_sends_loses_and_doubles_nothing() {
    let rounds = amount(2, 20);
    for round in 0..rounds {
        let Some(first) = Cluster::start() else {
            return;
        };
        let second = first.standby();
        take_over(round, &first, &second);
    }
}

fn take_over(round: usize, first: &Cluster, second: &Cluster) {
    let peers = Peers::start(Duration::from_millis(5));
    let either = format!(
        "postgres://messages@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        first.port(),
        second.port()
    );
    let database = Database::in_server(&either);
    let program = peers.school(&database, PARENTS);
    let mut crew = Crew::new(&program, 2);
    let some = usize::try_from(random() % 100).unwrap();
    crew.until_sent(&peers.gateway, 1 + some);
    // Both orders happen. In the second one the old server still takes commits for a moment, which
    // nobody acknowledges.
    if round.is_multiple_of(2) {
        first.crash();
        second.promote();
    } else {
        second.promote();
        first.crash();
    }
    crew.until_sent(&peers.gateway, 1);
    crew.join();
    let (survived, gave_up) = (crew.done, crew.gave_up);
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    figure(&format!(
        "S3 failover, round {}: {survived} runs went on, {gave_up} gave up; {accounts}",
        round + 1
    ));
}
