//! What a relay refuses, for good or for now.

use super::{copies, mailboxes, reached, said};
use crate::program::{Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    a_refused_recipient_fails_alone_and_the_connection_goes_on,
    without_pipelining_a_refused_recipient_fails_alone,
    a_refusal_of_the_content_is_final,
    a_refused_sender_stops_the_channel_and_costs_nobody_an_attempt,
    what_is_refused_for_now_is_sent_later_and_once,
    the_seventh_refusal_for_now_is_the_last,
    a_connection_closed_while_it_was_idle_is_replaced_in_the_same_run,
    a_relay_that_is_always_busy_is_not_asked_for_everybody,
);

const UNKNOWN: &str = "550 5.1.1 <parent2@exemple.example>: unknown user";

fn a_refused_recipient_fails_alone_and_the_connection_goes_on(database: &Database) {
    refused_recipient(database, Script::default());
}

fn without_pipelining_a_refused_recipient_fails_alone(database: &Database) {
    refused_recipient(database, Script::default().no_pipelining());
}

fn refused_recipient(database: &Database, script: Script) {
    let server =
        Server::start(script.on_recipient("parent2@", Stage::Rcpt, Action::reply(UNKNOWN)));
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(4, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json", "--fail-on-error"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.json()["messages"][0]["motifs"]["permanent"], 1);
    assert_eq!(
        program.states(id),
        ["envoye", "echec permanent", "envoye", "envoye"]
    );
    let refused = &rows(&program, id)[1];
    assert_eq!(
        (refused.code.as_str(), refused.verdict.as_str()),
        ("550 5.1.1", "permanent")
    );
    assert_eq!(refused.detail, UNKNOWN.trim_start_matches("550 "));
    assert_eq!(reached(&server), mailboxes([1, 3, 4]));
    assert_eq!(server.connections(), 1);
    assert_eq!(program.statut(id), "envoye");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(server.accepted_count(), 3);
}

fn a_refusal_of_the_content_is_final(database: &Database) {
    let script = Script::default()
        .on_recipient(
            "parent1@",
            Stage::Body,
            Action::reply("554 5.7.1 looks like spam"),
        )
        .on_recipient("parent2@", Stage::Data, Action::reply("552 too much"))
        .on_recipient(
            "parent3@",
            Stage::Body,
            Action::reply("550-5.7.0 first line\n550 5.7.0 last"),
        );
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(4, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let rows = rows(&program, id);
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["554 5.7.1", "552", "550 5.7.0", ""]);
    let states: Vec<String> = rows.iter().map(Row::state).collect();
    assert_eq!(
        states,
        [
            "echec permanent",
            "echec permanent",
            "echec permanent",
            "envoye"
        ]
    );
    assert_eq!(reached(&server), mailboxes([4]));
}

fn a_refused_sender_stops_the_channel_and_costs_nobody_an_attempt(database: &Database) {
    let refusal = Action::reply("553 5.7.1 not your address");
    let server = Server::start(Script::default().on(Stage::Mail, refusal));
    let program = Program::new(database).relay(&server);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "config 553 5.7.1"
    );
    assert!(
        rows(&program, id).iter().all(Row::is_untouched),
        "{:?}",
        rows(&program, id)
    );
    assert!(said(&server, "MAIL").len() <= 4, "{:?}", server.commands());
    assert_eq!(program.statut(id), "en_attente");
    let mended = Server::start(Script::default());
    let program = program.relay(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), mailboxes(1..=20));
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
}

