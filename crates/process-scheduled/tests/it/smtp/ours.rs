//! What a relay says of us and not of a recipient: nobody fails for it, no attempt is used.

use super::{mailboxes, reached, said};
use crate::program::{Ended, Program, To};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::time::{Duration, Instant};

stories!(
    what_is_said_of_us_stops_the_channel_after_the_first,
    a_relay_that_refuses_everybody_without_a_reason_means_us,
    dead_addresses_before_the_first_good_one_fail_alone,
    a_few_dead_addresses_and_nobody_else_fail_as_they_were_refused,
    a_limit_leaves_the_rest_for_a_later_run,
    a_locked_account_is_tried_less_and_less_often,
    a_wrong_password_is_tried_less_often_from_the_third_run_on,
    a_relay_with_few_connections_and_a_pace_is_served_in_one_run,
    unwanted_mail_is_told_as_such,
    a_refusal_for_good_that_says_later_is_for_later,
    why_a_channel_is_stopped_is_kept_and_told_until_somebody_is_accepted,
);

/// Where, what, the cause, and the setting that the sentence names.
const OURS: &[(Stage, &str, &str, &str)] = &[
    (
        Stage::Banner,
        "550 5.7.1 Adresse IP source bloquee pour incident de spam. OFR006_102 [102]",
        "adresse_ip",
        "EMAIL_HOST",
    ),
    (
        Stage::Ehlo,
        "501 Syntactically invalid EHLO argument(s)",
        "helo",
        "EMAIL_HELO_NAME",
    ),
    (
        Stage::Mail,
        "553 5.7.1 <ecole@exemple.example>: Sender address rejected: not owned by user moulin",
        "expediteur",
        "DEFAULT_FROM_EMAIL",
    ),
    (
        Stage::Rcpt,
        "550 Sender verify failed",
        "expediteur",
        "DEFAULT_FROM_EMAIL",
    ),
    (
        Stage::Rcpt,
        "450 4.1.8 <ecole@exemple.example>: Sender address rejected: Domain not found",
        "expediteur",
        "DEFAULT_FROM_EMAIL",
    ),
    (
        Stage::Rcpt,
        "554 5.7.1 <parent1@exemple.example>: Relay access denied",
        "relayage",
        "EMAIL_HOST_USER",
    ),
    (
        Stage::Rcpt,
        "454 4.7.1 <parent1@exemple.example>: Relay access denied",
        "relayage",
        "EMAIL_HOST_USER",
    ),
    (
        Stage::Rcpt,
        "504 5.5.2 <PC-ACCUEIL>: Helo command rejected: need fully-qualified hostname",
        "helo",
        "EMAIL_HELO_NAME",
    ),
    (
        Stage::Rcpt,
        "530 5.7.0 Must issue a STARTTLS command first",
        "chiffrement",
        "EMAIL_USE_TLS",
    ),
    (
        Stage::Body,
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "expediteur",
        "DEFAULT_FROM_EMAIL",
    ),
    (
        Stage::Body,
        "550-5.7.26 Unauthenticated email from exemple.example is not accepted due to\n550 5.7.26 domain's DMARC policy.",
        "domaine",
        "DMARC",
    ),
];

fn cause(ended: &Ended) -> String {
    ended.json()["canaux_arretes"][0]["cause"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn what_is_said_of_us_stops_the_channel_after_the_first(database: &Database) {
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Email, To::All);
    for (stage, reply, why, setting) in OURS {
        let server = Server::start(Script::default().on(*stage, Action::reply(*reply)));
        program = program.relay(&server);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{reply}: {ended:?}");
        assert_eq!(cause(&ended), *why, "{reply}");
        assert!(
            rows(&program, id).iter().all(Row::is_untouched),
            "{reply}: {:?}",
            rows(&program, id)
        );
        assert!(
            server.connections() <= 1,
            "{reply}: {}",
            server.connections()
        );
        assert!(
            said(&server, "RCPT").len() <= 1,
            "{reply}: {:?}",
            server.commands()
        );
        let people = program.run(&[]).stdout;
        assert!(
            people.contains("réglage à corriger") && people.contains(setting),
            "{reply}: {people}"
        );
        assert!(!people.contains('@'), "no address is printed: {people}");
    }
    let mended = Server::start(Script::default());
    let program = program.relay(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), mailboxes(1..=20));
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
    program.verify();
}

