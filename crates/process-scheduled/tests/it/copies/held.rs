//! A database that went back in time, or is a copy, on both databases.

use super::{done, due, gateway, held, school};
use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::Gateway;
use messages_testing::stories;
use std::time::Duration;

stories!(
    what_went_back_in_time_sends_when_it_is_said,
    what_is_said_message_by_message,
    a_copy_holds_what_is_for_later_too,
    where_nothing_could_leave_again_nobody_is_asked,
    a_first_run_and_an_upgrade_say_nothing,
    what_only_pretends_is_not_held,
    it_is_an_incident_that_is_told_once,
    what_was_leaving_is_ended_too,
    another_machine_does_not_ask_again,
);

/// As after a backup of before the last run was put back.
fn goes_back(program: &Program<'_>) {
    program
        .database
        .execute("UPDATE generations SET nombre = 0");
}

/// As after a copy to another place.
fn is_moved(program: &Program<'_>) {
    program
        .database
        .execute("UPDATE origine SET lieu = 'ailleurs'");
}

fn ran<'d>(database: &'d Database, gateway: &Gateway) -> Program<'d> {
    let program = school(database, gateway);
    done(&program, &[]);
    program
}

fn what_went_back_in_time_sends_when_it_is_said(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let id = due(&program);
    goes_back(&program);
    let said = held(&program);
    assert!(
        said.contains("revenue en arrière") && said.contains(&format!("n° {id} (")),
        "{said}"
    );
    held(&program);
    assert_eq!(gateway.accepted_count(), 0);
    let shown = program.run(&["resume"]);
    assert_eq!(shown.code, 78);
    assert!(shown.stdout.contains("2 destinataires), SMS"), "{shown:?}");
    assert_eq!(program.run(&["check"]).code, 78);
    let status = program.run(&["status"]);
    assert!(
        status.stdout.contains("ATTENTION, rien n'est envoyé"),
        "{status:?}"
    );
    done(&program, &["resume", "--all"]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    let shown = done(&program, &["resume"]);
    assert!(shown.stdout.contains("Rien n'est retenu"), "{shown:?}");
    program.verify();
}

fn what_is_said_message_by_message(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let [one, two, three] = [(); 3].map(|()| due(&program));
    goes_back(&program);
    held(&program);
    let wrong = program.run(&["resume", &one.to_string(), "999"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    let told = done(
        &program,
        &["resume", &one.to_string(), "--skip", &two.to_string()],
    );
    assert!(
        told.stdout.contains("1 message reste à décider"),
        "{told:?}"
    );
    assert!(held(&program).contains("1 message pourrait repartir"));
    // What staff do with it themselves is said too.
    database.execute(&format!(
        "UPDATE messages SET statut = 'brouillon' WHERE id = {three}"
    ));
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    let ends = [one, two, three].map(|id| program.statut(id));
    assert_eq!(ends, ["envoye", "echec", "brouillon"]);
    let why = format!("SELECT details_erreur AS v FROM messages WHERE id = {two}");
    assert!(database.texts(&why)[0].contains("peut-être déjà parti"));
    program.verify();
}

fn later(program: &Program<'_>) -> i64 {
    let mut later = message(Canal::Sms, To::All);
    later.date_programmee = Some(program.conn().now().unwrap() + Duration::from_secs(3600));
    program.insert(&later)
}

fn a_copy_holds_what_is_for_later_too(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let id = later(&program);
    is_moved(&program);
    assert!(held(&program).contains("une copie"));
    done(&program, &["resume", "--none"]);
    assert_eq!(program.statut(id), "programme");
    done(&program, &[]);
}

fn where_nothing_could_leave_again_nobody_is_asked(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    is_moved(&program);
    let ended = done(&program, &[]);
    assert_eq!(ended.stderr, "");
    later(&program);
    goes_back(&program);
    done(&program, &[]);
    assert_eq!(program.log().matches("base adoptee").count(), 2);
    // It is the same database from then on.
    due(&program);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
}

fn a_first_run_and_an_upgrade_say_nothing(database: &Database) {
    let gateway = gateway();
    let program = school(database, &gateway);
    due(&program);
    assert_eq!(done(&program, &[]).stderr, "");
    due(&program);
    // As before there were generations.
    database.execute(
        "DROP TABLE doutes; DROP TABLE generations; DROP TABLE origine;
         DELETE FROM __diesel_schema_migrations WHERE version = '20261128130000'",
    );
    done(&program, &["migrate"]);
    assert_eq!(done(&program, &[]).stderr, "");
    assert_eq!(gateway.accepted_count(), 4);
    program.verify();
}

fn what_only_pretends_is_not_held(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let id = due(&program);
    is_moved(&program);
    held(&program);
    for mode in ["simulation", "fichier"] {
        done(&program.clone().set("MESSAGES_MODE", mode), &[]);
    }
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(gateway.accepted_count(), 0);
}

fn it_is_an_incident_that_is_told_once(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    due(&program);
    goes_back(&program);
    let quiet = || {
        let ended = program.run(&["--quiet"]);
        (ended.code, ended.stderr.lines().count())
    };
    assert_eq!([quiet(), quiet(), quiet()], [(78, 1), (78, 0), (78, 0)]);
    let status = program.run(&["status", "--check", "--json"]);
    assert_eq!(status.code, 1);
    let genres: Vec<String> = status.json()["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|incident| incident["genre"].to_string())
        .collect();
    assert!(genres.contains(&"\"retenue\"".to_owned()), "{genres:?}");
    done(&program, &["resume", "--all"]);
    let over = done(&program, &["--quiet"]);
    assert!(over.stderr.contains("FIN D'ALERTE. "), "{over:?}");
    assert_eq!(program.run(&["status", "--check"]).code, 0);
}

/// A backup that was made in the middle of a run.
fn what_was_leaving_is_ended_too(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let id = due(&program);
    done(&program, &[]);
    database.execute(
        "UPDATE messages SET statut = 'en_attente', nb_envoyes = 0;
         DELETE FROM tentatives;
         UPDATE envois SET etat = 'a_envoyer', jeton = 0, tentatives = 0, termine_le = NULL
          WHERE parent = 1;
         UPDATE envois SET etat = 'emission', proprio = 'mort', termine_le = NULL,
                           bail_jusqua = prochaine
          WHERE parent = 2;
         INSERT INTO tentatives (envoi, jeton, passage, debut)
         SELECT id, jeton, 'mort', prochaine FROM envois WHERE parent = 2;",
    );
    goes_back(&program);
    held(&program);
    done(&program, &["resume", "--none"]);
    assert_eq!(
        program.states(id),
        ["ignore annule", "incertain resultat_inconnu"]
    );
    assert_eq!(program.statut(id), "echec");
    let why = format!("SELECT details_erreur AS v FROM messages WHERE id = {id}");
    let why = database.texts(&why).remove(0);
    assert!(
        why.contains("peut-être déjà parti") && why.contains("1 annulé avant l'envoi"),
        "{why}"
    );
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    program.verify();
}

/// Each has its own folder of answers; whichever looks first, a person is asked once.
fn another_machine_does_not_ask_again(database: &Database) {
    let gateway = gateway();
    let program = ran(database, &gateway);
    let other = program.clone().set("MESSAGES_JOURNAL", "autre.reponses");
    // It joins, which is no copy.
    due(&program);
    done(&other, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    due(&program);
    goes_back(&program);
    held(&program);
    held(&other);
    done(&other, &["resume", "--all"]);
    done(&program, &[]);
    done(&other, &[]);
    assert_eq!(gateway.accepted_count(), 4);
    // Nor does what it knew of before count again.
    due(&program);
    done(&program, &[]);
    done(&other, &[]);
    assert_eq!(gateway.accepted_count(), 6);
}
