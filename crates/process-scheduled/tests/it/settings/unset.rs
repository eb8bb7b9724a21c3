//! A school that uses one channel only.

use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;

stories!(
    without_a_relay_sms_leave_and_emails_are_told_of,
    without_a_gateway_emails_leave_and_sms_are_told_of,
    with_neither_the_rest_is_still_checked,
);

/// A message on each channel: one leaves, the other waits and is told of.
fn one_leaves(program: &Program<'_>, leaves: Canal, waits: Canal, setting: &str) {
    program.school(3, 1);
    let check = program.run(&["check"]);
    assert_eq!(check.code, 0, "{check:?}");
    let unset = format!("canal non réglé ({setting})");
    assert_eq!(check.stdout.matches(&unset).count(), 1, "{check:?}");
    let [left, waiting] = [leaves, waits].map(|canal| program.programme(canal, To::All));
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(stopped(&ended.json(), waits).unwrap(), "config réglage");
    assert_eq!(stopped(&ended.json(), leaves), None);
    assert_eq!(program.statut(left), "envoye");
    assert!(rows(program, waiting).iter().all(Row::is_untouched));
    let people = program.run(&[]);
    assert!(people.stdout.contains(setting), "{people:?}");
    // The other channel's fault is no fault of the settings.
    assert_eq!(program.run(&["check"]).code, 0);
}

fn without_a_relay_sms_leave_and_emails_are_told_of(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    one_leaves(&program, Canal::Sms, Canal::Email, "EMAIL_HOST");
    assert_eq!(gateway.accepted_count(), 3);
}

fn without_a_gateway_emails_leave_and_sms_are_told_of(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    one_leaves(&program, Canal::Email, Canal::Sms, "SMS_PROVIDER");
    assert_eq!(server.accepted_count(), 3);
}

fn with_neither_the_rest_is_still_checked(database: &Database) {
    let program = Program::new(database);
    let check = program.run(&["check"]);
    assert_eq!(check.code, 0, "{check:?}");
    assert_eq!(
        check.stdout.matches("canal non réglé").count(),
        2,
        "{check:?}"
    );
    // A relay that is named and away is a fault.
    let named = program
        .set("EMAIL_HOST", "127.0.0.1")
        .set("EMAIL_PORT", "1");
    let check = named.run(&["check"]);
    assert_ne!(check.code, 0, "{check:?}");
    assert_eq!(
        check.stdout.matches("canal non réglé").count(),
        1,
        "{check:?}"
    );
}