fn a_relay_that_refuses_everybody_without_a_reason_means_us(database: &Database) {
    let mut program = Program::new(database);
    program.school(12, 1);
    let group = program.programme(Canal::Email, To::All);
    let singles: Vec<i64> = (1..=3)
        .map(|parent| program.programme(Canal::Email, To::Parent(parent)))
        .collect();
    let all = |program: &Program<'_>| {
        let ids = singles.iter().copied().chain([group]);
        ids.flat_map(|id| rows(program, id)).collect::<Vec<_>>()
    };
    for (stage, reply) in [
        (Stage::Rcpt, "550 no"),
        (Stage::Rcpt, "550 Administrative prohibition"),
        (Stage::Body, "554 Transaction failed"),
        (Stage::Rcpt, "550 5.1.1 User unknown"),
    ] {
        let server = Server::start(Script::default().on(stage, Action::reply(reply)));
        program = program.relay(&server);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(cause(&ended), "refus");
        let asked = said(&server, "RCPT").len();
        assert!((3..=5).contains(&asked), "{asked}");
        assert!(
            all(&program).iter().all(Row::is_untouched),
            "{:?}",
            all(&program)
        );
        assert_eq!(ended.json()["totaux"]["echecs"], 0);
    }
    let mended = Server::start(Script::default());
    let program = program.relay(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(mended.accepted_count(), 15);
    assert!(
        all(&program)
            .iter()
            .all(|row| row.etat == "envoye" && row.tentatives == 1)
    );
    program.verify();
}

fn dead_addresses_before_the_first_good_one_fail_alone(database: &Database) {
    let dead = Action::reply("550 no such user");
    let script = (1..=4).fold(Script::default(), |script, parent| {
        script.on_recipient(&format!("parent{parent}@"), Stage::Rcpt, dead.clone())
    });
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(8, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let states = program.states(id);
    assert_eq!(states[..4], ["echec permanent"; 4]);
    assert_eq!(states[4..], ["envoye"; 4]);
    program.verify();
}

fn a_few_dead_addresses_and_nobody_else_fail_as_they_were_refused(database: &Database) {
    let server = Server::start(Script::default().on(Stage::Rcpt, Action::reply("550 no")));
    let program = Program::new(database).relay(&server);
    program.school(2, 1);
    let id = program.programme(Canal::Email, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(program.states(id), ["echec permanent"; 2]);
    assert_eq!(program.statut(id), "echec");
}

fn a_limit_leaves_the_rest_for_a_later_run(database: &Database) {
    for (stage, reply) in [
        (
            Stage::Rcpt,
            "550 5.4.5 Daily user sending limit exceeded. For more information go to https://support.example/",
        ),
        (
            Stage::Body,
            "554 5.7.0 Your message could not be sent. The limit on the number of allowed outgoing messages was exceeded. Try again later.",
        ),
    ] {
        let right = if stage == Stage::Rcpt {
            "250 2.1.5 Ok"
        } else {
            "250 2.0.0 Ok"
        };
        let script = Script::default()
            .on_first(7, stage, Action::reply(right))
            .on(stage, Action::reply(reply));
        let server = Server::start(script);
        let program = Program::new(database)
            .relay(&server)
            .set("MESSAGES_EMAIL_CONNECTIONS", "1");
        program.school(20, 1);
        let id = program.programme(Canal::Email, To::All);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(cause(&ended), "limite");
        let waiting: Vec<Row> = rows(&program, id)
            .into_iter()
            .filter(|row| row.etat != "envoye")
            .collect();
        assert_eq!(waiting.len(), 13);
        assert!(waiting.iter().all(Row::is_untouched), "{waiting:?}");
        assert_eq!(server.accepted_count(), 7);
        assert_eq!(said(&server, "RCPT").len(), 8);
        let people = program.run(&[]).stdout;
        assert!(people.contains("limite d'envoi du fournisseur"), "{people}");
        let tomorrow = Server::start(Script::default());
        let program = program.relay(&tomorrow);
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(tomorrow.accepted_count(), 13);
        assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
    }
}

const USER: (&str, &str) = ("EMAIL_HOST_USER", "ecole@exemple.example");

/// Minutes until the channel is tried again, as the database has it.
fn pause(database: &Database) -> i64 {
    let seconds = if database.is_postgres() {
        "CAST(EXTRACT(EPOCH FROM bloque_jusqua - now()) AS BIGINT)"
    } else {
        "CAST((julianday(bloque_jusqua) - julianday('now')) * 86400 AS INTEGER)"
    };
    let question = format!(
        "SELECT CAST(COALESCE({seconds}, 0) AS TEXT) AS v FROM canaux WHERE canal = 'email'"
    );
    (database.number(&question) + 30) / 60
}

fn with_password<'d>(database: &'d Database, server: &Server) -> Program<'d> {
    Program::new(database)
        .relay(server)
        .set(USER.0, USER.1)
        .set("EMAIL_HOST_PASSWORD", "secret")
}

