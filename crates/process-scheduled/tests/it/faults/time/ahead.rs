//! What a clock that ran ahead wrote must not hold anybody up once the clock is right. On SQLite:
//! on PostgreSQL the server's clock counts.

use super::{Fake, SENDERS, Stage, wait_until};
use crate::faults::tally::Tally;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::http::{Answer, GatewayScript};
use messages_testing::smtp::{Action, Script, Stage as Moment};
use std::time::Duration;

const PARENTS: i64 = 60;
const ALL: usize = 120;

/// Programmes as on a machine whose clock runs ahead by so many hours.
fn programme_ahead(stage: &Stage<'_>, hours: u64) {
    let ids = stage.programme();
    let ahead = stage.program.conn().now().unwrap() + Duration::from_secs(hours * 3600);
    stage.program.database.execute(&format!(
        "UPDATE messages SET programme_le = '{ahead}', date_creation = '{ahead}' WHERE id IN ({}, {})",
        ids[0], ids[1]
    ));
}

/// A run with a clock that is `hours` ahead dies in the middle; then the clock is right.
fn dies_ahead(hours: u64) {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let slow = Duration::from_millis(100);
    let stage = Stage::scripted(
        &database,
        PARENTS,
        GatewayScript::default().latency(slow),
        Script::default().latency(slow),
    );
    programme_ahead(&stage, hours);
    let ahead = format!("+{hours}h");
    let run = fake.command(&stage.program, &ahead, &[]).spawn().unwrap();
    wait_until("both channels are at work", || {
        stage.gateway.accepted_count() >= 8 && stage.relay.accepted_count() >= 4
    });
    Stage::kill(run);
    let before = stage.tally();
    assert!(before.open > SENDERS, "nothing was left over: {before:?}");
    stage.run();
    let tally = stage.tally();
    let open = stage.program.database.texts(
        "SELECT etat || ' ' || prochaine || ' ' || COALESCE(bail_jusqua, '') AS v FROM envois
          WHERE etat IN ('a_envoyer', 'reserve', 'emission')",
    );
    assert_eq!(tally.open, 0, "still waiting: {open:?}");
    assert_eq!(
        (tally.sms_twice, tally.lost, tally.denied),
        (0, 0, 0),
        "{tally:?}"
    );
    assert!(
        tally.uncertain <= SENDERS && tally.emails_twice <= SENDERS,
        "{tally:?}"
    );
    assert_eq!(tally.stopped, 0, "{tally:?}");
    assert!(tally.sent + tally.uncertain >= ALL, "{tally:?}");
    stage.program.verify();
    figure(&format!(
        "S7 killed with a clock {hours} h ahead, SQLite: {} sent, 0 SMS twice, {} e-mails twice, \
         {} uncertain, 0 lost, 0 left after one run with the right clock",
        tally.sent, tally.emails_twice, tally.uncertain
    ));
}

#[test]
fn a_run_that_dies_an_hour_ahead_leaves_nothing_waiting() {
    dies_ahead(1);
}

#[test]
fn a_run_that_dies_a_day_ahead_leaves_nothing_waiting() {
    dies_ahead(24);
}

/// Both peers ask to come back later, of a run whose clock is ahead.
fn told_to_wait(database: &Database) -> Stage<'_> {
    let busy = Answer::status(429, "{}").header("Retry-After", "120");
    let greylist = Action::reply("451 4.7.1 Greylisted");
    Stage::scripted(
        database,
        PARENTS,
        GatewayScript::default().answer_first(1, busy),
        Script::default().on_first(60, Moment::Rcpt, greylist),
    )
}

#[test]
fn pauses_and_retries_of_a_clock_a_day_ahead_are_void() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let stage = told_to_wait(&database);
    programme_ahead(&stage, 24);
    assert_eq!(fake.run(&stage.program, "+24h").code, 0);
    assert!(stage.tally().open >= 60, "{:?}", stage.tally());
    stage.run();
    assert_eq!(stage.tally(), Tally::all_sent(ALL));
    stage.program.verify();
}

#[test]
fn pauses_and_retries_of_a_clock_an_hour_ahead_end_with_that_hour() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let stage = told_to_wait(&database);
    programme_ahead(&stage, 1);
    assert_eq!(fake.run(&stage.program, "+1h").code, 0);
    assert!(stage.tally().open >= 60, "{:?}", stage.tally());
    stage.run();
    assert_eq!(fake.run(&stage.program, "+70m").code, 0);
    assert_eq!(stage.tally(), Tally::all_sent(ALL));
    stage.program.verify();
}
