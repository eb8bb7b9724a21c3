//! Gateways that refuse, break off, flood and talk nonsense (S6): one POST for each intent, and the
//! memory stays small. Every status and random answers are tried in the core, at the channel that
//! the program sends through.

use crate::program::{Program, To, number};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

stories!(whatever_is_answered_each_intent_is_one_post);

/// What the gateway does to one number, how often, and the end that follows.
fn cells() -> Vec<(Answer, usize, &'static str)> {
    const ALWAYS: usize = 1_000;
    let (sent, refused) = ("envoye", "echec permanent");
    let doubt = "incertain resultat_inconnu";
    let raw = |bytes: &str| Answer::Raw(bytes.as_bytes().to_vec());
    let typed = |kind, body| Answer::status(200, body).header("Content-Type", kind);
    vec![
        (Answer::default(), ALWAYS, sent),
        (Answer::status(500, "oups"), ALWAYS, doubt),
        (Answer::status(202, "{\"id\":7}"), ALWAYS, sent),
        (Answer::CloseAfterRead, ALWAYS, doubt),
        (Answer::status(400, "no"), ALWAYS, refused),
        (Answer::ResetAfterRead, ALWAYS, doubt),
        (typed("text/html", "\u{feff}<html>Connexion"), ALWAYS, doubt),
        (Answer::status(408, "slow"), 1, sent),
        (Answer::AcceptThenClose, ALWAYS, doubt),
        (Answer::status(429, "").header("Retry-After", "60"), 1, sent),
        (Answer::status(503, ""), ALWAYS, doubt),
        (Answer::status(503, "").header("Retry-After", "1"), 1, sent),
        (
            raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"),
            ALWAYS,
            doubt,
        ),
        (typed("application/json", "{\"id\":"), ALWAYS, doubt),
        (Answer::status(422, "bad number"), ALWAYS, refused),
        (raw("220 relais ESMTP\r\n"), ALWAYS, doubt),
        (Answer::status(401, "key"), 1, sent),
        (
            Answer::status(302, "").header("Location", "/login"),
            1,
            sent,
        ),
        (Answer::EndlessBody, ALWAYS, doubt),
    ]
}

fn whatever_is_answered_each_intent_is_one_post(database: &Database) {
    let cells = cells();
    let rounds = amount(3, 30);
    let parents = i64::try_from(cells.len() * rounds).unwrap();
    let cell = |parent: i64| &cells[usize::try_from(parent).unwrap() % cells.len()];
    let script = (1..=parents).fold(GatewayScript::default(), |script, parent| {
        let (answer, times, _) = cell(parent).clone();
        script.answer_for(&number(parent), answer).times(times)
    });
    let gateway = Gateway::start(script);
    let program = Program::new(database).gateway(&gateway);
    program.school(parents, 1);
    let id = program.programme(Canal::Sms, To::All);
    let mut runs = 0;
    while program.statut(id) != "envoye" {
        runs += 1;
        assert!(runs < 40 * rounds, "{:?}", program.states(id));
        assert!([0, 78].contains(&program.run(&["--quiet"]).code));
        program.wait_is_over();
    }
    let posts = gateway.received();
    for row in rows(&program, id) {
        let (answer, _, end) = cell(row.parent);
        assert_eq!(row.state(), *end, "{answer:?}: {row:?}");
        let to = number(row.parent);
        let received = posts
            .iter()
            .filter(|post| post.body["to"] == to.as_str())
            .count();
        let attempts = database.number(&format!(
            "SELECT CAST(count(*) AS TEXT) AS v FROM tentatives t JOIN envois e ON e.id = t.envoi
              WHERE e.message = {id} AND e.parent = {}",
            row.parent
        ));
        assert_eq!(
            i64::try_from(received).unwrap(),
            attempts,
            "{answer:?}: {row:?}"
        );
        // A refusal while nobody was accepted yet may have been about us: it was put back for nothing.
        let put_back = *end == "echec permanent" && row.tentatives == 1;
        assert!(
            received == 1 || *end == "envoye" || put_back,
            "asked again: {answer:?} {row:?}"
        );
        let accepted = gateway.accepted();
        let accepted = accepted
            .iter()
            .filter(|post| post.body["to"] == to.as_str())
            .count();
        assert!(accepted <= 1, "twice: {row:?}");
    }
    program.verify();
    figure(&format!(
        "S6 states, {}: {parents} SMS over {runs} runs, {} posts = {} intents, 0 twice, 0 lost",
        if database.is_postgres() {
            "PostgreSQL"
        } else {
            "SQLite"
        },
        posts.len(),
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM tentatives"),
    ));
}

/// What fits into what is read of an answer, and is a thousand times as much unpacked.
fn bomb() -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = gzip.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&vec![b' '; 64 << 20]).unwrap());
    let output = gzip.wait_with_output().unwrap();
    writer.join().unwrap();
    output.stdout
}

/// Linux keeps the largest size that a process ever had.
#[cfg(target_os = "linux")]
#[test]
fn floods_and_bombs_do_not_fill_the_memory() {
    let database = Database::sqlite();
    let bytes = |text: &str| text.as_bytes().to_vec();
    let packed = Answer::Status {
        code: 200,
        headers: vec![("Content-Encoding".to_owned(), "gzip".to_owned())],
        body: bomb(),
    };
    let floods = [
        Answer::EndlessBody,
        packed,
        Answer::Endless(bytes("HTTP/1.1 200 OK\r\nX: "), vec![b'y'; 8192]),
        Answer::Endless(bytes("HTTP/1.1 200 OK\r\n"), b"X: y\r\n".repeat(1000)),
        Answer::Endless(bytes("HTTP/1.1 500 No\r\n\r\n"), vec![b' '; 8192]),
        Answer::status(200, &"x".repeat(100 << 20)),
    ];
    let mut script = GatewayScript::default();
    for (parent, flood) in (1..).step_by(2).zip(floods) {
        script = script.answer_for(&number(parent), flood);
    }
    // The last one keeps the program alive while its size is read.
    let last = 13;
    let gateway = Gateway::start(
        script.answer_for(&number(last), Answer::DripBody(Duration::from_millis(200))),
    );
    let program = Program::new(&database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(last, 1);
    let id = program.programme(Canal::Sms, To::All);
    let child = program.command(&[]).spawn().unwrap();
    assert!(gateway.wait_received(13, Duration::from_secs(60)));
    let size = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let peak: usize = size
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map(|size| size.trim().trim_end_matches(" kB").parse().unwrap())
        .unwrap();
    figure(&format!(
        "S6 floods and bombs: {} MiB at most, 64 allowed",
        peak / 1024
    ));
    assert!(peak < 64 * 1024, "{peak} kB");
    let states = program.states(id);
    let (flooded, spared): (Vec<_>, Vec<_>) = (1..=last).zip(states).partition(|(n, _)| n % 2 == 1);
    let doubt = "incertain resultat_inconnu";
    assert!(
        flooded[..6].iter().all(|(_, state)| state == doubt),
        "{flooded:?}"
    );
    assert!(
        spared.iter().all(|(_, state)| state == "envoye"),
        "{spared:?}"
    );
    assert_eq!(gateway.received_count(), 13);
    program.verify();
}
