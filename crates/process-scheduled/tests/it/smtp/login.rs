//! Logging in.

use super::{mailboxes, reached, said};
use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    a_wrong_password_is_tried_once_and_costs_nothing,
    a_relay_that_knows_only_login_is_served,
    a_relay_that_cannot_log_anybody_in_is_a_fault_of_the_settings,
    a_relay_that_cannot_check_passwords_now_is_asked_later,
    a_token_stands_for_the_password,
    what_is_wrong_with_a_token_is_told,
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

/// The relay, the token server, and what the application has there.
fn with_token<'d>(program: Program<'d>, relay: &Server, tokens: &Gateway) -> Program<'d> {
    program
        .relay(relay)
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_OAUTH_TOKEN_URL", &tokens.url())
        .set("EMAIL_OAUTH_CLIENT_ID", "0b0a-client")
        .set("EMAIL_OAUTH_CLIENT_SECRET", "s3cret+&=")
        .set(
            "EMAIL_OAUTH_SCOPE",
            "https://outlook.office365.com/.default",
        )
}

fn token(text: &str) -> Answer {
    let body = format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{text}"}}"#);
    Answer::status(200, &body)
}

fn only_tokens(token: &str) -> Script {
    let extensions = Action::reply("250-localhost\n250-AUTH LOGIN XOAUTH2\n250 PIPELINING");
    Script::default()
        .auth(USER, token)
        .on(Stage::Ehlo, extensions)
}

fn a_token_stands_for_the_password(database: &Database) {
    let tokens = Gateway::start(GatewayScript::default().answer(token("eyJ0eXAi")));
    let server = Server::start(only_tokens("eyJ0eXAi"));
    let program = with_token(Program::new(database), &server, &tokens);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(reached(&server), mailboxes(1..=20));
    assert!(server.logins() > 1, "several connections");
    let asked = tokens.received();
    assert_eq!(asked.len(), 1, "one token for all connections");
    assert_eq!(
        asked[0].raw,
        "grant_type=client_credentials&client_id=0b0a-client&client_secret=s3cret%2B%26%3D&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
    );
    let check = program.run(&["check"]);
    assert!(check.stdout.contains("connexion acceptée"), "{check:?}");
    // What a person gave once.
    let program = program.set("EMAIL_OAUTH_REFRESH_TOKEN", "1//0g");
    assert_eq!(program.run(&["check"]).code, 0);
    let last = tokens.received().pop().unwrap();
    assert!(
        last.raw.starts_with("grant_type=refresh_token&")
            && last.raw.contains("&refresh_token=1%2F%2F0g"),
        "{}",
        last.raw
    );
    for text in [program.log(), check.stdout, check.stderr] {
        assert!(
            !text.contains("eyJ0eXAi") && !text.contains("s3cret"),
            "{text}"
        );
    }
}

fn what_is_wrong_with_a_token_is_told(database: &Database) {
    let server = Server::start(only_tokens("eyJ0eXAi"));
    let expired = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'ecole@exemple.example' are expired."}"#;
    for (answer, code, told) in [
        (
            Answer::status(401, expired),
            78,
            "refuse l'application (invalid_client AADSTS7000222)",
        ),
        (
            Answer::status(200, "<html>"),
            78,
            "n'est pas un serveur de jetons",
        ),
        (
            Answer::status(503, ""),
            0,
            "n'en donne pas maintenant (503)",
        ),
        (
            token("faux"),
            78,
            "le serveur d'envoi refuse le jeton (535 5.7.8)",
        ),
    ] {
        let tokens = Gateway::start(GatewayScript::default().answer(answer));
        let program = with_token(Program::new(database), &server, &tokens);
        program.school(2, 1);
        let id = program.programme(Canal::Email, To::All);
        let ended = program.run(&[]);
        assert_eq!(ended.code, code, "{told}: {ended:?}");
        assert!(ended.stdout.contains(told), "{told}: {ended:?}");
        assert!(!ended.stdout.contains("@exemple"), "{ended:?}");
        assert!(rows(&program, id).iter().all(Row::is_untouched));
        program.wait_is_over();
    }
    assert_eq!(server.accepted_count(), 0);
    let program = with_token(
        Program::new(database),
        &server,
        &Gateway::start(GatewayScript::default()),
    );
    let ended = program.set("EMAIL_HOST_PASSWORD", "x").run(&["check"]);
    assert_eq!(ended.code, 78);
    assert!(
        ended
            .stderr
            .contains("EMAIL_HOST_PASSWORD : ne va pas avec EMAIL_OAUTH_TOKEN_URL"),
        "{ended:?}"
    );
}