fn a_locked_account_is_tried_less_and_less_often(database: &Database) {
    let locked = Action::reply("454 4.7.0 Too many login attempts, please try again later.");
    let script = Script::default()
        .auth(USER.1, "secret")
        .on_first(3, Stage::Auth, locked);
    let server = Server::start(script);
    let program = with_password(database, &server);
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    for (tries, minutes) in (1..).zip([5, 10, 20]) {
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(cause(&ended), "verrou");
        assert_eq!(pause(database), minutes);
        let again = program.run(&["--json"]);
        assert_eq!((cause(&again).as_str(), again.code), ("verrou", 0));
        assert_eq!(
            said(&server, "AUTH").len(),
            tries,
            "not asked while it is paused"
        );
        assert!(rows(&program, id).iter().all(Row::is_untouched));
        program.wait_is_over();
    }
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=3));
    assert_eq!(
        database.number("SELECT CAST(arrets AS TEXT) AS v FROM canaux WHERE canal = 'email'"),
        0
    );
}

fn a_wrong_password_is_tried_less_often_from_the_third_run_on(database: &Database) {
    let server = Server::start(Script::default().auth(USER.1, "another"));
    let program = with_password(database, &server);
    program.school(3, 1);
    program.programme(Canal::Email, To::All);
    for minutes in [0, 0, 5] {
        let ended = program.run(&["--json"]);
        assert_eq!((ended.code, cause(&ended).as_str()), (78, "identification"));
        assert_eq!(pause(database), minutes);
    }
    let paused = program.run(&["--json"]);
    assert_eq!(
        (paused.code, cause(&paused).as_str()),
        (78, "identification")
    );
    assert_eq!(said(&server, "AUTH").len(), 3);
    // Whoever mends it need not wait.
    let mended = Server::start(Script::default().auth(USER.1, "secret"));
    let program = program.relay(&mended);
    assert_eq!(program.run(&["--json"]).code, 78);
    assert_eq!(mended.connections(), 0);
    let status = program.run(&["status"]).stdout;
    assert!(
        status.contains("ou après « process-scheduled check »"),
        "{status}"
    );
    program.run(&["check"]);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), mailboxes(1..=3));
}

fn a_relay_with_few_connections_and_a_pace_is_served_in_one_run(database: &Database) {
    // Half a minute of the relay's is a second and a half of ours.
    paced(database, Duration::from_secs(3), Duration::from_secs(60));
}

#[test]
#[ignore = "takes 4 minutes: a relay that takes 30 messages a minute"]
fn a_relay_with_three_connections_and_thirty_messages_a_minute_is_served_in_one_run() {
    paced(
        &Database::sqlite(),
        Duration::from_secs(60),
        Duration::from_secs(290),
    );
}

