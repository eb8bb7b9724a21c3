//! Relays that say nothing more. On SQLite only, for the database does not matter; the longest
//! are run on request: `cargo nextest run --run-ignored only`.

use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use std::process::Command;
use std::time::{Duration, Instant};

/// What one run makes of a relay that does `action` at `stage`: exit code, report, duration.
fn run(
    database: &Database,
    stage: Stage,
    action: Action,
    parents: i64,
) -> (serde_json::Value, Duration, Vec<Row>) {
    let server = Server::start(Script::default().on(stage, action));
    let program = Program::new(database).relay(&server);
    program.school(parents, 1);
    let id = program.programme(Canal::Email, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    (ended.json(), begun.elapsed(), rows(&program, id))
}

#[test]
#[ignore = "takes 50 s: three calls of 15 s each"]
fn a_relay_without_a_greeting_ends_the_run_in_time() {
    let (report, took, rows) = run(&Database::sqlite(), Stage::Banner, Action::Hang, 20);
    assert!(took < Duration::from_secs(120), "{took:?}");
    assert_eq!(stopped(&report, Canal::Email).unwrap(), "temporaire délai");
    assert!(rows.iter().all(Row::is_untouched), "{rows:?}");
}

#[test]
#[ignore = "takes 95 s: three calls of 30 s each"]
fn a_relay_that_does_not_answer_ehlo_ends_the_run_in_time() {
    let (report, took, rows) = run(&Database::sqlite(), Stage::Ehlo, Action::Hang, 20);
    assert!(took < Duration::from_secs(240), "{took:?}");
    assert_eq!(stopped(&report, Canal::Email).unwrap(), "temporaire délai");
    assert!(rows.iter().all(Row::is_untouched), "{rows:?}");
}

#[test]
#[ignore = "takes 190 s: 60 s for each call"]
fn a_relay_that_greets_byte_by_byte_ends_the_run_in_time() {
    let drip = Action::Drip(Duration::from_secs(15));
    let (_, took, rows) = run(&Database::sqlite(), Stage::Banner, drip, 20);
    assert!(took < Duration::from_secs(299), "{took:?}");
    assert!(rows.iter().all(Row::is_untouched), "{rows:?}");
}

#[test]
#[ignore = "takes 65 s: one time-out of the envelope"]
fn a_relay_that_does_not_answer_mail_ends_the_run_in_time() {
    let (_, took, rows) = run(&Database::sqlite(), Stage::Mail, Action::Hang, 20);
    assert!(took < Duration::from_secs(299), "{took:?}");
    assert!(rows.iter().all(Row::is_untouched), "{rows:?}");
}

#[test]
#[ignore = "takes 300 s: the longest that a run may take"]
fn a_relay_that_does_not_answer_the_content_ends_the_run_in_time() {
    let (_, took, rows) = run(&Database::sqlite(), Stage::Body, Action::Hang, 20);
    assert!(took < Duration::from_secs(299), "{took:?}");
    let (doubtful, rest): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.ambigus == 1);
    assert!((1..=9).contains(&doubtful.len()), "{doubtful:?}");
    assert!(
        doubtful.iter().all(|row| row.etat == "a_envoyer"),
        "{doubtful:?}"
    );
    assert!(rest.iter().all(Row::is_untouched), "{rest:?}");
}

/// 25 s each: as long as a relay may take to answer once the run is asked to end.
#[test]
fn a_stop_is_obeyed_though_the_relay_does_not_answer_mail() {
    let rows = stop_while_hanging(Stage::Mail);
    assert!(rows.iter().all(Row::is_untouched), "{rows:?}");
}

#[test]
fn a_stop_is_obeyed_though_the_relay_does_not_answer_the_content() {
    let rows = stop_while_hanging(Stage::Body);
    let (doubtful, rest): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.ambigus == 1);
    assert_eq!(doubtful.len(), 4, "one for each connection");
    assert!(
        doubtful
            .iter()
            .all(|row| (row.etat.as_str(), row.verdict.as_str()) == ("a_envoyer", "ambigu"))
    );
    assert!(rest.iter().all(Row::is_untouched), "{rest:?}");
}

fn stop_while_hanging(stage: Stage) -> Vec<Row> {
    let database = Database::sqlite();
    let server = Server::start(Script::default().on(stage, Action::Hang));
    let program = Program::new(&database).relay(&server);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let child = program.command(&[]).spawn().unwrap();
    let begun = Instant::now();
    let all_hang =
        || super::said(&server, "DATA").len() == 4 || super::said(&server, "MAIL").len() == 4;
    while !all_hang() && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    let kill = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        asked.elapsed() < Duration::from_secs(30),
        "{:?}",
        asked.elapsed()
    );
    let rows = rows(&program, id);
    assert!(
        rows.iter().all(|row| row.etat == "a_envoyer"),
        "nothing in reserve or emission: {rows:?}"
    );
    rows
}
