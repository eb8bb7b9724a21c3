//! The end: what is asked is answered, what was taken is given back, and it is soon over.

use crate::client::Client;
use crate::harness::Server;
use crate::token::{KEY, mint};
use crate::wire::connect;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::json;
use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

stories!(
    whoever_waits_for_a_run_is_answered_and_what_it_took_is_given_back,
    an_idle_server_ends_at_once,
    a_log_that_is_moved_away_is_begun_anew,
);

/// What systemd and the contract allow.
const LIMIT: Duration = Duration::from_secs(30);

fn start(database: &Database, gateway: &Gateway) -> Server {
    Server::sending(database, gateway, &[("MESSAGES_SMS_CONNECTIONS", "2")])
}

fn states(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT concat_ws(' ', etat, CASE WHEN proprio IS NULL THEN 'libre' ELSE 'pris' END,
                          count(*)) AS v
           FROM envois GROUP BY etat, CASE WHEN proprio IS NULL THEN 'libre' ELSE 'pris' END
          ORDER BY 1",
    )
}

fn to_all() -> serde_json::Value {
    json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true, "statut": "programme",
            "date_programmee": "2026-01-01T10:00:00Z" })
}

fn whoever_waits_for_a_run_is_answered_and_what_it_took_is_given_back(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_secs(3)));
    let mut server = start(database, &gateway);
    let user = Client::user(&server);
    user.school(40, 1).write(&to_all());
    let begun = thread::scope(|scope| {
        let waiting = scope.spawn(|| user.post("/api/messages/process_scheduled/", &json!({})));
        assert!(gateway.wait_received(2, LIMIT));
        let begun = Instant::now();
        server.terminate();
        let answer = waiting.join().unwrap();
        assert_eq!(
            (answer.status, &answer.json()["success"]),
            (200, &json!(true))
        );
        begun
    });
    let ended = server.ended_within(LIMIT.checked_sub(begun.elapsed()).unwrap());
    assert_eq!(
        ended.and_then(|status| status.code()),
        Some(0),
        "{}",
        server.said()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(gateway.accepted_count(), 2);
    assert_eq!(states(database), ["a_envoyer libre 38", "envoye libre 2"]);
}

fn an_idle_server_ends_at_once(database: &Database) {
    let mut server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let begun = Instant::now();
    server.terminate();
    let ended = server.ended_within(LIMIT).and_then(|status| status.code());
    assert_eq!(ended, Some(0), "{}", server.said());
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

/// On SQLite only: the database does not matter here.
#[test]
fn a_gateway_that_never_answers_does_not_hold_up_the_end() {
    let database = Database::sqlite();
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::Hang));
    let mut server = start(&database, &gateway);
    let user = Client::user(&server);
    user.school(5, 1).write(&to_all());
    thread::scope(|scope| {
        scope.spawn(|| {
            user.try_send("POST", "/api/messages/process_scheduled/", None)
                .ok();
        });
        assert!(gateway.wait_received(2, LIMIT));
        server.terminate();
    });
    let ended = server.ended_within(LIMIT).and_then(|status| status.code());
    assert_eq!(ended, Some(0), "{}", server.said());
    // What may have left is not sent again; the rest waits.
    assert_eq!(
        states(&database),
        ["a_envoyer libre 3", "incertain libre 2"]
    );
}

/// A browser keeps its connection open for the next click.
#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let database = Database::sqlite();
    let mut server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let mut idle = connect(server.address()).unwrap();
    idle.write_all(b"GET /health/live/ HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    assert!(idle.read(&mut [0; 1024]).unwrap() > 0);
    let begun = Instant::now();
    server.terminate();
    assert_eq!(
        server.ended_within(LIMIT).and_then(|status| status.code()),
        Some(0)
    );
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

/// Who neither reads nor writes on cannot keep the server from ending.
#[test]
fn clients_that_stand_still_do_not_hold_up_the_end() {
    let database = Database::sqlite();
    let mut server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(20_000, 10);
    let bearer = mint("access");
    let unread =
        format!("GET /api/parents/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\r\n");
    let unfinished = format!(
        "POST /api/messages/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    let mut still: Vec<_> = [unread, unfinished]
        .iter()
        .map(|request| {
            let mut stream = connect(server.address()).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert!(still[0].read(&mut [0; 100]).unwrap() > 0);
    let begun = Instant::now();
    server.terminate();
    let ended = server.ended_within(LIMIT).and_then(|status| status.code());
    assert_eq!(ended, Some(0), "{:?} {}", begun.elapsed(), server.said());
}

fn a_log_that_is_moved_away_is_begun_anew(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let log = server.log_file();
    let moved = log.with_extension("hier");
    user.get("/api/classes/");
    std::fs::rename(&log, &moved).unwrap();
    server.signal("-HUP");
    let until = Instant::now() + LIMIT;
    while !server.log().contains("/api/parents/") {
        assert!(Instant::now() < until, "{}", server.said());
        assert_eq!(user.get("/api/parents/").status, 200);
    }
    let before = std::fs::read_to_string(moved).unwrap();
    assert!(before.contains("/api/classes/"), "{before}");
}
