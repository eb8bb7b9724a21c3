//! Bodies, heads and addresses that are too long.

use super::fault;
use crate::client::Client;
use crate::harness::Server;
use crate::token::{KEY, mint};
use crate::wire::{Answer, connect, exchange_raw, read_answer};
use messages_testing::db::Database;
use serde_json::json;
use std::io::{Read, Write};

const MAX: usize = 256 * 1024;

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn lives(server: &Server) {
    assert_eq!(Client::user(server).get("/api/messages/").status, 200);
}

fn head(method: &str, path: &str, more: &str) -> Vec<u8> {
    let bearer = mint("access");
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {bearer}\r\n\
         Content-Type: application/json\r\n{more}\r\n\r\n"
    )
    .into_bytes()
}

fn draft(length: usize) -> Vec<u8> {
    let mut body = br#"{"type":"sms","est_message_groupe":true,"contenu":""#.to_vec();
    body.resize(length - 2, b'x');
    body.extend(br#""}"#);
    body
}

#[test]
fn a_body_has_256_kib_at_most() {
    let database = Database::sqlite();
    let server = start(&database);
    for (length, status) in [(MAX, 201), (MAX + 1, 413), (10 * MAX, 413)] {
        let body = draft(length);
        let mut plain = head(
            "POST",
            "/api/messages/",
            &format!("Content-Length: {length}"),
        );
        plain.extend(&body);
        let mut chunked = head("POST", "/api/messages/", "Transfer-Encoding: chunked");
        for chunk in body.chunks(10_000) {
            chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
            chunked.extend(chunk);
            chunked.extend(b"\r\n");
        }
        chunked.extend(b"0\r\n\r\n");
        for request in [plain, chunked] {
            let answer = exchange_raw(server.address(), &request).unwrap();
            assert_eq!(answer.status, status, "{}", answer.text());
            assert!(status == 201 || !answer.json()["detail"].as_str().unwrap().is_empty());
        }
    }
    lives(&server);
}

#[test]
fn a_directory_has_16_mib_at_most() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let mut body = br#"{"classes":[]}"#.to_vec();
    for (length, status) in [(16 << 20, 200), ((16 << 20) + 1, 413)] {
        body.resize(length, b' ');
        let answer = user.try_send("PUT", "/api/annuaire/", Some(("application/json", &body)));
        assert_eq!(answer.unwrap().status, status);
    }
    lives(&server);
}

#[test]
fn a_length_that_lies_hurts_nobody() {
    let database = Database::sqlite();
    let server = start(&database);
    let body = draft(200);
    for length in [
        "-1",
        "99999999999999999999",
        "abc",
        "1, 200",
        "+200",
        "0x10",
    ] {
        let mut raw = head(
            "POST",
            "/api/messages/",
            &format!("Content-Length: {length}"),
        );
        raw.extend(&body);
        let answer = exchange_raw(server.address(), &raw).unwrap();
        assert_eq!(answer.status, 400, "{length}: {answer:?}");
        assert_eq!(fault(&answer), None);
    }
    // What comes after the length that was said is no part of the body.
    let mut raw = head("POST", "/api/messages/", "Content-Length: 100");
    raw.extend(&body);
    let mut stream = connect(server.address()).unwrap();
    stream.write_all(&raw).unwrap();
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 400");
    // Both framings at once are how requests are smuggled.
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked";
    let mut raw = head("POST", "/api/messages/", both);
    raw.extend(b"0\r\n\r\nGET /api/messages/ HTTP/1.1\r\n\r\n");
    assert_eq!(exchange_raw(server.address(), &raw).unwrap().status, 400);
    // Longer than what comes: given up when the client is gone.
    let mut stream = connect(server.address()).unwrap();
    stream
        .write_all(&head("POST", "/api/messages/", "Content-Length: 300"))
        .unwrap();
    stream.write_all(&body).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = read_answer(&mut stream);
    assert!(answer.as_ref().is_err() || answer.is_ok_and(|answer| answer.status == 400));
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        0
    );
    lives(&server);
}

#[test]
fn json_may_be_deep_long_or_odd() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let deep = |open: &str, close: &str| open.repeat(20_000) + &close.repeat(20_000);
    let bodies = [
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        "[".repeat(200_000),
        format!("{{\"contenu\":{}}}", "9".repeat(100_000)),
        format!("{{\"contenu\":1e{}}}", "9".repeat(100)),
        format!("{{{}\"a\":1}}", "\"a\":1,".repeat(40_000)),
        r#"{"contenu":"\ud800","type":"sms"}"#.to_owned(),
        "null".to_owned(),
        "\u{feff}{}".to_owned(),
    ];
    for body in bodies {
        for (method, path) in [("POST", "/api/messages/"), ("PUT", "/api/annuaire/")] {
            let sent = Some(("application/json", body.as_bytes()));
            let answer = user.try_send(method, path, sent).unwrap();
            let begin: String = body.chars().take(40).collect();
            assert_eq!(fault(&answer), None, "{begin}");
            assert!(
                path != "/api/messages/" || answer.status == 400,
                "{begin}: {answer:?}"
            );
        }
    }
    lives(&server);
}

#[test]
fn a_head_or_an_address_may_be_too_long() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    for length in [10_000, 60_000, 1_000_000] {
        let long = "x".repeat(length);
        let many = "a=1&".repeat(length / 4);
        let asked: [Result<Answer, String>; 4] = [
            user.with("X-Long", &long)
                .try_send("GET", "/api/classes/", None),
            user.try_send("GET", &format!("/api/classes/{long}/"), None),
            user.try_send("GET", &format!("/api/classes/?search={long}"), None),
            user.try_send("GET", &format!("/api/messages/?{many}"), None),
        ];
        for answer in asked {
            // The server may hang up before a megabyte is sent.
            if length < 1_000_000 || answer.is_ok() {
                let answer = answer.unwrap();
                let known = [200, 400, 404, 413, 414, 431];
                assert!(known.contains(&answer.status), "{}", answer.status);
                assert_eq!(fault(&answer), None);
            }
        }
    }
    let bearer = user.bearer(&"x".repeat(50_000));
    assert_eq!(bearer.get("/api/classes/").status, 401);
    lives(&server);
}

/// A directory that is small enough to be sent must also be small enough to be read.
#[test]
fn a_parent_of_a_million_pupils_is_refused_in_time() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let pupils: Vec<u32> = (1..=1_000_000).collect();
    let body = json!({ "parents": [{ "id": 1, "nom": "A", "etudiants": pupils }] }).to_string();
    let sent = Some(("application/json", body.as_bytes()));
    let answer = user.try_send("PUT", "/api/annuaire/", sent).unwrap();
    assert_eq!(answer.status, 400, "{}", answer.text());
}
