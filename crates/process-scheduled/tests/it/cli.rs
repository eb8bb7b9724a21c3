//! The command line: what it prints and how it ends.

use crate::program::{Program, To, message, number};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    a_run_with_nothing_due_says_so,
    a_dry_run_shows_everybody_and_changes_nothing,
    the_report_counts_everybody_and_exits_as_asked,
    a_limit_takes_the_oldest_messages,
    what_is_not_due_stays,
    a_message_that_is_too_late_fails_with_its_reason,
    resend_sends_to_the_failed_only,
    a_failed_message_that_is_programmed_again_begins_anew,
    status_tells_what_waits,
    simulation_is_said_first_and_marked,
    a_closed_stdout_stops_nothing,
);

fn a_run_with_nothing_due_says_so(database: &Database) {
    let program = Program::new(database);
    let ended = program.run(&[]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "Aucun message programmé à envoyer.\n")
    );
    assert_eq!(ended.stderr, "");
    assert_eq!(program.run(&["--quiet"]).stdout, "");
    let english = program.set("LANGUAGE_CODE", "en-us").run(&[]);
    assert_eq!(english.stdout, "No programmed message to send.\n");
}

fn a_dry_run_shows_everybody_and_changes_nothing(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(3, 1);
    program.parent(4, "12", "");
    let id = program.programme(Canal::Sms, To::All);
    let before = database.texts("SELECT statut || jeton || nb_destinataires AS v FROM messages");
    let ended = program.run(&["--dry-run"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended
            .stdout
            .contains(&format!("→ Prénom2 Nom2 : {}", number(2))),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .contains("✗ Nom4 : numéro de téléphone invalide"),
        "{}",
        ended.stdout
    );
    let json = program.run(&["--dry-run", "--json"]).json();
    assert_eq!(
        json["messages"][0]["destinataires"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(
        json["messages"][0]["destinataires"][3]["motif"],
        "numero_invalide"
    );
    assert_eq!(
        database.texts("SELECT statut || jeton || nb_destinataires AS v FROM messages"),
        before
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM envois"),
        0
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM passages"),
        0
    );
    assert!(!database.folder().join("outbox").exists());
    assert_eq!(program.statut(id), "programme");
}

fn the_report_counts_everybody_and_exits_as_asked(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(3, 1);
    program.parent(4, "06 12", "");
    program.parent(5, &number(1), "");
    let all = program.programme(Canal::Sms, To::All);
    let nobody = program.programme(Canal::Email, To::Parent(4));
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let report = ended.json();
    assert_eq!(report["simulation"], false);
    assert_eq!(report["totaux"]["envoyes"], 3);
    assert_eq!(report["totaux"]["ignores"], 3);
    let first = &report["messages"][0];
    assert_eq!(
        (first["id"].as_i64(), first["statut"].as_str()),
        (Some(all), Some("envoye"))
    );
    assert_eq!(first["nb_destinataires"], 5);
    assert_eq!(first["motifs"]["doublon"], 1);
    assert_eq!(first["motifs"]["numero_invalide"], 1);
    assert_eq!(program.statut(nobody), "echec");
    assert_eq!(program.states(nobody), ["ignore sans_adresse"]);
    let details = database.texts("SELECT details_erreur AS v FROM messages ORDER BY id");
    assert_eq!(
        details[0],
        "1 destinataire non atteint : 1 numéro de téléphone invalide."
    );
    assert_eq!(
        details[1],
        "1 destinataire non atteint : 1 sans adresse utilisable."
    );
    assert_eq!(
        database.texts("SELECT CAST(nb_envoyes AS TEXT) AS v FROM messages ORDER BY id"),
        ["3", "0"]
    );
}

fn a_limit_takes_the_oldest_messages(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(1, 1);
    let ids: Vec<i64> = (0..3)
        .map(|_| program.programme(Canal::Sms, To::Parent(1)))
        .collect();
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '2026-01-02T00:00:00Z' WHERE id = {}",
        ids[2]
    ));
    assert_eq!(program.run(&["--limit", "1"]).code, 0);
    assert_eq!(
        ids.iter().map(|id| program.statut(*id)).collect::<Vec<_>>(),
        ["programme", "programme", "envoye"]
    );
}

fn what_is_not_due_stays(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(1, 1);
    let mut later = message(Canal::Sms, To::Parent(1));
    later.date_programmee = Some(program.conn().now().unwrap() + Duration::from_secs(60));
    let later = program.insert(&later);
    let draft = messages_core::model::NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::Parent(1))
    };
    let draft = program.insert(&draft);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(later), "programme");
    assert_eq!(program.statut(draft), "brouillon");
}

fn a_message_that_is_too_late_fails_with_its_reason(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(2, 1);
    let late = program.programme(Canal::Email, To::All);
    let typed_today = program.programme(Canal::Email, To::Parent(1));
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '2026-01-02T00:00:00Z';
         UPDATE messages SET programme_le = '2026-01-01T00:00:00Z' WHERE id = {late};"
    ));
    assert_eq!(program.run(&["--fail-on-error"]).code, 1);
    assert_eq!(program.states(late), ["echec expire", "echec expire"]);
    assert_eq!(program.statut(late), "echec");
    // A past date that is typed today goes out today.
    assert_eq!(program.states(typed_today), ["envoye"]);
}

