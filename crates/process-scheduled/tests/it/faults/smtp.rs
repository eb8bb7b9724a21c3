//! Relays that refuse, break off and talk nonsense (S5): what the program makes of it, envoi by
//! envoi. Every stage × everything a relay may do, and random dialogues, are tried in the core at
//! the channel that the program sends through; here are the states, attempts and copies.

mod stranger;

use crate::program::{Program, To, mailbox};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::tls;
use std::time::Duration;

/// State, attempts used, answers lost.
type Left = (&'static str, i64, i64);

const SENT: Left = ("envoye", 1, 0);
const LATER: Left = ("a_envoyer", 1, 0);
const REFUSED: Left = ("echec permanent", 1, 0);
const DOUBT: Left = ("a_envoyer", 1, 1);

fn raw(bytes: &[u8]) -> Action {
    Action::Raw(bytes.to_vec())
}

/// What the relay does to one recipient, once, and what is left of it after the run.
fn cells() -> Vec<(Stage, Action, Left)> {
    let accepted = |action| Action::AcceptThen(Box::new(action));
    let mut cells = vec![
        (Stage::Data, Action::reply("250 not a go-ahead"), SENT),
        (Stage::Rcpt, Action::reply("251 will forward"), SENT),
        (Stage::Body, Action::reply("250 one\n250 two"), SENT),
        (Stage::Body, Action::reply("421 going down"), LATER),
        (Stage::Body, Action::reply("450 later"), LATER),
        (Stage::Body, Action::reply("554 spam"), REFUSED),
        (Stage::Body, Action::reply("354 go on"), DOUBT),
        (Stage::Body, raw(b"250\r\n"), SENT),
        (Stage::Body, raw(b"250 Accept\xe9\r\n"), SENT),
        (Stage::Body, raw(b"571 5.7.1 no\r\n"), REFUSED),
        (Stage::Rcpt, raw(b"571 5.7.1 refus\xe9\r\n"), REFUSED),
        (Stage::Rcpt, raw(b"250\n"), SENT),
        (Stage::Body, accepted(Action::Close), DOUBT),
        (
            Stage::Body,
            accepted(raw(b"250 2.0.0 O").then(Action::Close)),
            DOUBT,
        ),
        (Stage::Body, accepted(Action::Reset), DOUBT),
    ];
    let broken = [
        Action::Close,
        Action::Reset,
        raw(b"bonjour\r\n"),
        raw(b"2500 Ok\r\n"),
        raw(b"250-a\r\n550 b\r\n"),
        raw(b"\xff\xfe\r\n"),
        raw(b"55").then(Action::Close),
    ];
    for action in broken {
        // Over a connection that served somebody before, another one is tried at once.
        cells.push((Stage::Rcpt, action.clone(), SENT));
        cells.push((Stage::Data, action.clone(), SENT));
        cells.push((Stage::Body, action, DOUBT));
    }
    for stage in [Stage::Rcpt, Stage::Data] {
        cells.push((stage, Action::reply("421 going down"), SENT));
        cells.push((stage, Action::reply("451-later\n451 please"), LATER));
        cells.push((stage, Action::reply("552-too much\n552 for good"), REFUSED));
    }
    cells
}

/// Between any two that are badly treated comes one who is not.
fn treating(script: Script) -> Server {
    let script = (1..)
        .zip(cells())
        .fold(script, |script, (n, (stage, action, _))| {
            let pattern = format!("parent{}@", 2 * n);
            script.on_recipient(&pattern, stage, action).times(1)
        });
    Server::start(script)
}

fn left(row: &Row) -> (String, i64, i64) {
    (row.state(), row.tentatives, row.ambigus)
}

fn copies(server: &Server, parent: i64) -> Vec<String> {
    let mails = server.accepted().into_iter();
    mails
        .filter(|mail| mail.rcpt_to == [mailbox(parent)])
        .map(|mail| mail.data)
        .collect()
}

/// One run, then another when all waiting is over.
fn each_gets_what_it_deserves(program: &Program<'_>, server: &Server) -> usize {
    let cells = cells();
    let parents = 2 * i64::try_from(cells.len()).unwrap() + 1;
    program.school(parents, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(
        (ended.code, stopped(&ended.json(), Canal::Email)),
        (0, None),
        "{ended:?}"
    );
    let first = rows(program, id);
    for (cell, row) in cells.iter().zip(first.iter().skip(1).step_by(2)) {
        let expected = (cell.2.0.to_owned(), cell.2.1, cell.2.2);
        assert_eq!(left(row), expected, "{cell:?}: {row:?}");
    }
    let spared = first.iter().step_by(2);
    assert!(
        spared.clone().all(|row| row.state() == "envoye"),
        "{first:?}"
    );
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    for (row, before) in rows(program, id).iter().zip(&first) {
        let copies = copies(server, row.parent);
        let refused = row.state() == "echec permanent";
        assert!(refused || row.state() == "envoye", "{row:?}");
        assert!(copies.len() >= usize::from(!refused), "lost: {row:?}");
        let most = usize::from(!refused) + usize::try_from(before.ambigus).unwrap();
        assert!(copies.len() <= most, "{} copies: {row:?}", copies.len());
        assert!(copies.iter().all(|copy| *copy == copies[0]), "{row:?}");
    }
    program.verify();
    cells.len()
}

fn one_connection(database: &Database) -> Program<'_> {
    Program::new(database).set("MESSAGES_EMAIL_CONNECTIONS", "1")
}

fn secured<'d>(database: &'d Database, server: &Server, switch: &str) -> Program<'d> {
    let file = database.folder().join("ca.pem");
    std::fs::write(&file, tls::ca_pem()).unwrap();
    one_connection(database)
        .relay(server)
        .set("EMAIL_HOST", "localhost")
        .set(switch, "true")
        .set("SSL_CERT_FILE", file.to_str().unwrap())
}

