//! No personal data where it does not belong, whatever peers say.

use crate::program::{Program, To, mailbox, number};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    failures_of_all_kinds_leave_no_personal_data_in_the_log,
    faults_of_the_settings_leave_no_personal_data_in_the_log,
);

const USER: &str = "compte-du-relais";
const PASSWORD: &str = "mot-de-passe-secret";

/// Everything that belongs to a person, or opens a door.
fn secrets() -> Vec<String> {
    let persons = (1..=8).flat_map(|n| [mailbox(n), number(n), number(n).replace("+33", "0")]);
    let words = [
        "Nom1",
        "Nom2",
        "Prénom",
        "Élève",
        "Classe 1",
        "Réunion",
        "réunion",
        "Bonjour",
        "vie scolaire",
    ];
    let doors = [USER, PASSWORD, "cle-secrete", "apiKey"];
    persons
        .chain(words.into_iter().chain(doors).map(str::to_owned))
        .collect()
}

fn assert_clean(program: &Program<'_>, arguments: &[&str], code: i32) {
    let ended = program.run(arguments);
    assert_eq!(ended.code, code, "{ended:?}");
    let log = program.log();
    assert!(log.contains("debut mode=reel") && !ended.stderr.is_empty());
    for (place, text) in [("log", &log), ("stderr", &ended.stderr)] {
        for secret in secrets() {
            assert!(
                !text.contains(&secret),
                "{secret:?} in the {place}:\n{text}"
            );
        }
    }
}

/// The same words for a parent, as peers quote them.
fn quoting(code: &str, parent: i64) -> Action {
    Action::reply(format!(
        "{code} <{}> Nom{parent} Prénom{parent} : Réunion",
        mailbox(parent)
    ))
}

fn failures_of_all_kinds_leave_no_personal_data_in_the_log(database: &Database) {
    let script = Script::default()
        .auth(USER, PASSWORD)
        .on_recipient("parent2@", Stage::Rcpt, quoting("550 5.1.1", 2))
        .on_recipient("parent3@", Stage::Rcpt, quoting("450 4.2.0", 3))
        .on_recipient("parent4@", Stage::Body, quoting("554", 4))
        .on_recipient("parent5@", Stage::Body, quoting("354", 5))
        .on_recipient("parent6@", Stage::Body, quoting("bonjour", 6))
        .on_recipient("parent7@", Stage::Data, quoting("421", 7));
    let relay = Server::start(script);
    let quote = |parent| format!("{} Nom{parent} cle-secrete Bonjour", number(parent));
    let script = GatewayScript::default()
        .answer_for(&number(2), Answer::status(400, &quote(2)))
        .answer_for(&number(3), Answer::status(500, &quote(3)))
        .answer_for(&number(4), Answer::status(200, &format!("<p>{}", quote(4))))
        .answer_for(&number(5), Answer::CloseAfterRead)
        .answer_for(&number(6), Answer::status(408, &quote(6)))
        .answer_for(&number(8), Answer::status(429, &quote(8)));
    let gateway = Gateway::start(script);
    let program = Program::new(database)
        .relay(&relay)
        .gateway(&gateway)
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1")
        .set("MESSAGES_SMS_CONNECTIONS", "1")
        .set("LOG_LEVEL", "debug");
    program.school(8, 1);
    let email = program.programme(Canal::Email, To::All);
    let sms = program.programme(Canal::Sms, To::All);
    assert_clean(&program, &["-vv", "--fail-on-error"], 1);
    // The peers' words did come, and are kept for whoever may see the recipients.
    assert!(rows(&program, email)[1].detail.contains(&mailbox(2)));
    assert!(rows(&program, sms)[1].detail.contains(&number(2)));
    let codes: Vec<String> = rows(&program, email)
        .into_iter()
        .map(|row| row.code)
        .collect();
    assert_eq!(
        codes,
        [
            "",
            "550 5.1.1",
            "450 4.2.0",
            "554",
            "354",
            "connexion",
            "421",
            ""
        ]
    );
    let codes: Vec<String> = rows(&program, sms)
        .into_iter()
        .map(|row| row.code)
        .collect();
    assert_eq!(
        codes,
        ["", "400", "500", "200", "connexion", "408", "", "429"]
    );
    assert_clean(&program, &["-v"], 0);
}

fn faults_of_the_settings_leave_no_personal_data_in_the_log(database: &Database) {
    let refused = quoting("535 5.7.8", 1);
    let relay = Server::start(
        Script::default()
            .auth(USER, PASSWORD)
            .on(Stage::Auth, refused),
    );
    let quote = format!("{} cle-secrete apiKey", number(1));
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(401, &quote)));
    let program = Program::new(database)
        .relay(&relay)
        .gateway(&gateway)
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD);
    program.school(2, 1);
    program.programme(Canal::Email, To::All);
    program.programme(Canal::Sms, To::All);
    assert_clean(&program, &["-vv"], 78);
    let program = program.set("EMAIL_HOST_PASSWORD", "mot-de-passe-secret-mais-faux");
    program.wait_is_over();
    assert_clean(&program, &["-vv"], 78);
}
