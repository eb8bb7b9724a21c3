//! The server crashes in the middle of sends and starts again.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish};
use crate::faults::{amount, figure};
use crate::program::Program;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::random;
use messages_testing::smtp::{Script, Server};
use std::time::Duration;

/// Enough for some crashes; then the next messages are programmed.
const PARENTS: i64 = 400;

#[test]
fn a_server_that_crashes_in_the_middle_of_sends_loses_and_doubles_nothing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let slow = Duration::from_millis(5);
    let relay = Server::start(Script::default().latency(slow));
    let gateway = Gateway::start(GatewayScript::default().latency(slow));
    let database = Database::in_server(&cluster.url());
    let program = Program::new(&database).relay(&relay).gateway(&gateway);
    program.school(PARENTS, 10);
    let mut crew = Crew::new(&program, 2);
    let crashes = amount(10, 50);
    for _ in 0..crashes {
        let some = usize::try_from(random() % 80).unwrap();
        crew.until_sent(&gateway, 1 + some);
        cluster.crash();
        cluster.resume();
    }
    crew.join();
    let (survived, gave_up) = (crew.done, crew.gave_up);
    finish(&program);
    let accounts = settled(&program, &gateway, &relay);
    figure(&format!(
        "S3 crash of PostgreSQL: {crashes} crashes, {survived} runs went on, {gave_up} gave up; {accounts}"
    ));
    assert!(survived > 0, "a server that is back at once costs no run");
}
