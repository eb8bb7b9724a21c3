//! What SMS may cost in a day and in a month.

use super::{numbers, reached};
use crate::program::{Program, To, message};
use crate::rows::stopped;
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::time::Duration;

stories!(
    what_a_day_does_not_allow_waits_for_the_next,
    a_month_goes_before_its_days,
    what_is_surely_not_taken_is_given_back,
    sending_again_counts_again,
    runs_at_once_and_kills_never_pass_the_limit,
    a_simulation_costs_nothing,
);

const DAY: &str = "MESSAGES_SMS_PER_DAY";
const MONTH: &str = "MESSAGES_SMS_PER_MONTH";

fn program<'d>(database: &'d Database, gateway: &Gateway) -> Program<'d> {
    let program = Program::new(database).gateway(gateway);
    program.set("MESSAGES_SMS_MAX_SEGMENTS", "2")
}

/// Two SMS for each recipient.
fn long() -> NewMessage {
    NewMessage {
        contenu: "a".repeat(161),
        ..message(Canal::Sms, To::All)
    }
}

/// What was counted, in all.
fn counted(database: &Database) -> i64 {
    database.number("SELECT CAST(COALESCE(SUM(segments), 0) AS TEXT) AS v FROM depenses")
}

/// What was counted was counted yesterday; or in another month.
fn it_was(database: &Database, day: &str) {
    database.execute(&format!(
        "UPDATE depenses SET jour = '{day}';
         UPDATE canaux SET arrete_le = '{day}T11:00:00.000000Z' WHERE arrete_le IS NOT NULL;"
    ));
}

fn what_a_day_does_not_allow_waits_for_the_next(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let relay = Server::start(Script::default());
    let program = program(database, &gateway).relay(&relay).set(DAY, "8");
    program.school(6, 1);
    let id = program.insert(&long());
    let email = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Sms).unwrap(),
        "temporaire MESSAGES_SMS_PER_DAY"
    );
    assert!(
        ended.stderr.contains("ALERTE. Envoi des SMS interrompu"),
        "{ended:?}"
    );
    assert_eq!((gateway.accepted_count(), counted(database)), (4, 8));
    assert_eq!(program.statut(email), "envoye", "the other channel goes on");
    let untouched = "SELECT CAST(count(*) AS TEXT) AS v FROM envois
                      WHERE etat = 'a_envoyer' AND tentatives = 0";
    assert_eq!(database.number(untouched), 2);
    let said = "SELECT details_erreur AS v FROM messages WHERE type = 'sms'";
    let said = database.texts(said).remove(0);
    assert!(
        said.starts_with(
            "Pas encore parti : le nombre de SMS que les réglages permettent est atteint : \
                          MESSAGES_SMS_PER_DAY=8, reprise le "
        ),
        "{said}"
    );
    // Nobody is asked, and nobody is told, a second time.
    let ended = program.run(&["--json"]);
    assert_eq!((ended.code, gateway.received_count()), (0, 4), "{ended:?}");
    assert!(!ended.stderr.contains("ALERTE"), "{ended:?}");
    assert_eq!(ended.json()["canaux_arretes"][0]["cause"], "depense");
    let status = program.run(&["status"]).stdout;
    assert!(
        status.contains("SMS comptés : 8 sur 8 aujourd'hui (MESSAGES_SMS_PER_DAY)."),
        "{status}"
    );
    assert!(
        status.contains("ARRÊTÉ, SMS : le nombre de SMS que les réglages"),
        "{status}"
    );
    assert_eq!(
        program.run(&["status", "--json"]).json()["sms_comptes"][0],
        serde_json::json!({ "reglage": DAY, "segments": 8, "limite": 8 })
    );
    assert!(
        program
            .run(&["check"])
            .stdout
            .contains("SMS comptés : 8 sur 8 aujourd'hui")
    );
    it_was(database, "2026-01-02");
    let ended = program.run(&[]);
    assert_eq!(
        (ended.code, program.statut(id).as_str()),
        (0, "envoye"),
        "{ended:?}"
    );
    assert!(
        ended.stderr.contains("Les SMS partent de nouveau."),
        "{ended:?}"
    );
    assert_eq!(reached(&gateway), numbers(1..=6));
    assert_eq!(counted(database), 12);
    program.verify();
}

fn a_month_goes_before_its_days(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = program(database, &gateway).set(DAY, "5").set(MONTH, "3");
    program.school(2, 1);
    program.insert(&long());
    program.run(&[]);
    // Of the second SMS one part is left of this month, and it has two.
    assert_eq!((gateway.accepted_count(), counted(database)), (1, 2));
    let ended = program.run(&["--json"]);
    let told = ended.json()["canaux_arretes"][0].to_string();
    assert!(
        told.contains("MESSAGES_SMS_PER_MONTH=3, reprise le 01/"),
        "{told}"
    );
    it_was(database, "2026-01-02");
    program.run(&[]);
    assert_eq!((gateway.accepted_count(), counted(database)), (2, 4));
}

fn what_is_surely_not_taken_is_given_back(database: &Database) {
    let away = Answer::status(429, "{}").header("Retry-After", "60");
    let lost = Answer::CloseAfterRead;
    let script = GatewayScript::default()
        .answer_first(1, away)
        .answer_for(&crate::program::number(2), lost);
    let gateway = Gateway::start(script);
    let program = program(database, &gateway)
        .set(DAY, "100")
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(3, 1);
    let id = program.insert(&long());
    program.run(&[]);
    assert_eq!((gateway.received_count(), counted(database)), (1, 0));
    program.wait_is_over();
    program.run(&[]);
    assert_eq!(
        program.states(id),
        ["envoye", "incertain resultat_inconnu", "envoye"]
    );
    assert_eq!(counted(database), 6, "what is in doubt may be paid");
}

fn sending_again_counts_again(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::CloseAfterRead));
    let program = program(database, &gateway).set(DAY, "100");
    program.school(1, 1);
    let id = program.insert(&long());
    program.run(&[]);
    assert_eq!(counted(database), 2);
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    program.run(&[]);
    assert_eq!((gateway.received_count(), counted(database)), (2, 4));
}

fn runs_at_once_and_kills_never_pass_the_limit(database: &Database) {
    const LIMIT: usize = 41;
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_millis(10)));
    let program = program(database, &gateway)
        .set(DAY, &LIMIT.to_string())
        .set("MESSAGES_SMS_CONNECTIONS", "3");
    program.school(60, 1);
    program.insert(&long());
    for killed in 0..3 {
        let mut runs: Vec<_> = (0..3)
            .map(|_| program.command(&["--quiet"]).spawn().unwrap())
            .collect();
        assert!(gateway.wait_received(4 * (killed + 1), Duration::from_secs(20)));
        runs[0].kill().unwrap();
        for run in runs {
            run.wait_with_output().unwrap();
        }
        database.execute(
            "UPDATE envois SET bail_jusqua = '2001-01-01T00:00:00Z' WHERE bail_jusqua IS NOT NULL",
        );
    }
    program.wait_is_over();
    program.run(&[]);
    let received = 2 * gateway.received_count();
    assert!(received <= LIMIT, "{received}");
    // What runs had in hand when they were killed stays counted.
    assert!(received + 2 * 3 * 3 + 1 >= LIMIT, "{received}");
    assert_eq!(counted(database), 40);
}

fn a_simulation_costs_nothing(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = program(database, &gateway)
        .set(DAY, "2")
        .set("MESSAGES_MODE", "simulation");
    program.school(5, 1);
    let id = program.insert(&long());
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["envoye"; 5]);
    assert_eq!(counted(database), 0);
}
