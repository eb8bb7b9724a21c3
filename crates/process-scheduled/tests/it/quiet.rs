//! `--quiet`: not a byte while all is well, a sentence on stderr when somebody is needed.

use crate::program::{Program, To, mailbox};
use crate::rows::closed_port;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    all_is_well_without_a_byte,
    a_relay_that_refuses_us_is_told,
    a_gateway_that_refuses_us_is_told,
    a_message_that_nobody_got_is_told,
    an_uncertain_sms_is_told,
    a_simulation_is_told,
);

/// Runs with `--quiet` and returns the exit code and what cron would mail.
fn mailed(program: &Program<'_>) -> (i32, String) {
    let ended = program.run(&["--quiet"]);
    assert_eq!(ended.stdout, "");
    for secret in ["cle-secrete", "Nom1", &mailbox(1), "612000001"] {
        assert!(!ended.stderr.contains(secret), "{}", ended.stderr);
    }
    (ended.code, ended.stderr)
}

fn all_is_well_without_a_byte(database: &Database) {
    let (relay, gateway) = (
        Server::start(Script::default()),
        Gateway::start(GatewayScript::default()),
    );
    let program = Program::new(database).relay(&relay).gateway(&gateway);
    program.school(3, 1);
    assert_eq!(mailed(&program), (0, String::new()));
    program.programme(Canal::Sms, To::All);
    program.programme(Canal::Email, To::All);
    assert_eq!(mailed(&program), (0, String::new()));
    assert_eq!(relay.accepted().len() + gateway.accepted().len(), 6);
}

fn a_relay_that_refuses_us_is_told(database: &Database) {
    let refusal =
        |stage, text: &str| Server::start(Script::default().on(stage, Action::reply(text)));
    let cases = [
        (refusal(Stage::Banner, "554 5.7.1 Client host rejected"), 78),
        (
            refusal(Stage::Mail, "553 5.7.1 Sender address rejected"),
            78,
        ),
        (Server::start(Script::default().auth("ecole", "autre")), 78),
    ];
    let program = Program::new(database);
    program.school(2, 1);
    let id = program.programme(Canal::Email, To::All);
    for (relay, code) in &cases {
        let program = program
            .clone()
            .relay(relay)
            .set("EMAIL_HOST_USER", "ecole")
            .set("EMAIL_HOST_PASSWORD", "secret");
        let (ended, told) = mailed(&program);
        assert_eq!(ended, *code, "{told}");
        assert!(told.contains("Envoi des e-mails interrompu"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        program.wait_is_over();
    }
    let nowhere = program
        .clone()
        .set("EMAIL_HOST", "127.0.0.1")
        .set("EMAIL_PORT", &closed_port().to_string());
    let (ended, told) = mailed(&nowhere);
    assert_eq!(ended, 0);
    assert!(told.contains("Envoi des e-mails interrompu"), "{told}");
    assert_eq!(program.statut(id), "en_attente");
}

fn a_gateway_that_refuses_us_is_told(database: &Database) {
    let program = Program::new(database);
    program.school(2, 1);
    program.programme(Canal::Sms, To::All);
    let (ended, told) = mailed(&program);
    assert_eq!(ended, 78);
    assert!(told.contains("SMS_PROVIDER"), "{told}");
    for code in [401, 402] {
        let script = GatewayScript::default().answer(Answer::status(code, "no"));
        let gateway = Gateway::start(script);
        let program = program.clone().gateway(&gateway);
        program.wait_is_over();
        let (ended, told) = mailed(&program);
        assert_eq!(ended, 78, "{told}");
        assert!(told.contains("Envoi des SMS interrompu"), "{told}");
    }
}

fn a_message_that_nobody_got_is_told(database: &Database) {
    let unknown = Action::reply("550 5.1.1 User unknown");
    let relay = Server::start(Script::default().on(Stage::Rcpt, unknown));
    let program = Program::new(database).relay(&relay);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::Parent(1));
    let (ended, told) = mailed(&program);
    assert_eq!((ended, program.statut(id)), (0, "echec".to_owned()));
    assert!(
        told.contains(&format!("n° {id} ")) && told.contains("ÉCHEC"),
        "{told}"
    );
    let late = program.programme(Canal::Email, To::Parent(1));
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '2026-01-02T00:00:00Z', programme_le = '2026-01-01T00:00:00Z'
          WHERE id = {late}"
    ));
    let (ended, told) = mailed(&program);
    assert_eq!((ended, program.statut(late)), (0, "echec".to_owned()));
    assert!(
        told.contains(&format!("n° {late} ")) && told.contains("trop tard"),
        "{told}"
    );
}

fn an_uncertain_sms_is_told(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::CloseAfterRead));
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    let (ended, told) = mailed(&program);
    assert_eq!(ended, 0);
    assert!(told.contains("1 envoi incertain"), "{told}");
}

fn a_simulation_is_told(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "simulation");
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    let (ended, told) = mailed(&program);
    assert_eq!(ended, 0);
    assert!(told.contains("SIMULATION"), "{told}");
}