fn resend_sends_to_the_failed_only(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 1);
    database.execute(
        "UPDATE envois SET etat = 'incertain', motif = 'resultat_inconnu' WHERE parent = 2;
         UPDATE messages SET nb_incertains = 1",
    );
    let before = files(database);
    let ended = program.run(&["resend", &id.to_string()]);
    assert_eq!(
        (ended.code, ended.stdout.contains("1 envoi repartira")),
        (0, true),
        "{ended:?}"
    );
    assert_eq!(program.statut(id), "en_attente");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(program.states(id), ["envoye", "envoye", "envoye"]);
    assert_eq!(
        files(database),
        before + 1,
        "one more file, under a name of its own"
    );
    assert_eq!(program.run(&["resend", "999"]).code, 1);
    let deeds = database.texts(
        "SELECT acteur || ' ' || numero || ' ' || bilan AS v FROM historique WHERE action = 'renvoye'",
    );
    assert_eq!(deeds, [format!("ligne de commande {id} {{\"envois\":1}}")]);
}

fn a_failed_message_that_is_programmed_again_begins_anew(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.parent(1, "06 12", "");
    let id = program.programme(Canal::Sms, To::Parent(1));
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["ignore numero_invalide"]);
    program.parent(1, &number(1), "");
    database.execute("UPDATE messages SET statut = 'programme'");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        (program.states(id), program.statut(id)),
        (vec!["envoye".to_owned()], "envoye".to_owned())
    );
}

fn files(database: &Database) -> usize {
    std::fs::read_dir(database.folder().join("outbox"))
        .unwrap()
        .count()
}

fn status_tells_what_waits(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    let ended = program.run(&["status"]);
    assert!(
        ended.stdout.contains("Dernier traitement : jamais."),
        "{}",
        ended.stdout
    );
    program.school(2, 1);
    program.programme(Canal::Sms, To::All);
    assert!(
        program
            .run(&["status"])
            .stdout
            .contains("À envoyer maintenant : 1 message")
    );
    assert_eq!(program.run(&[]).code, 0);
    let status = program.run(&["status", "--json"]).json();
    assert_eq!(status["passages"][0]["nb_envoyes"], 2);
    assert_eq!(status["programmes"], serde_json::json!([]));
}

#[test]
fn status_follows_the_language() {
    let database = Database::sqlite();
    let program = Program::new(&database)
        .set("MESSAGES_MODE", "fichier")
        .set("LANGUAGE_CODE", "en-us");
    let told = program.run(&["status"]).stdout;
    assert_eq!(
        told,
        "Programmed messages: none.\nDeliveries under way: none.\n\
         Last run: never. Was the scheduled task made?\n"
    );
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    let told = program.run(&["status"]).stdout;
    assert!(
        told.starts_with("To be sent now: 1 message (for less than a minute)."),
        "{told}"
    );
    assert_eq!(program.run(&[]).code, 0);
    let told = program.run(&["status"]).stdout;
    assert!(
        told.contains("1 message, 1 reached, 0 failed, 0 uncertain, 0 not sent"),
        "{told}"
    );
}

fn simulation_is_said_first_and_marked(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "simulation");
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    for arguments in [&["--dry-run"][..], &["status"], &["check"], &["run"]] {
        let ended = program.run(arguments);
        let first = ended.stdout.lines().take(2).collect::<String>();
        assert!(
            first.contains("SIMULATION"),
            "{arguments:?}: {}",
            ended.stdout
        );
    }
    assert_eq!(
        database.number(
            "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE simule AND statut = 'envoye'"
        ),
        1
    );
}

fn a_closed_stdout_stops_nothing(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.school(5, 1);
    let id = program.programme(Canal::Sms, To::All);
    let mut child = program.command(&[]).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(program.statut(id), "envoye");
}

/// What packages have beside the program.
#[test]
fn it_writes_its_manual_and_what_shells_complete() {
    let database = Database::sqlite();
    let program = Program::new(&database);
    let ended = program.run(&["pages", "pages"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:?}");
    let read = |name: &str| std::fs::read_to_string(database.folder().join("pages").join(name));
    let page = read("process-scheduled.1").unwrap();
    assert!(page.contains("toutes les cinq minutes"), "{page}");
    assert!(!page.contains("pages"), "{page}");
    assert!(read("process-scheduled-resend.1").is_ok());
    for name in [
        "process-scheduled.bash",
        "_process-scheduled",
        "process-scheduled.fish",
    ] {
        assert!(read(name).unwrap().contains("fail-on-error"), "{name}");
    }
    // A folder that cannot be made.
    let ended = program.run(&["pages", "pages/_process-scheduled/x"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("_process-scheduled/x"), "{ended:?}");
}
