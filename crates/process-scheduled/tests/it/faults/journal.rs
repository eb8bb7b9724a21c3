//! The answers on the local file: the next run takes over what a dead one heard, and nothing else.

use crate::program::{Ended, Program, To, number};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

stories!(
    an_answer_that_a_dead_run_wrote_down_is_taken_over,
    a_run_that_is_alive_takes_over_what_was_left_meanwhile,
    what_does_not_fit_changes_nothing,
    a_persons_wish_comes_before_an_old_answer,
    sending_goes_on_without_a_journal,
    what_left_after_the_backup_was_made_does_not_leave_again,
);

/// A school of four whose SMS are all uncertain, as after a kill.
fn uncertain<'d>(database: &'d Database, gateway: &Gateway) -> (Program<'d>, i64) {
    let program = Program::new(database)
        .gateway(gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(4, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["incertain resultat_inconnu"; 4]);
    (program, id)
}

fn silent() -> Gateway {
    Gateway::start(GatewayScript::default().answer(Answer::AcceptThenClose))
}

/// Where the program keeps its journals.
fn folder(database: &Database) -> PathBuf {
    let name = if database.is_postgres() {
        "messages.reponses"
    } else {
        "messages.sqlite3.reponses"
    };
    database.folder().join(name)
}

/// What a dead run would have left for the envoi of `parent`, were its token `jeton` higher.
fn line(database: &Database, parent: i64, verdict: &str, jeton: i64) -> String {
    let question = format!(
        "SELECT '\"cle\":\"' || m.cle || '\",\"envoi\":' || e.id || ',\"jeton\":' || (e.jeton + {jeton}) AS v
           FROM envois e JOIN messages m ON m.id = e.message WHERE e.parent = {parent}"
    );
    let named = database.texts(&question).remove(0);
    format!(
        "\n{{{named},\"verdict\":\"{verdict}\",\"code\":\"550\",\"reference\":null,\
         \"unreached\":false,\"slow\":false,\"panicked\":false}}\n"
    )
}

fn leave(database: &Database, name: &str, text: &str) -> PathBuf {
    std::fs::create_dir_all(folder(database)).unwrap();
    let path = folder(database).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn an_answer_that_a_dead_run_wrote_down_is_taken_over(database: &Database) {
    let gateway = silent();
    let (program, id) = uncertain(database, &gateway);
    let names = std::fs::read_dir(folder(database)).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        names
            .into_iter()
            .all(|name| name.starts_with("generation-")),
        "a run that ended leaves no journal"
    );
    let text = [
        line(database, 1, "accepte", 0),
        line(database, 2, "permanent", 0),
        line(database, 3, "ambigu", 0),
        "\n{\"cle\":\"".to_owned(),
    ];
    let path = leave(database, "dead.jsonl", &text.concat());
    let report = program.run(&["--json"]).json();
    assert_eq!(
        program.states(id),
        [
            "envoye",
            "echec permanent",
            "incertain resultat_inconnu",
            "incertain resultat_inconnu"
        ]
    );
    assert_eq!(report["totaux"]["envoyes"], 1);
    assert_eq!(program.statut(id), "envoye");
    assert!(!path.exists());
    assert_eq!(gateway.received_count(), 4, "nothing is sent again");
    program.verify();
}

fn a_run_that_is_alive_takes_over_what_was_left_meanwhile(database: &Database) {
    let (program, id) = uncertain(database, &silent());
    let heard = line(database, 1, "accepte", 0);
    let slow = Gateway::start(GatewayScript::default().latency(Duration::from_secs(2)));
    let program = program.gateway(&slow);
    program.programme(Canal::Sms, To::All);
    let run = program.command(&[]).spawn().unwrap();
    assert!(slow.wait_received(1, Duration::from_secs(20)));
    let path = leave(database, "dead.jsonl", &heard);
    let ended = Ended::from(run.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id)[0], "envoye");
    assert!(!path.exists());
    program.verify();
}

fn what_does_not_fit_changes_nothing(database: &Database) {
    let gateway = silent();
    let (program, id) = uncertain(database, &gateway);
    let foreign = line(database, 1, "accepte", 0).replace("\"cle\":\"", "\"cle\":\"0");
    let foreign = leave(database, "foreign.jsonl", &foreign);
    let late = leave(database, "late.jsonl", &line(database, 2, "accepte", -1));
    let alive = leave(database, "alive.jsonl", &line(database, 3, "accepte", 0));
    let held = File::open(&alive).unwrap();
    held.lock().unwrap();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["incertain resultat_inconnu"; 4]);
    assert!(foreign.exists(), "it is another database's");
    assert!(!late.exists());
    assert!(alive.exists(), "its run lives");
    drop(held);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id)[2], "envoye");
    program.verify();
}

fn a_persons_wish_comes_before_an_old_answer(database: &Database) {
    let gateway = silent();
    let (program, id) = uncertain(database, &gateway);
    let refused = line(database, 1, "permanent", 0);
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    leave(database, "dead.jsonl", &refused);
    let open = Gateway::start(GatewayScript::default());
    let program = program.gateway(&open);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), ["envoye"; 4]);
    assert_eq!(open.accepted_count(), 4);
    program.verify();
}

fn sending_goes_on_without_a_journal(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let file = database.folder().join("a-file");
    std::fs::write(&file, "").unwrap();
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_JOURNAL", file.to_str().unwrap());
    program.school(3, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 3]);
    assert_eq!(
        ended.stderr.matches("MESSAGES_JOURNAL").count(),
        1,
        "{ended:?}"
    );
    assert!(!ended.stderr.contains(&number(1)));
    program.verify();
}

/// The run that was killed had its answers in the journal; then the database went back to before it.
#[cfg(feature = "failpoints")]
fn what_left_after_the_backup_was_made_does_not_leave_again(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(4, 1);
    let id = program.programme(Canal::Sms, To::All);
    let mut killed = program.command(&[]);
    let killed = killed.env("FAILPOINT", "journaled:2").status().unwrap();
    assert_eq!(killed.code(), None);
    assert_eq!(gateway.accepted_count(), 3);
    // As it was when the recipients were worked out.
    database.execute(
        "DELETE FROM tentatives;
         UPDATE envois SET etat = 'a_envoyer', jeton = 0, tentatives = 0, emis_le = NULL,
                           termine_le = NULL, proprio = NULL, bail_jusqua = NULL;",
    );
    // The third number is another parent's here.
    database.execute("UPDATE envois SET adresse = '+33612999999' WHERE parent = 3");
    database.execute(
        "UPDATE parents SET telephone = '+33612999999', telephone_e164 = '+33612999999' WHERE id = 3",
    );
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 4]);
    let mut to: Vec<String> = gateway
        .accepted()
        .iter()
        .map(|sms| sms.body["to"].to_string())
        .collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), gateway.accepted_count()), (5, 5), "{to:?}");
    program.verify();
}

#[cfg(not(feature = "failpoints"))]
const fn what_left_after_the_backup_was_made_does_not_leave_again(_: &Database) {}
