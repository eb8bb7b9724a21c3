//! What the gateway's answers do to an SMS.

use super::{asked, numbers, reached};
use crate::program::{Program, To, number};
use crate::rows::{Row, count, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    an_answer_of_success_is_read,
    what_the_gateway_refuses_is_final,
    what_the_gateway_refuses_us_costs_nobody_an_attempt,
    a_redirection_is_a_fault_of_the_settings_and_is_not_followed,
    a_gateway_that_fails_leaves_it_uncertain_and_is_not_asked_again,
    a_gateway_that_always_fails_makes_a_few_uncertain_only,
    a_gateway_that_was_too_slow_to_listen_is_asked_again_a_minute_later,
);

fn typed(code: u16, kind: &str, body: &str) -> Answer {
    Answer::status(code, body).header("Content-Type", kind)
}

/// A gateway that answers parent 1 with the first answer, parent 2 with the second…
fn answering(answers: Vec<Answer>) -> Gateway {
    let script = (1..)
        .zip(answers)
        .fold(GatewayScript::default(), |script, (parent, answer)| {
            script.answer_for(&number(parent), answer)
        });
    Gateway::start(script)
}

fn an_answer_of_success_is_read(database: &Database) {
    let not_utf8 = Answer::Status {
        code: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: b"{\"id\":\"\xff\xfe\"}".to_vec(),
    };
    let gateway = answering(vec![
        typed(200, "application/json", "{\"id\":\"sms-77\"}"),
        typed(
            200,
            "text/html; charset=utf-8",
            "<!DOCTYPE html><title>Connexion</title>",
        ),
        typed(
            200,
            "application/json; charset=utf-8",
            "{\"message_id\":12345,\"status\":\"queued\"}",
        ),
        typed(200, "application/json", "{\"id\":\"sms-78\""),
        typed(200, "text/plain", "OK"),
        not_utf8,
        typed(201, "application/json", "{\"sid\":\"SM1\"}"),
        typed(202, "text/plain", ""),
    ]);
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(8, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let unknown = "incertain resultat_inconnu";
    let ok = "envoye";
    assert_eq!(
        program.states(id),
        [ok, unknown, ok, unknown, ok, unknown, ok, ok]
    );
    let references: Vec<String> = rows(&program, id)
        .into_iter()
        .map(|row| row.reference)
        .collect();
    assert_eq!(references, ["sms-77", "", "12345", "", "", "", "SM1", ""]);
    assert_eq!(ended.json()["messages"][0]["nb_incertains"], 3);
    assert_eq!(program.statut(id), "envoye");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers(1..=8), "never again by itself");
}

fn what_the_gateway_refuses_is_final(database: &Database) {
    let gateway = answering(
        [400, 404, 413, 422]
            .map(|code| Answer::status(code, "{\"error\":1}"))
            .into(),
    );
    let program = Program::new(database).gateway(&gateway);
    program.school(5, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&["--fail-on-error"]).code, 1);
    let rows = rows(&program, id);
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["400", "404", "413", "422", ""]);
    assert!(
        rows[..4].iter().all(|row| row.state() == "echec permanent"),
        "{rows:?}"
    );
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers(1..=5));
}

fn what_the_gateway_refuses_us_costs_nobody_an_attempt(database: &Database) {
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    for code in [401, 402, 403] {
        let refusal = Answer::status(code, "{\"error\":\"account\"}");
        let gateway = Gateway::start(GatewayScript::default().answer(refusal));
        program = program.gateway(&gateway);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(
            stopped(&ended.json(), Canal::Sms).unwrap(),
            format!("config {code}")
        );
        assert!(rows(&program, id).iter().all(Row::is_untouched));
        assert!(
            (1..=4).contains(&gateway.received_count()),
            "{}",
            gateway.received_count()
        );
    }
    let mended = Gateway::start(GatewayScript::default());
    let program = program.gateway(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), numbers(1..=20));
}

fn a_redirection_is_a_fault_of_the_settings_and_is_not_followed(database: &Database) {
    let target = Gateway::start(GatewayScript::default());
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    for code in [301, 302, 303, 307, 308] {
        let answer = Answer::status(code, "").header("Location", &target.url());
        let gateway = Gateway::start(GatewayScript::default().answer(answer));
        program = program.gateway(&gateway);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(
            stopped(&ended.json(), Canal::Sms).unwrap(),
            format!("config {code}")
        );
        assert!(rows(&program, id).iter().all(Row::is_untouched));
        assert!(
            gateway.received_count() <= 4,
            "{}",
            gateway.received_count()
        );
    }
    assert_eq!(target.connections(), 0, "the key would travel there");
}

fn a_gateway_that_fails_leaves_it_uncertain_and_is_not_asked_again(database: &Database) {
    let gateway = answering(
        [500, 502, 504]
            .map(|code| Answer::status(code, "oups"))
            .into(),
    );
    let program = Program::new(database).gateway(&gateway);
    program.school(4, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&["--fail-on-error"]).code, 1);
    let unknown = "incertain resultat_inconnu";
    assert_eq!(program.states(id), [unknown, unknown, unknown, "envoye"]);
    let codes: Vec<String> = rows(&program, id).into_iter().map(|row| row.code).collect();
    assert_eq!(codes, ["500", "502", "504", ""]);
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers(1..=4));
    // Only a person may decide otherwise.
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers([1, 1, 2, 2, 3, 3, 4]));
}

fn a_gateway_that_always_fails_makes_a_few_uncertain_only(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(500, "oups")));
    let program = Program::new(database).gateway(&gateway);
    program.school(100, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let uncertain = count(&program, id, "incertain");
    assert!((5..=9).contains(&uncertain), "{uncertain}");
    assert_eq!(gateway.received_count(), uncertain);
    let rest: Vec<Row> = rows(&program, id)
        .into_iter()
        .filter(|row| row.etat != "incertain")
        .collect();
    assert!(rest.iter().all(Row::is_untouched), "{rest:?}");
    let report = ended.json();
    assert_eq!(stopped(&report, Canal::Sms).unwrap(), "ambigu 500");
    assert_eq!(
        (&report["en_attente"], &report["totaux"]["incertains"]),
        (&rest.len().into(), &uncertain.into())
    );
    let people = program.run(&[]).stdout;
    assert!(
        people.contains("Envoi des SMS interrompu : le serveur d'envoi ne confirme plus"),
        "{people}"
    );
    let well = Gateway::start(GatewayScript::default());
    let program = program.gateway(&well);
    assert_eq!(program.run(&[]).code, 0);
    let mut all = [asked(&gateway), asked(&well)].concat();
    all.sort();
    assert_eq!(all, numbers(1..=100), "nobody twice");
}

fn a_gateway_that_was_too_slow_to_listen_is_asked_again_a_minute_later(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(408, "")));
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    for (attempt, minutes) in (1..).zip([1, 5, 15, 60]) {
        assert_eq!(program.run(&[]).code, 0);
        let row = rows(&program, id).remove(0);
        assert_eq!(
            (row.etat.as_str(), row.tentatives),
            ("a_envoyer", attempt),
            "{row:?}"
        );
        assert!(
            ((minutes * 48)..=(minutes * 72)).contains(&row.wait),
            "attempt {attempt}: {row:?}"
        );
        program.wait_is_over();
    }
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["echec epuise"]);
    assert_eq!(gateway.received_count(), 5);
}
