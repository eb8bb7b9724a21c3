//! A relay that is away, sends us away, or is in use when the run is asked to end.

use super::{mailboxes, reached};
use crate::program::{Program, To};
use crate::rows::{Row, closed_port, count, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

stories!(
    a_relay_that_is_away_costs_nothing_and_holds_up_no_sms,
    a_relay_that_hangs_up_is_called_five_times,
    a_relay_that_sends_us_away_for_now_is_called_five_times,
    a_relay_that_wants_nothing_from_us_is_a_fault_of_the_settings,
    a_run_that_is_asked_to_end_ends_what_is_under_way_and_gives_back_the_rest,
    a_run_that_is_asked_to_end_does_not_wait_for_a_greeting,
);

fn a_relay_that_is_away_costs_nothing_and_holds_up_no_sms(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database)
        .gateway(&gateway)
        .set("EMAIL_HOST", "127.0.0.1")
        .set("EMAIL_PORT", &closed_port().to_string());
    program.school(20, 1);
    let email = program.programme(Canal::Email, To::All);
    let sms = program.programme(Canal::Sms, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "temporaire connexion"
    );
    assert_eq!(stopped(&ended.json(), Canal::Sms), None);
    assert!(rows(&program, email).iter().all(Row::is_untouched));
    assert_eq!(
        (program.statut(email), program.statut(sms)),
        ("en_attente".into(), "envoye".into())
    );
    assert_eq!(gateway.accepted_count(), 20);
    let server = Server::start(Script::default());
    let program = program.relay(&server);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=20));
}

fn a_relay_that_hangs_up_is_called_five_times(database: &Database) {
    called_five_times(database, Action::Close);
}

fn a_relay_that_sends_us_away_for_now_is_called_five_times(database: &Database) {
    called_five_times(database, Action::reply("421 4.3.2 too many connections"));
}

fn called_five_times(database: &Database, greeting: Action) {
    let server = Server::start(Script::default().on(Stage::Banner, greeting));
    let program = Program::new(database).relay(&server);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        stopped(&ended.json(), Canal::Email)
            .unwrap()
            .starts_with("temporaire"),
        "{ended:?}"
    );
    assert_eq!(server.connections(), 5);
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    let people = program.run(&[]).stdout;
    assert!(
        people.contains("Envoi des e-mails interrompu pour ce traitement"),
        "{people}"
    );
    assert!(people.contains("20 envois attendent"), "{people}");
}

fn a_relay_that_wants_nothing_from_us_is_a_fault_of_the_settings(database: &Database) {
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    for (stage, code) in [(Stage::Banner, "554"), (Stage::Ehlo, "550")] {
        let refusal = Action::reply(format!("{code} 5.7.1 not you"));
        let server = Server::start(Script::default().on(stage, refusal));
        program = program.relay(&server);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(
            stopped(&ended.json(), Canal::Email).unwrap(),
            format!("config {code} 5.7.1")
        );
        assert_eq!(server.connections(), 1);
        assert!(rows(&program, id).iter().all(Row::is_untouched));
    }
}

fn terminate(child: &Child) {
    let sent = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

fn a_run_that_is_asked_to_end_ends_what_is_under_way_and_gives_back_the_rest(database: &Database) {
    let slow = Server::start(Script::default().latency(Duration::from_millis(300)));
    let program = Program::new(database).relay(&slow);
    program.school(60, 1);
    let id = program.programme(Canal::Email, To::All);
    let child = program.command(&["--json"]).spawn().unwrap();
    assert!(slow.wait_accepted(2, Duration::from_secs(20)));
    terminate(&child);
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["arret"], "demande");
    let sent = count(&program, id, "envoye");
    assert!((2..20).contains(&sent), "{sent}");
    assert_eq!(count(&program, id, "a_envoyer"), 60 - sent);
    assert_eq!(
        slow.accepted_count(),
        sent,
        "what was under way was waited for"
    );
    let rest = rows(&program, id);
    assert!(
        rest.iter()
            .filter(|row| row.etat == "a_envoyer")
            .all(Row::is_untouched)
    );
    let fast = Server::start(Script::default());
    let program = program.relay(&fast);
    assert_eq!(program.run(&[]).code, 0);
    let mut all = [reached(&slow), reached(&fast)].concat();
    all.sort();
    assert_eq!(all, mailboxes(1..=60), "each address exactly once");
    assert_eq!(program.statut(id), "envoye");
}

fn a_run_that_is_asked_to_end_does_not_wait_for_a_greeting(database: &Database) {
    let server = Server::start(Script::default().on(Stage::Banner, Action::Hang));
    let program = Program::new(database).relay(&server);
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    let child = program.command(&[]).spawn().unwrap();
    let begun = Instant::now();
    while server.connections() == 0 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    terminate(&child);
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        asked.elapsed() < Duration::from_secs(6),
        "{:?}",
        asked.elapsed()
    );
    assert!(rows(&program, id).iter().all(Row::is_untouched));
}
