//! Logging in.

use super::{mailboxes, reached, said};
use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    a_wrong_password_is_tried_once_and_costs_nothing,
    a_relay_that_knows_only_login_is_served,
    a_relay_that_cannot_log_anybody_in_is_a_fault_of_the_settings,
    a_relay_that_cannot_check_passwords_now_is_asked_later,
);

const USER: &str = "ecole@exemple.example";
const PASSWORD: &str = "pa$$word#1 é";

fn with_login<'d>(program: Program<'d>, server: &Server) -> Program<'d> {
    program
        .relay(server)
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD)
}

fn a_wrong_password_is_tried_once_and_costs_nothing(database: &Database) {
    let server = Server::start(Script::default().auth(USER, "another"));
    let program = with_login(Program::new(database), &server);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "config 535 5.7.8"
    );
    // A relay that counts wrong passwords must not lock the account.
    assert_eq!((said(&server, "AUTH").len(), server.connections()), (1, 1));
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    for text in [&ended.stdout, &ended.stderr, &program.log()] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    let people = program.run(&[]).stdout;
    assert!(
        people.contains("réglage à corriger") && people.contains("535 5.7.8"),
        "{people}"
    );
    let mended = Server::start(Script::default().auth(USER, PASSWORD));
    let program = program.relay(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), mailboxes(1..=20));
    assert_eq!(mended.logins(), mended.connections());
}

fn a_relay_that_knows_only_login_is_served(database: &Database) {
    let extensions = Action::reply("250-localhost\n250-AUTH LOGIN\n250 PIPELINING");
    let server = Server::start(
        Script::default()
            .auth(USER, PASSWORD)
            .on(Stage::Ehlo, extensions),
    );
    let program = with_login(Program::new(database), &server);
    program.school(3, 1);
    program.programme(Canal::Email, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(reached(&server), mailboxes(1..=3));
    assert!(
        said(&server, "AUTH")
            .iter()
            .all(|(_, line)| line == "AUTH LOGIN")
    );
}

fn a_relay_that_cannot_log_anybody_in_is_a_fault_of_the_settings(database: &Database) {
    let server = Server::start(Script::default());
    let program = with_login(Program::new(database), &server);
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(
        stopped(&ended.json(), Canal::Email)
            .unwrap()
            .starts_with("config"),
        "{ended:?}"
    );
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    assert_eq!(said(&server, "MAIL"), []);
}

fn a_relay_that_cannot_check_passwords_now_is_asked_later(database: &Database) {
    let away = Action::reply("454 4.7.0 Temporary authentication failure");
    let script = Script::default()
        .auth(USER, PASSWORD)
        .on_first(2, Stage::Auth, away);
    let server = Server::start(script);
    let program = with_login(Program::new(database), &server);
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 3]);
    assert_eq!(reached(&server), mailboxes(1..=3));
}
