//! Simulation eats no real message.

use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    what_sent_for_real_takes_no_simulation,
    a_run_that_was_killed_may_have_sent,
    a_long_silence_forgets_nothing,
    a_fresh_database_is_for_trials,
    what_a_simulation_marked_can_be_sent,
);

/// Every way to run without sending is refused, and takes nothing.
fn refuses(program: &Program<'_>) {
    let id = program.insert(&message(Canal::Sms, To::Parent(1)));
    for (mode, word) in [
        ("", "SIMULATION"),
        ("simulation", "SIMULATION"),
        ("fichier", "fichier"),
    ] {
        let trial = program.clone().set("MESSAGES_MODE", mode);
        for arguments in [&[][..], &["--json"], &["--dry-run"], &["check"]] {
            let ended = trial.run(arguments);
            assert_eq!(ended.code, 78, "{mode} {arguments:?}: {ended:?}");
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(
                said.contains(&format!("MESSAGES_MODE : {word} refusé")),
                "{ended:?}"
            );
        }
        // It was told, and is told again in a day.
        let quiet = trial.run(&["--quiet"]);
        assert_eq!((quiet.code, quiet.stderr.as_str()), (78, ""));
        let status = trial.run(&["status"]);
        assert!(
            status.code == 0 && status.stdout.contains("ATTENTION, MESSAGES_MODE"),
            "{status:?}"
        );
        let english = trial.set("LANGUAGE_CODE", "en-us").run(&[]);
        assert!(
            english.stderr.contains(&format!("{word} refused")),
            "{english:?}"
        );
    }
    assert_eq!(program.statut(id), "programme");
    assert_eq!(program.states(id), [""; 0]);
}

fn what_sent_for_real_takes_no_simulation(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    refuses(&program);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.accepted_count(), 2);
}

fn a_run_that_was_killed_may_have_sent(database: &Database) {
    let program = Program::new(database);
    program.school(1, 1);
    assert_eq!(program.run(&[]).code, 0);
    database.execute("UPDATE passages SET fin = NULL");
    refuses(&program);
}

fn a_long_silence_forgets_nothing(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    database.execute(
        "UPDATE passages SET debut = '2026-03-01T08:00:00Z', battement = '2026-03-01T08:00:00Z'",
    );
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.run(&[]).code, 0);
    let kept = "SELECT CAST(count(*) AS TEXT) AS v FROM passages WHERE nb_envoyes > 0";
    assert_eq!(database.number(kept), 1);
    refuses(&program);
}

fn a_fresh_database_is_for_trials(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    // An evening with the real settings and nothing to send is a trial too.
    assert_eq!(program.run(&[]).code, 0);
    for mode in ["", "simulation", "fichier"] {
        let id = program.programme(Canal::Sms, To::All);
        let ended = program.clone().set("MESSAGES_MODE", mode).run(&[]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(program.statut(id), "envoye");
    }
    assert_eq!(gateway.received_count(), 0);
    let status = program.run(&["status"]);
    assert!(
        status.stdout.contains(
            "À VÉRIFIER, 2 messages marqués « envoyé » par une simulation ne sont jamais partis (n° 2, 1)"
        ),
        "{status:?}"
    );
    assert_eq!(program.run(&["status", "--json"]).json()["simules"], 2);
    let trial = program.set("MESSAGES_MODE", "simulation").run(&["status"]);
    assert!(!trial.stdout.contains("À VÉRIFIER"), "{trial:?}");
}

fn what_a_simulation_marked_can_be_sent(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(3, 1);
    let id = program.programme(Canal::Sms, To::All);
    let lost = program.clone().set("MESSAGES_MODE", "");
    assert_eq!(lost.run(&[]).code, 0);
    assert_eq!(program.states(id), ["envoye"; 3]);
    assert_eq!(program.run(&["status", "--json"]).json()["simules"], 1);
    let ended = program.run(&["resend", &id.to_string()]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.accepted_count(), 3);
    assert_eq!(program.states(id), ["envoye"; 3]);
    assert_eq!(program.run(&["status", "--json"]).json()["simules"], 0);
    // Once is enough.
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 1);
    program.verify();
}
