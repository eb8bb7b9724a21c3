//! Settings of the gateway, and what is not taken as one.

use super::{asked, numbers, reached};
use crate::program::{Program, To};
use crate::rows::{Row, closed_port, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::{stories, tls};

stories!(
    no_proxy_is_taken_from_the_environment,
    a_trusted_gateway_is_reached_over_https,
    a_gateway_of_an_unknown_authority_gets_nothing,
    without_a_gateway_emails_still_leave,
);

fn no_proxy_is_taken_from_the_environment(database: &Database) {
    let plain = Gateway::start(GatewayScript::default());
    let secure = Gateway::start(GatewayScript::default().tls());
    let dead = format!("http://127.0.0.1:{}", closed_port());
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let names = names
        .into_iter()
        .map(str::to_owned)
        .chain(names.map(str::to_ascii_lowercase));
    let mut program = names.fold(Program::new(database), |program, name| {
        program.set(&name, &dead)
    });
    program = trusting(program, &tls::ca_pem());
    program.school(3, 1);
    for gateway in [&plain, &secure] {
        program = program.gateway(gateway);
        let id = program.programme(Canal::Sms, To::All);
        let ended = program.run(&[]);
        assert_eq!(
            (ended.code, program.statut(id)),
            (0, "envoye".to_owned()),
            "{ended:?}"
        );
        assert_eq!(reached(gateway), numbers(1..=3));
    }
}

fn trusting<'d>(program: Program<'d>, authority: &str) -> Program<'d> {
    let file = program.database.folder().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    program.set("SSL_CERT_FILE", file.to_str().unwrap())
}

fn a_trusted_gateway_is_reached_over_https(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().tls());
    let program = trusting(Program::new(database).gateway(&gateway), &tls::ca_pem());
    program.school(10, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 10]);
    assert_eq!(reached(&gateway), numbers(1..=10));
}

fn a_gateway_of_an_unknown_authority_gets_nothing(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().tls());
    let program = trusting(
        Program::new(database).gateway(&gateway),
        &tls::other_ca_pem(),
    );
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert!(stopped(&ended.json(), Canal::Sms).is_some(), "{ended:?}");
    assert!(
        rows(&program, id).iter().all(Row::is_untouched),
        "{:?}",
        rows(&program, id)
    );
    assert_eq!(gateway.received_count(), 0);
    let program = trusting(program, &tls::ca_pem());
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers(1..=20));
}

fn without_a_gateway_emails_still_leave(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(20, 1);
    let sms = program.programme(Canal::Sms, To::All);
    let email = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Sms).unwrap(),
        "config réglage"
    );
    assert_eq!(program.statut(email), "envoye");
    assert_eq!(server.accepted_count(), 20);
    assert!(rows(&program, sms).iter().all(Row::is_untouched));
    let people = program.run(&[]).stdout;
    assert!(people.contains("SMS_PROVIDER"), "{people}");
    // A service without SMS is no fault as long as nobody programmes one.
    database.execute(&format!("DELETE FROM messages WHERE id = {sms}"));
    assert_eq!(program.run(&[]).code, 0);
}
