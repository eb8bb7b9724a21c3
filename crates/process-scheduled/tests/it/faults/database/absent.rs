//! The database cannot be used at all: nothing leaves, and one line says why.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish, judge, programme_all};
use crate::faults::figure;
use crate::faults::oracle::Cost;
use crate::program::Program;
use crate::rows::closed_port;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use std::net::TcpListener;
use std::time::Duration;

const PARENTS: i64 = 200;

/// A run finds no database: it says so in one line, and neither peer hears anything.
fn sends_nothing(program: &Program<'_>, gateway: &Gateway, relay: &Server) {
    let heard = (gateway.connections(), relay.connections());
    for arguments in [&["--quiet"][..], &[], &["--json"]] {
        let ended = program.run(arguments);
        assert!(!judge(&ended), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
    assert_eq!((gateway.connections(), relay.connections()), heard);
}

fn peers() -> (Gateway, Server) {
    (
        Gateway::start(GatewayScript::default()),
        Server::start(Script::default()),
    )
}

#[test]
fn without_a_server_a_run_shall_be_tried_later() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let (gateway, relay) = peers();
    let database = Database::in_server(&cluster.url());
    let program = Program::new(&database).relay(&relay).gateway(&gateway);
    program.school(PARENTS, 10);
    programme_all(&program);
    cluster.crash();
    sends_nothing(&program, &gateway, &relay);
    cluster.resume();
    finish(&program);
    let accounts = settled(&program, &gateway, &relay);
    figure(&format!(
        "S3 PostgreSQL stopped: 3 runs sent nothing; then {accounts}"
    ));
}

#[test]
fn a_server_that_nobody_reaches_or_that_says_nothing_is_not_waited_for() {
    let file = Database::sqlite();
    let (gateway, relay) = peers();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [closed_port(), silent.local_addr().unwrap().port()];
    let places = ports.map(|port| format!("postgres://messages@127.0.0.1:{port}/postgres"));
    let nowhere = "postgres:///postgres?host=/nowhere&user=messages".to_owned();
    for url in places.into_iter().chain([nowhere]) {
        let program = Program::new(&file).relay(&relay).gateway(&gateway);
        let ended = program.set("DATABASE_URL", &url).run(&["--quiet"]);
        assert!(!judge(&ended), "{ended:?}");
    }
    assert_eq!((gateway.connections(), relay.connections()), (0, 0));
}

#[test]
fn a_read_only_server_sends_nothing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let (gateway, relay) = peers();
    let database = Database::in_server(&cluster.url());
    let program = Program::new(&database).relay(&relay).gateway(&gateway);
    program.school(PARENTS, 10);
    programme_all(&program);
    let standby = cluster.standby();
    let url = database.url().replace(&cluster.url(), &standby.url());
    let other = Program::new(&database).relay(&relay).gateway(&gateway);
    sends_nothing(&other.set("DATABASE_URL", &url), &gateway, &relay);
    read_only(&cluster, true);
    sends_nothing(&program, &gateway, &relay);
    read_only(&cluster, false);
    finish(&program);
    let accounts = settled(&program, &gateway, &relay);
    figure(&format!(
        "S3 read-only PostgreSQL: 6 runs sent nothing; then {accounts}"
    ));
}

#[test]
fn a_server_that_turns_read_only_in_the_middle_of_sends_is_waited_for() {
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
    crew.until_sent(&gateway, 40);
    read_only(&cluster, true);
    // Whatever was announced before is through; from then on nothing is announced.
    std::thread::sleep(Duration::from_millis(500));
    let sent = (gateway.received_count(), relay.accepted_count());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(
        (gateway.received_count(), relay.accepted_count()),
        sent,
        "sent without an intent"
    );
    read_only(&cluster, false);
    crew.join();
    // One that was just about to begin is to be tried later.
    assert!(crew.gave_up <= 1, "a second is waited for");
    finish(&program);
    let accounts = settled(&program, &gateway, &relay);
    figure(&format!("S3 PostgreSQL read-only for a second: {accounts}"));
    assert_eq!(accounts.cost, Cost::default());
}

fn read_only(cluster: &Cluster, on: bool) {
    let word = if on { "on" } else { "off" };
    cluster.execute(&format!(
        "ALTER SYSTEM SET default_transaction_read_only = {word}"
    ));
    cluster.execute("SELECT pg_reload_conf()");
    cluster.wait_for(
        word,
        "SELECT current_setting('default_transaction_read_only') AS v",
    );
}
