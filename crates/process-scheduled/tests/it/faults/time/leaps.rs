//! A clock that is set while a run is at work, with deliveries under way. On SQLite: on PostgreSQL
//! the server's clock counts.

use super::{Fake, SENDERS, Stage, wait_until};
use crate::faults::tally::Tally;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::http::{Answer, GatewayScript};
use messages_testing::smtp::{Action, Script, Stage as Moment};
use std::path::Path;
use std::time::Duration;

const PARENTS: i64 = 60;
const ALL: usize = 120;

/// Senders of each channel that wait for their peer while the others go on.
const SLOW: usize = 2;

/// All at once, for the program may read it at any moment.
fn set(clock: &Path, to: &str) {
    let new = clock.with_extension("new");
    std::fs::write(&new, format!("{to}\n")).unwrap();
    std::fs::rename(&new, clock).unwrap();
}

/// The first answers of both peers take longer than the run waits before it looks for dead leases.
fn slow_stage(database: &Database) -> Stage<'_> {
    let sms = Answer::DripBody(Duration::from_millis(600));
    let email = Action::Drip(Duration::from_millis(500));
    let line = Duration::from_millis(100);
    let gateway = GatewayScript::default().answer_first(SLOW, sms);
    let relay = Script::default().on_first(SLOW, Moment::Body, email);
    Stage::scripted(
        database,
        PARENTS,
        gateway.latency(line),
        relay.latency(line),
    )
}

fn leaps(by: &str) {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let stage = slow_stage(&database);
    stage.programme();
    let clock = database.folder().join("clock");
    set(&clock, "+0");
    let run = fake.settable(&stage.program, &clock).spawn().unwrap();
    wait_until("some senders wait for their peer, the others go on", || {
        let contents = stage.relay.commands();
        let contents = contents.iter().filter(|(_, line)| line == "DATA").count();
        stage.gateway.received_count() >= SENDERS && contents >= SENDERS
    });
    set(&clock, by);
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let after = stage.tally();
    let expected = Tally {
        sent: after.sent,
        open: ALL - after.sent,
        ..Tally::default()
    };
    assert_eq!(after, expected, "{by}");
    assert!(after.sent >= 2 * SENDERS, "{by}: {after:?}");
    let report = "SELECT CAST(nb_incertains AS TEXT) AS v FROM passages";
    assert_eq!(database.texts(report), ["0"], "{by}");
    // The clock is right again.
    stage.run();
    assert_eq!(stage.tally(), Tally::all_sent(ALL), "{by}");
    stage.program.verify();
    figure(&format!(
        "S7 clock set by {by} during a run, SQLite: {ALL} sent, 0 twice, 0 uncertain, 0 lost"
    ));
}

#[test]
fn a_leap_of_an_hour_forwards_doubles_nothing() {
    leaps("+1h");
}

#[test]
fn a_leap_of_an_hour_backwards_doubles_nothing() {
    leaps("-1h");
}

#[test]
fn a_leap_of_a_day_backwards_doubles_nothing() {
    leaps("-1d");
}