fn paced(database: &Database, minute: Duration, at_most: Duration) {
    let server = Server::start(Script::default().most_connections(3).pace(30, minute));
    let program = Program::new(database).relay(&server);
    program.school(120, 1);
    let id = program.programme(Canal::Email, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(begun.elapsed() < at_most, "{:?}", begun.elapsed());
    assert_eq!(ended.json()["canaux_arretes"], serde_json::json!([]));
    assert_eq!(reached(&server), mailboxes(1..=120));
    assert!(
        rows(&program, id)
            .iter()
            .all(|row| row.etat == "envoye" && row.tentatives == 1)
    );
    program.verify();
}

fn unwanted_mail_is_told_as_such(database: &Database) {
    let spam = Action::reply("550 5.2.0 Mail rejete. Mail rejected. ofr_506 [506]");
    let some = Server::start(Script::default().on_recipient("parent2@", Stage::Body, spam.clone()));
    let program = Program::new(database).relay(&some);
    program.school(6, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let refused = &rows(&program, id)[1];
    assert_eq!(refused.state(), "echec permanent");
    assert!(
        refused
            .detail
            .starts_with("refusé comme courrier indésirable : 5.2.0 Mail rejete"),
        "{refused:?}"
    );
    assert_eq!(
        details(database, id),
        "1 destinataire non atteint : 1 refusé comme courrier indésirable."
    );
    let all = Server::start(Script::default().on(Stage::Body, spam));
    let program = program.relay(&all);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!((ended.code, cause(&ended).as_str()), (78, "indesirable"));
    assert!(rows(&program, id).iter().all(Row::is_untouched));
}

fn details(database: &Database, message: i64) -> String {
    let question =
        format!("SELECT COALESCE(details_erreur, '') AS v FROM messages WHERE id = {message}");
    database.texts(&question).remove(0)
}

fn a_refusal_for_good_that_says_later_is_for_later(database: &Database) {
    let later = Action::reply("550 5.5.0 Service refuse. Veuillez essayer plus tard. LPN007_510");
    let server = Server::start(Script::default().on_first(2, Stage::Body, later));
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(5, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let (waiting, sent): (Vec<Row>, Vec<Row>) = rows(&program, id)
        .into_iter()
        .partition(|row| row.etat == "a_envoyer");
    assert_eq!((waiting.len(), sent.len()), (2, 3));
    for row in &waiting {
        assert_eq!(row.tentatives, 1, "{row:?}");
        assert!((240..=360).contains(&row.wait), "{row:?}");
    }
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=5));
}

fn why_a_channel_is_stopped_is_kept_and_told_until_somebody_is_accepted(database: &Database) {
    let refusal =
        "553 5.7.1 <ecole@exemple.example>: Sender address rejected: not owned by user moulin";
    let server = Server::start(Script::default().on(Stage::Mail, Action::reply(refusal)));
    let program = Program::new(database).relay(&server);
    program.school(3, 1);
    let id = program.programme(Canal::Email, To::All);
    assert!(!program.run(&["status"]).stdout.contains("ARRÊTÉ"));
    for runs in 1..=2 {
        assert_eq!(program.run(&["--quiet"]).code, 78);
        let status = program.run(&["status"]).stdout;
        let line = status
            .lines()
            .find(|line| line.starts_with("ARRÊTÉ, e-mail : "))
            .unwrap();
        assert!(
            line.contains("DEFAULT_FROM_EMAIL") && line.contains("(553 5.7.1)"),
            "{line}"
        );
        assert!(
            line.ends_with(if runs == 1 {
                "1 traitement."
            } else {
                "2 traitements."
            }),
            "{line}"
        );
        let json = program.run(&["status", "--json"]).json();
        let stop = &json["canaux_arretes"][0];
        assert_eq!(
            (
                &stop["canal"],
                &stop["cause"],
                &stop["code"],
                &stop["arrets"]
            ),
            (
                &"email".into(),
                &"expediteur".into(),
                &"553 5.7.1".into(),
                &runs.into()
            )
        );
        let told = details(database, id);
        assert!(
            told.starts_with("Pas encore parti : le serveur d'envoi refuse l'adresse d'expéditeur"),
            "{told}"
        );
        for text in [&status, &json.to_string(), &told, &program.log()] {
            assert!(!text.contains('@'), "{text}");
        }
        assert!(
            program
                .log()
                .contains("canal=email arret cause=expediteur verdict=config code=553 5.7.1")
        );
    }
    assert_eq!(
        database.texts("SELECT detail AS v FROM canaux WHERE canal = 'email'"),
        ["5.7.1 … Sender address rejected: not owned by user moulin"],
        "the relay's words, and nobody's address"
    );
    let mended = Server::start(Script::default());
    let program = program.relay(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(details(database, id), "");
    assert_eq!(
        program.run(&["status", "--json"]).json()["canaux_arretes"],
        serde_json::json!([])
    );
    assert_eq!(
        stopped(&program.run(&["--json"]).json(), Canal::Email),
        None
    );
}
