//! A 200 whose body says no.

use super::{asked, numbers, reached};
use crate::program::{Program, To, message, number};
use crate::rows::{Row, rows};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    a_body_that_says_no_is_a_refusal_of_the_number,
    a_body_that_says_no_to_us_costs_nobody_an_attempt,
    a_body_that_asks_for_patience_is_given_it,
    what_tells_nothing_is_accepted_and_its_words_are_kept,
    a_text_is_sent_in_composed_letters_and_plain_lines,
);

fn a_body_that_says_no_is_a_refusal_of_the_number(database: &Database) {
    let bodies = [
        "ERROR:14",
        r#"{"success":false}"#,
        r#"{"status":"error","message":"Invalid number"}"#,
        r#"{"ids":[],"invalidReceivers":["+33600000000"]}"#,
        r#"{"messages":[{"status":"6","error-text":"Unroutable"}]}"#,
    ];
    // The first is accepted: refusals of everybody would be about us.
    let script = (2..)
        .zip(bodies)
        .fold(GatewayScript::default(), |script, (parent, body)| {
            script.answer_for(&number(parent), Answer::status(200, body))
        });
    let gateway = Gateway::start(script);
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(9, 1);
    let id = program.programme(Canal::Sms, To::All);
    program.run(&[]);
    let rows = rows(&program, id);
    for (row, body) in rows.iter().skip(1).zip(bodies) {
        assert_eq!(
            (row.state().as_str(), row.code.as_str()),
            ("echec permanent", "200"),
            "{row:?}"
        );
        assert_eq!(row.detail, body);
    }
    assert_eq!(rows[0].etat, "envoye");
    assert!(rows[6..].iter().all(|row| row.etat == "envoye"), "{rows:?}");
    program.wait_is_over();
    program.run(&[]);
    assert_eq!(asked(&gateway), numbers(1..=9), "nobody twice");
}

fn a_body_that_says_no_to_us_costs_nobody_an_attempt(database: &Database) {
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    for body in [
        r#"{"code":401,"message":"Unauthorized"}"#,
        r#"{"message-count":"1","messages":[{"status":"4"}]}"#,
        r#"{"success":false,"message":"Crédit insuffisant"}"#,
        "ERR: 001, Authentication failed",
    ] {
        let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(200, body)));
        program = program.gateway(&gateway);
        assert_eq!(program.run(&[]).code, 78, "{body}");
        assert!(rows(&program, id).iter().all(Row::is_untouched), "{body}");
        assert!(gateway.received_count() <= 4, "{body}");
    }
    let mended = Gateway::start(GatewayScript::default());
    let program = program.gateway(&mended);
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), numbers(1..=20));
}

fn a_body_that_asks_for_patience_is_given_it(database: &Database) {
    let body = r#"{"messages":[{"status":"1","error-text":"Throttled"}]}"#;
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(200, body)));
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(5, 1);
    let id = program.programme(Canal::Sms, To::All);
    program.run(&[]);
    assert!(rows(&program, id).iter().all(|row| row.etat == "a_envoyer"));
    assert!(
        gateway.received_count() <= 2,
        "{}",
        gateway.received_count()
    );
}

fn what_tells_nothing_is_accepted_and_its_words_are_kept(database: &Database) {
    let bodies = ["OK: 12345", "", r#"{"status":1}"#, "1701|ok"];
    let script = (1..)
        .zip(bodies)
        .fold(GatewayScript::default(), |script, (parent, body)| {
            let answer = Answer::status(200, body).header("Content-Type", "text/plain");
            script.answer_for(&number(parent), answer)
        });
    let gateway = Gateway::start(script);
    let program = Program::new(database).gateway(&gateway);
    program.school(4, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    for (row, body) in rows(&program, id).iter().zip(bodies) {
        assert_eq!((row.etat.as_str(), row.detail.as_str()), ("envoye", body));
    }
}

fn a_text_is_sent_in_composed_letters_and_plain_lines(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    let mut decomposed = message(Canal::Sms, To::All);
    "Re\u{301}union\r\na\u{300} 18 h".clone_into(&mut decomposed.contenu);
    program.insert(&decomposed);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.accepted()[0].body["message"], "Réunion\nà 18 h");
}