fn what_is_refused_for_now_is_sent_later_and_once(database: &Database) {
    let script = Script::default()
        .on_recipient(
            "parent1@",
            Stage::Rcpt,
            Action::reply("450 4.2.0 greylisted"),
        )
        .times(1)
        .on_recipient("parent2@", Stage::Data, Action::reply("451 4.3.0 later"))
        .times(1)
        .on_recipient(
            "parent3@",
            Stage::Body,
            Action::reply("452 4.3.1 disk full"),
        )
        .times(1)
        .on_recipient(
            "parent4@",
            Stage::Body,
            Action::reply("421 4.3.2 going down"),
        )
        .times(1);
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(5, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        (
            &ended.json()["totaux"]["reportes"],
            &ended.json()["en_attente"]
        ),
        (&4.into(), &4.into())
    );
    let waiting = rows(&program, id);
    let codes: Vec<&str> = waiting.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(
        codes,
        ["450 4.2.0", "451 4.3.0", "452 4.3.1", "421 4.3.2", ""]
    );
    for row in &waiting[..4] {
        assert_eq!(
            (row.etat.as_str(), row.tentatives, row.ambigus),
            ("a_envoyer", 1, 0),
            "{row:?}"
        );
        assert_eq!(row.verdict, "temporaire");
        assert!((240..=360).contains(&row.wait), "{row:?}");
    }
    assert_eq!(program.statut(id), "en_attente");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes([5]), "not before its time");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=5));
    let tries: Vec<i64> = rows(&program, id)
        .iter()
        .map(|row| row.tentatives)
        .collect();
    assert_eq!(tries, [2, 2, 2, 2, 1]);
    assert_eq!(program.statut(id), "envoye");
}

fn the_seventh_refusal_for_now_is_the_last(database: &Database) {
    let refusal = Action::reply("450 4.2.0 greylisted");
    let server = Server::start(Script::default().on(Stage::Rcpt, refusal));
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::All);
    for (attempt, minutes) in (1..).zip([5, 15, 60, 180, 360, 720]) {
        assert_eq!(program.run(&[]).code, 0);
        let row = rows(&program, id).remove(0);
        assert_eq!(
            (row.etat.as_str(), row.tentatives),
            ("a_envoyer", attempt),
            "{row:?}"
        );
        let spread = (minutes * 48)..=(minutes * 72);
        assert!(spread.contains(&row.wait), "attempt {attempt}: {row:?}");
        program.wait_is_over();
    }
    assert_eq!(program.run(&["--fail-on-error"]).code, 1);
    assert_eq!(program.states(id), ["echec epuise"]);
    assert_eq!(program.statut(id), "echec");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(said(&server, "RCPT").len(), 7);
}

fn a_connection_closed_while_it_was_idle_is_replaced_in_the_same_run(database: &Database) {
    let breaks = [
        Action::reply("421 4.4.2 idle for too long"),
        Action::Close,
        Action::Reset,
    ];
    let scripts = breaks.into_iter().flat_map(|action| {
        [Stage::Mail, Stage::Rcpt, Stage::Data].map(|stage| (stage, action.clone()))
    });
    let mut program = Program::new(database).set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(4, 1);
    for (stage, action) in scripts {
        let normal = if stage == Stage::Data {
            "354 Go ahead"
        } else {
            "250 2.1.0 Ok"
        };
        let case = format!("{action:?} at {stage:?}");
        let script = Script::default()
            .on_first(2, stage, Action::reply(normal))
            .on_first(1, stage, action);
        let server = Server::start(script);
        program = program.relay(&server);
        let id = program.programme(Canal::Email, To::All);
        let report = program.run(&["--json"]).json();
        assert_eq!(report["totaux"]["envoyes"], 4, "{case}: {report}");
        assert_eq!(report["totaux"]["reportes"], 0, "{case}: {report}");
        assert_eq!(reached(&server), mailboxes(1..=4), "{case}");
        assert!(
            rows(&program, id).iter().all(|row| row.tentatives == 1),
            "{case}"
        );
        assert_eq!(server.connections(), 2, "{case}");
    }
}

fn a_relay_that_is_always_busy_is_not_asked_for_everybody(database: &Database) {
    let busy = Action::reply("421 4.3.2 too busy");
    let server = Server::start(Script::default().on(Stage::Mail, busy));
    let program = Program::new(database).relay(&server);
    program.school(50, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "temporaire 421 4.3.2"
    );
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    assert!(server.connections() <= 5 + 4, "{}", server.connections());
    let well = Server::start(Script::default());
    let program = program.relay(&well);
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&well), mailboxes(1..=50));
    assert_eq!(copies(&well, 1).len(), 1);
}
