//! The database cannot be used at all: nothing leaves, and one line says why.

use crate::faults::accounts::settled;
use crate::faults::crew::{Crew, finish, judge, programme_all};
use crate::faults::oracle::Cost;
use crate::faults::peers::Peers;
use crate::program::Program;
use crate::rows::closed_port;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use std::net::TcpListener;
use std::time::Duration;

const PARENTS: i64 = 200;

/// A run finds no database: it says so in one line, and neither peer hears anything.
fn sends_nothing(program: &Program<'_>, peers: &Peers) {
    let connections = || (peers.gateway.connections(), peers.relay.connections());
    let heard = connections();
    for arguments in [&["--quiet"][..], &[], &["--json"]] {
        let ended = program.run(arguments);
        assert!(!judge(&ended), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
    assert_eq!(connections(), heard);
}

#[test]
fn without_a_server_a_run_shall_be_tried_later() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::ZERO);
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    programme_all(&program);
    cluster.crash();
    sends_nothing(&program, &peers);
    cluster.resume();
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    figure(&format!(
        "S3 PostgreSQL stopped: 3 runs sent nothing; then {accounts}"
    ));
}

#[test]
fn a_server_that_nobody_reaches_or_that_says_nothing_is_not_waited_for() {
    let file = Database::sqlite();
    let peers = Peers::start(Duration::ZERO);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [closed_port(), silent.local_addr().unwrap().port()];
    let places = ports.map(|port| format!("postgres://messages@127.0.0.1:{port}/postgres"));
    let nowhere = "postgres:///postgres?host=/nowhere&user=messages".to_owned();
    for url in places.into_iter().chain([nowhere]) {
        let program = peers.program(&file).set("DATABASE_URL", &url);
        let ended = program.run(&["--quiet"]);
        assert!(!judge(&ended), "{ended:?}");
    }
    let (gateway, relay) = (&peers.gateway, &peers.relay);
    assert_eq!((gateway.connections(), relay.connections()), (0, 0));
}

#[test]
fn a_read_only_server_sends_nothing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::ZERO);
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    programme_all(&program);
    let standby = cluster.standby();
    let url = database.url().replace(&cluster.url(), &standby.url());
    let other = peers.program(&database).set("DATABASE_URL", &url);
    sends_nothing(&other, &peers);
    set(&cluster, "default_transaction_read_only", "on");
    sends_nothing(&program, &peers);
    set(&cluster, "default_transaction_read_only", "off");
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    figure(&format!(
        "S3 read-only PostgreSQL: 6 runs sent nothing; then {accounts}"
    ));
}

#[test]
fn a_server_that_turns_read_only_in_the_middle_of_sends_is_waited_for() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::from_millis(5));
    let (gateway, relay) = (&peers.gateway, &peers.relay);
    let database = Database::in_server(&cluster.url());
    let program = peers.school(&database, PARENTS);
    let mut crew = Crew::new(&program, 2);
    crew.until_sent(gateway, 40);
    set(&cluster, "default_transaction_read_only", "on");
    // Whatever was announced before is through; from then on nothing is announced.
    std::thread::sleep(Duration::from_millis(500));
    let sent = (gateway.received_count(), relay.accepted_count());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(
        (gateway.received_count(), relay.accepted_count()),
        sent,
        "sent without an intent"
    );
    set(&cluster, "default_transaction_read_only", "off");
    crew.join();
    // One that was just about to begin is to be tried later.
    assert!(crew.gave_up <= 1, "a second is waited for");
    finish(&program);
    let accounts = settled(&program, gateway, relay);
    figure(&format!("S3 PostgreSQL read-only for a second: {accounts}"));
    assert_eq!(accounts.cost, Cost::default());
}

#[test]
fn a_server_that_would_forget_is_told_of() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let peers = Peers::start(Duration::ZERO);
    let database = Database::in_server(&cluster.url());
    let program = peers.program(&database);
    let says = |what| program.run(&["check"]).stdout.contains(what);
    assert!(says("PostgreSQL répond\n"));
    for setting in ["fsync", "full_page_writes"] {
        set(&cluster, setting, "off");
        assert!(says("PostgreSQL répond ; à voir : fsync"), "{setting}");
        set(&cluster, setting, "on");
    }
    assert!(says("PostgreSQL répond\n"));
}

fn set(cluster: &Cluster, setting: &str, word: &str) {
    cluster.execute(&format!("ALTER SYSTEM SET {setting} = {word}"));
    cluster.execute("SELECT pg_reload_conf()");
    let question = format!("SELECT current_setting('{setting}') AS v");
    cluster.wait_for(word, &question);
}
