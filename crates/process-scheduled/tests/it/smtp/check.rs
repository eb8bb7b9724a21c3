//! `check` and the settings of the relay: what is wrong is found before anybody is written to, and
//! said in a sentence; a run says the same.

use super::{mailboxes, reached, said};
use crate::program::{Ended, Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::time::{Duration, Instant};

stories!(
    check_asks_for_an_opinion_of_the_sender,
    check_says_which_logins_the_relay_offers,
    check_says_that_the_password_holds_blanks,
    a_relay_that_waits_for_tls_is_told_from_one_that_is_slow,
    a_relay_that_speaks_in_clear_first_is_told_in_words,
    an_old_relay_is_told_in_words,
    nobodys_address_is_no_sender_and_holds_up_no_sms,
);

/// `check` and a run both stop with this in their words; nobody's attempt is used.
fn both_say(program: &Program<'_>, words: &str) {
    they_say(program, words, words);
}

fn they_say(program: &Program<'_>, checked: &str, run: &str) {
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    for (arguments, words) in [(&["check"][..], checked), (&[], run)] {
        let begun = Instant::now();
        let ended: Ended = program.run(arguments);
        assert_eq!(ended.code, 78, "{arguments:?} {ended:?}");
        assert!(ended.stdout.contains(words), "{arguments:?} {ended:?}");
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "{:?}",
            begun.elapsed()
        );
    }
    let stopped = stopped(&program.run(&["--json"]).json(), Canal::Email).unwrap();
    assert!(stopped.starts_with("config"), "{stopped}");
    assert!(rows(program, id).iter().all(Row::is_untouched));
}

fn check_asks_for_an_opinion_of_the_sender(database: &Database) {
    let sms = Gateway::start(GatewayScript::default());
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server).gateway(&sms);
    let ended = program.run(&["check"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let verbs: Vec<String> = server
        .commands()
        .iter()
        .map(|(_, line)| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(verbs, ["EHLO", "MAIL", "RSET", "QUIT"]);
    let refusal = Action::reply("553 5.7.1 <ecole@exemple.example>: not owned by user moulin");
    let server = Server::start(Script::default().on(Stage::Mail, refusal));
    // The address that e-mails come back to is the one that is asked for, where it is set.
    let program = program.relay(&server);
    let returned = program
        .clone()
        .set("EMAIL_BOUNCE_ADDRESS", "retours@exemple.example");
    let ended = returned.run(&["check"]);
    assert!(
        ended.stdout.contains("EMAIL_BOUNCE_ADDRESS : "),
        "{ended:?}"
    );
    let (_, asked) = said(&server, "MAIL").pop().unwrap();
    assert!(asked.contains("<retours@exemple.example>"), "{asked}");
    // A run's words go into mails and files: none of the relay's own, which hold the address.
    they_say(
        &program,
        "not owned by user moulin",
        "corrigez DEFAULT_FROM_EMAIL",
    );
    assert_eq!(server.accepted_count(), 0);
}

fn check_says_which_logins_the_relay_offers(database: &Database) {
    let offer = Action::reply("250-localhost\n250-AUTH XOAUTH2 CRAM-MD5\n250 HELP");
    let server = Server::start(Script::default().on(Stage::Ehlo, offer));
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_HOST_USER", "ecole")
        .set("EMAIL_HOST_PASSWORD", "secret");
    both_say(&program, "XOAUTH2, CRAM-MD5");
    assert!(said(&server, "AUTH").is_empty());
}

fn check_says_that_the_password_holds_blanks(database: &Database) {
    let server = Server::start(Script::default().auth("ecole", "abcdefgh"));
    let mut program = Program::new(database)
        .relay(&server)
        .set("EMAIL_HOST_USER", "ecole")
        .set("EMAIL_HOST_PASSWORD", "abcd efgh");
    both_say(&program, "EMAIL_HOST_PASSWORD contient des blancs");
    for password in ["abcd\u{a0}efgh", "abcdefgh\u{202f}"] {
        program = program.set("EMAIL_HOST_PASSWORD", password);
        let told = program.run(&["check"]).stdout;
        assert!(
            told.contains("EMAIL_HOST_PASSWORD contient des blancs"),
            "{told}"
        );
        assert!(!told.contains("abcd"), "{told}");
    }
    let told = program
        .set("EMAIL_HOST_PASSWORD", "abcdefgh")
        .run(&["check"])
        .stdout;
    assert!(
        told.contains("connexion acceptée") && !told.contains("blancs"),
        "{told}"
    );
}

fn a_relay_that_waits_for_tls_is_told_from_one_that_is_slow(database: &Database) {
    let server = Server::start(Script::default().implicit_tls());
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_USE_TLS", "true");
    both_say(&program, "465 = EMAIL_USE_SSL");
    let late = Action::Late(
        Duration::from_secs(7),
        Box::new(Action::reply("220 at last")),
    );
    let slow = Server::start(Script::default().on(Stage::Banner, late));
    let program = program.set("EMAIL_USE_TLS", "false").relay(&slow);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(reached(&slow), mailboxes(1..=3));
}

fn a_relay_that_speaks_in_clear_first_is_told_in_words(database: &Database) {
    let server = Server::start(Script::default().starttls());
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_USE_SSL", "true");
    both_say(&program, "587 = EMAIL_USE_TLS");
}

/// The alerts of a relay that knows TLS 1.0 only, or the exchange of keys by RSA only.
fn an_old_relay_is_told_in_words(database: &Database) {
    for alert in [70, 40] {
        let alert = Action::Raw(vec![21, 3, 1, 0, 2, 2, alert]);
        let server = Server::start(Script::default().on(Stage::Banner, alert.then(Action::Close)));
        let program = Program::new(database)
            .relay(&server)
            .set("EMAIL_USE_SSL", "true");
        both_say(&program, "n'offre pas TLS 1.2");
        database.execute("DELETE FROM messages");
    }
}

fn nobodys_address_is_no_sender_and_holds_up_no_sms(database: &Database) {
    let (server, sms) = (
        Server::start(Script::default()),
        Gateway::start(GatewayScript::default()),
    );
    let mut program = Program::new(database).relay(&server).gateway(&sms);
    program.school(3, 1);
    for sender in ["", "webmaster@localhost", "École <ecole@pc-accueil>"] {
        program = program.set("DEFAULT_FROM_EMAIL", sender);
        let mail = program.programme(Canal::Email, To::All);
        let text = program.programme(Canal::Sms, To::All);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{sender}: {ended:?}");
        assert!(
            stopped(&ended.json(), Canal::Email).is_some_and(|stop| stop.starts_with("config"))
        );
        assert!(
            program
                .run(&["check"])
                .stdout
                .contains("DEFAULT_FROM_EMAIL")
        );
        assert!(program.run(&[]).stdout.contains("DEFAULT_FROM_EMAIL"));
        assert_eq!(program.states(text), ["envoye"; 3], "{sender}");
        assert!(rows(&program, mail).iter().all(Row::is_untouched));
    }
    assert_eq!(server.connections(), 0);
}
