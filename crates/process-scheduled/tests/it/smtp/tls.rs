//! Encrypted connections: who is trusted, and what is said before.

use super::{mailboxes, reached, said};
use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::{stories, tls};

stories!(
    starttls_protects_the_login_and_the_mail,
    implicit_tls_protects_the_login_and_the_mail,
    with_starttls_an_unknown_authority_gets_nothing,
    with_implicit_tls_an_unknown_authority_gets_nothing,
    without_starttls_no_password_is_said,
    what_is_slipped_in_before_the_handshake_is_not_believed,
    a_relay_that_speaks_no_tls_gets_nothing,
);

const USER: &str = "ecole";
const PASSWORD: &str = "mot de passe";

fn secured<'d>(
    database: &'d Database,
    server: &Server,
    switch: &str,
    authority: &str,
) -> Program<'d> {
    let program = Program::new(database)
        .relay(server)
        .set("EMAIL_HOST", "localhost")
        .set(switch, "true")
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD);
    trusting(program, authority)
}

fn trusting<'d>(program: Program<'d>, authority: &str) -> Program<'d> {
    let file = program.database.folder().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    program.set("SSL_CERT_FILE", file.to_str().unwrap())
}

fn starttls_protects_the_login_and_the_mail(database: &Database) {
    let server = Server::start(Script::default().starttls().auth(USER, PASSWORD));
    protected(
        &secured(database, &server, "EMAIL_USE_TLS", &tls::ca_pem()),
        &server,
    );
    assert_eq!(said(&server, "STARTTLS").len(), server.connections());
}

fn implicit_tls_protects_the_login_and_the_mail(database: &Database) {
    let server = Server::start(Script::default().implicit_tls().auth(USER, PASSWORD));
    protected(
        &secured(database, &server, "EMAIL_USE_SSL", &tls::ca_pem()),
        &server,
    );
}

fn protected(program: &Program<'_>, server: &Server) {
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 20]);
    assert_eq!(reached(server), mailboxes(1..=20));
    assert_eq!(server.logins(), server.connections());
    assert!(
        said(server, "AUTH")
            .iter()
            .all(|(_, line)| line.starts_with("AUTH PLAIN "))
    );
    assert_eq!(said(server, "QUIT").len(), server.connections());
}

fn with_starttls_an_unknown_authority_gets_nothing(database: &Database) {
    let server = Server::start(Script::default().starttls().auth(USER, PASSWORD));
    mistrusted(
        secured(database, &server, "EMAIL_USE_TLS", &tls::other_ca_pem()),
        &server,
    );
}

fn with_implicit_tls_an_unknown_authority_gets_nothing(database: &Database) {
    let server = Server::start(Script::default().implicit_tls().auth(USER, PASSWORD));
    mistrusted(
        secured(database, &server, "EMAIL_USE_SSL", &tls::other_ca_pem()),
        &server,
    );
}

fn mistrusted(program: Program<'_>, server: &Server) {
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(stopped(&ended.json(), Canal::Email).unwrap(), "config tls");
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    assert_eq!(server.connections(), 1);
    assert_eq!(
        (said(server, "AUTH"), said(server, "MAIL")),
        (vec![], vec![])
    );
    let program = trusting(program, &tls::ca_pem());
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(server), mailboxes(1..=20));
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
}

fn without_starttls_no_password_is_said(database: &Database) {
    let server = Server::start(Script::default().auth(USER, PASSWORD));
    let program = secured(database, &server, "EMAIL_USE_TLS", &tls::ca_pem());
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "config réglage"
    );
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    let verbs: Vec<String> = server
        .commands()
        .iter()
        .map(|(_, line)| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert!(
        verbs
            .iter()
            .all(|verb| ["EHLO", "QUIT"].contains(&verb.as_str())),
        "{verbs:?}"
    );
}

/// A man in the middle adds answers in clear to the go-ahead (CVE-2021-38084 and its kin).
fn what_is_slipped_in_before_the_handshake_is_not_believed(database: &Database) {
    for injected in [
        "250-relay\n250-AUTH PLAIN\n250 PIPELINING",
        "250 Ok",
        "554 no",
    ] {
        let go_ahead = Action::reply(format!("220 2.0.0 Go ahead\n{injected}"));
        let script = Script::default()
            .starttls()
            .auth(USER, PASSWORD)
            .on(Stage::StartTls, go_ahead);
        let server = Server::start(script);
        let program = secured(database, &server, "EMAIL_USE_TLS", &tls::ca_pem());
        program.school(3, 1);
        let id = program.programme(Canal::Email, To::All);
        let ended = program.run(&["--json"]);
        assert_ne!(ended.code, 70, "{ended:?}");
        let accepted = reached(&server);
        let sent: Vec<Row> = rows(&program, id)
            .into_iter()
            .filter(|row| row.etat == "envoye")
            .collect();
        assert_eq!(sent.len(), accepted.len(), "{injected:?}: {ended:?}");
        assert!(
            rows(&program, id)
                .iter()
                .all(|row| ["a_envoyer", "envoye"].contains(&row.etat.as_str()))
        );
        database.execute("DELETE FROM messages");
    }
}

fn a_relay_that_speaks_no_tls_gets_nothing(database: &Database) {
    let server = Server::start(Script::default().auth(USER, PASSWORD));
    let program = secured(database, &server, "EMAIL_USE_SSL", &tls::ca_pem());
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert!(stopped(&ended.json(), Canal::Email).is_some(), "{ended:?}");
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    assert_eq!(server.logins(), 0);
    assert!(said(&server, "AUTH").is_empty() && said(&server, "MAIL").is_empty());
}