#[test]
fn whatever_is_said_after_the_sender_each_gets_what_it_deserves() {
    for script in [Script::default(), Script::default().no_pipelining()] {
        let database = Database::sqlite();
        let server = treating(script);
        let program = one_connection(&database).relay(&server);
        let cells = each_gets_what_it_deserves(&program, &server);
        figure(&format!("S5 states: {cells} cells, unencrypted, 0 wrong"));
    }
}

#[test]
fn over_tls_each_gets_what_it_deserves() {
    let ways = [
        (Script::default().starttls(), "EMAIL_USE_TLS"),
        (Script::default().implicit_tls(), "EMAIL_USE_SSL"),
    ];
    for (script, switch) in ways {
        let database = Database::sqlite();
        let server = treating(script);
        let program = secured(&database, &server, switch);
        let cells = each_gets_what_it_deserves(&program, &server);
        figure(&format!("S5 states: {cells} cells, {switch}, 0 wrong"));
    }
}

#[test]
fn a_handshake_that_breaks_costs_nobody_an_attempt() {
    let go_ahead = || Action::reply("220 2.0.0 Go ahead");
    // Not together with the go-ahead: what comes before the handshake is not listened to.
    let nonsense = Action::Late(
        Duration::from_millis(200),
        Box::new(raw(b"no handshake\r\n").then(Action::Close)),
    );
    for (action, code) in [
        (go_ahead().then(Action::Close), 0),
        (go_ahead().then(nonsense), 78),
        (Action::reply("454 4.7.0 TLS not available"), 0),
        (Action::reply("554 5.7.0 no TLS"), 78),
    ] {
        let database = Database::sqlite();
        let broken = Server::start(
            Script::default()
                .starttls()
                .on(Stage::StartTls, action.clone()),
        );
        let program = secured(&database, &broken, "EMAIL_USE_TLS");
        program.school(5, 1);
        let id = program.programme(Canal::Email, To::All);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, code, "{action:?} {ended:?}");
        assert!(
            stopped(&ended.json(), Canal::Email).is_some(),
            "{action:?} {ended:?}"
        );
        assert!(
            rows(&program, id).iter().all(Row::is_untouched),
            "{action:?}"
        );
        let well = Server::start(Script::default().starttls());
        let program = program.set("EMAIL_PORT", &well.port().to_string());
        program.wait_is_over();
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(
            (well.accepted_count(), program.statut(id)),
            (5, "envoye".to_owned())
        );
        program.verify();
    }
}

/// With a relay whose answers nobody can read every answer is lost. It must stay safe: in doubt,
/// shown to a person, three equal copies at most.
#[test]
fn a_relay_without_replies_leaves_it_in_doubt_and_gets_three_copies_at_most() {
    let database = Database::sqlite();
    let taken = Action::AcceptThen(Box::new(raw(b"bonjour\r\n")));
    let server = Server::start(Script::default().on(Stage::Body, taken));
    let program = one_connection(&database).relay(&server);
    program.school(2, 1);
    let id = program.programme(Canal::Email, To::All);
    for ambiguous in 1..=3 {
        assert_eq!(program.run(&[]).code, 0);
        assert!(
            rows(&program, id)
                .iter()
                .all(|row| row.ambigus == ambiguous)
        );
        program.wait_is_over();
    }
    assert_eq!(program.states(id), ["incertain resultat_inconnu"; 2]);
    assert_eq!(program.run(&[]).code, 0);
    for parent in 1..=2 {
        let copies = copies(&server, parent);
        assert_eq!(copies.len(), 3);
        assert!(copies.iter().all(|copy| *copy == copies[0]));
    }
    program.verify();
}
