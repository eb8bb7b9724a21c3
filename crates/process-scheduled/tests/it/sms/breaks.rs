//! A gateway that breaks off, or is not there.

use super::{asked, numbers, reached};
use crate::program::{Program, To, number};
use crate::rows::{Row, closed_port, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::process::Command;
use std::time::{Duration, Instant};

stories!(
    a_lost_answer_leaves_it_uncertain_and_it_is_never_sent_again,
    a_gateway_that_is_away_costs_nothing_and_holds_up_no_email,
    a_run_that_is_asked_to_end_leaves_nothing_uncertain,
);

fn a_lost_answer_leaves_it_uncertain_and_it_is_never_sent_again(database: &Database) {
    let script = GatewayScript::default()
        .answer_for(&number(1), Answer::CloseAfterRead)
        .answer_for(&number(2), Answer::ResetAfterRead)
        .answer_for(&number(4), Answer::AcceptThenClose)
        .answer_for(&number(5), Answer::Raw(b"HTTP/1.1 2".to_vec()))
        .answer_for(&number(7), Answer::Raw(b"bonjour\r\n\r\n".to_vec()))
        .answer_for(
            &number(8),
            Answer::status(200, "{\"id\":1}").header("Content-Length", "500"),
        );
    let gateway = Gateway::start(script);
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(9, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&["--fail-on-error"]).code, 1);
    let states: Vec<String> = rows(&program, id).iter().map(Row::state).collect();
    let (ok, unknown) = ("envoye", "incertain resultat_inconnu");
    assert_eq!(
        states,
        [
            unknown, unknown, ok, unknown, unknown, ok, unknown, unknown, ok
        ]
    );
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
    for _ in 0..2 {
        program.wait_is_over();
        assert_eq!(program.run(&[]).code, 0);
    }
    assert_eq!(asked(&gateway), numbers(1..=9));
}

fn a_gateway_that_is_away_costs_nothing_and_holds_up_no_email(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server).set(
        "SMS_API_URL",
        &format!("http://127.0.0.1:{}/send", closed_port()),
    );
    program.school(50, 1);
    let sms = program.programme(Canal::Sms, To::All);
    let email = program.programme(Canal::Email, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Sms).unwrap(),
        "temporaire connexion"
    );
    assert_eq!(program.statut(email), "envoye");
    let waiting = rows(&program, sms);
    assert!(waiting.iter().all(Row::is_untouched), "{waiting:?}");
    assert!(
        waiting.iter().filter(|row| !row.code.is_empty()).count() <= 5 + 4,
        "{waiting:?}"
    );
    let gateway = Gateway::start(GatewayScript::default());
    let program = program.gateway(&gateway);
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&gateway), numbers(1..=50));
}

fn a_run_that_is_asked_to_end_leaves_nothing_uncertain(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_millis(400)));
    let program = Program::new(database).gateway(&gateway);
    program.school(60, 1);
    let id = program.programme(Canal::Sms, To::All);
    let child = program.command(&["--json"]).spawn().unwrap();
    assert!(gateway.wait_accepted(6, Duration::from_secs(20)));
    let kill = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let after = rows(&program, id);
    let sent = after.iter().filter(|row| row.etat == "envoye").count();
    assert_eq!(
        (sent, gateway.received_count()),
        (gateway.accepted_count(), sent)
    );
    assert!(
        after
            .iter()
            .all(|row| row.etat == "envoye" || row.is_untouched()),
        "{after:?}"
    );
    assert!((6..60).contains(&sent), "{sent}");
    let rest = Gateway::start(GatewayScript::default());
    let program = program.gateway(&rest);
    assert_eq!(program.run(&[]).code, 0);
    let mut all = [asked(&gateway), asked(&rest)].concat();
    all.sort();
    assert_eq!(all, numbers(1..=60), "nobody twice, nobody forgotten");
}
