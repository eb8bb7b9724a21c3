//! `verify` proves that nothing is lost, or names the rows.

use crate::program::{Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    a_day_with_every_kind_of_end_is_sound,
    each_broken_rule_is_named_with_its_row,
);

/// A message to three parents by SMS, one uncertain, and one to them by e-mail, one waiting.
fn day<'d>(database: &'d Database, relay: &Server, gateway: &Gateway) -> Program<'d> {
    let program = Program::new(database).relay(relay).gateway(gateway);
    program.school(3, 1);
    program.programme(Canal::Sms, To::All);
    program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    program
}

fn peers() -> (Server, Gateway) {
    let relay = Script::default().on_recipient("parent2@", Stage::Rcpt, Action::reply("451 wait"));
    let gateway =
        GatewayScript::default().answer_for(&crate::program::number(2), Answer::AcceptThenClose);
    (Server::start(relay), Gateway::start(gateway))
}

fn a_day_with_every_kind_of_end_is_sound(database: &Database) {
    let (relay, gateway) = peers();
    let program = day(database, &relay, &gateway);
    let ended = program.run(&["verify"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let first = "6 destinataires : 5 dans un état final (1 incertain), 1 en route.";
    assert_eq!(ended.stdout.lines().next(), Some(first));
    assert_eq!(ended.stdout.matches("\nok ").count(), 8, "{ended:?}");
    assert_eq!(program.run(&["verify", "--quiet"]).stdout, "");
    let report = program.run(&["verify", "--json"]).json();
    assert_eq!(
        (&report["sain"], &report["etats"]["incertain"]),
        (&true.into(), &1.into())
    );
}

/// A statement that breaks a rule, its word, and the row that is named.
const BREACHES: &[(&str, &str, &str)] = &[
    (
        "UPDATE messages SET statut = 'envoye', nb_envoyes = 2, nb_destinataires = 3 WHERE id = 2",
        "sans_suite",
        "envoi 5 (message 2)",
    ),
    (
        "UPDATE envois SET etat = 'reserve', proprio = 'x' WHERE id = 5",
        "sans_suite",
        "envoi 5 (message 2)",
    ),
    (
        "UPDATE messages SET nb_envoyes = 3 WHERE id = 1",
        "totaux",
        "message 1",
    ),
    ("DELETE FROM envois WHERE id = 6", "totaux", "message 2"),
    (
        "UPDATE messages SET statut = 'echec' WHERE id = 1",
        "statut",
        "message 1",
    ),
    (
        "INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict)
         SELECT envoi, 0, passage, debut, fin, 'accepte' FROM tentatives WHERE envoi = 1",
        "deux_fois",
        "envoi 1 (message 1)",
    ),
    (
        "INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict)
         SELECT envoi, 0, passage, debut, fin, 'ambigu' FROM tentatives WHERE envoi = 6",
        "deux_fois",
        "envoi 6 (message 2)",
    ),
    (
        "UPDATE tentatives SET verdict = 'temporaire' WHERE envoi = 2",
        "sans_preuve",
        "envoi 2 (message 1)",
    ),
    (
        "UPDATE tentatives SET fin = NULL WHERE envoi = 3",
        "tentative",
        "envoi 3 (message 1)",
    ),
    (
        "UPDATE envois SET remise = 'remis', remise_le = '2026-02-03T04:05:06.000000Z' WHERE id = 2",
        "remise",
        "envoi 2 (message 1)",
    ),
    (
        "UPDATE envois SET jeton = 0 WHERE id = 4",
        "tentative",
        "envoi 4 (message 2)",
    ),
];

fn each_broken_rule_is_named_with_its_row(database: &Database) {
    let (relay, gateway) = peers();
    let program = day(database, &relay, &gateway);
    for table in ["messages", "envois", "tentatives"] {
        database.execute(&format!("CREATE TABLE k_{table} AS SELECT * FROM {table}"));
    }
    for (statement, rule, row) in BREACHES {
        database.execute(statement);
        let people = program.run(&["verify"]);
        assert_eq!(people.code, 1, "{statement}: {people:?}");
        let named = people
            .stdout
            .lines()
            .any(|line| line.starts_with("ERREUR") && (line.contains(&format!(": {row}"))));
        assert!(named, "{statement}: {people:?}");
        let report = program.run(&["verify", "--json"]).json();
        let faults = report["fautes"].as_array().unwrap();
        assert!(
            faults.iter().any(|fault| fault["regle"] == *rule),
            "{statement}: {report}"
        );
        restore(database);
        program.verify();
    }
}

fn restore(database: &Database) {
    database.execute(
        "DELETE FROM tentatives; DELETE FROM envois; DELETE FROM messages;
         INSERT INTO messages SELECT * FROM k_messages;
         INSERT INTO envois SELECT * FROM k_envois;
         INSERT INTO tentatives SELECT * FROM k_tentatives;",
    );
}

#[test]
fn a_message_to_one_parent_that_waits_is_sound() {
    let relay = Script::default().on(Stage::Banner, Action::reply("421 later"));
    let relay = Server::start(relay);
    let database = Database::sqlite();
    let program = Program::new(&database).relay(&relay);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::Parent(1));
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "en_attente");
    program.verify();
}

#[test]
fn verify_follows_the_language() {
    let database = Database::sqlite();
    let program = Program::new(&database).set("LANGUAGE_CODE", "en-us");
    let ended = program.run(&["verify"]);
    assert!(
        ended
            .stdout
            .starts_with("0 recipient(s): 0 in a final state"),
        "{ended:?}"
    );
    assert!(!ended.stdout.contains('é'), "{ended:?}");
}
