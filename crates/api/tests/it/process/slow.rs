//! Clients that are slow, that leave, and that are many: none of them holds up the others.

use crate::client::Client;
use crate::harness::Server;
use crate::token::{KEY, mint};
use crate::wire::{connect, read_answer};
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

stories!(
    two_hundred_clients_at_once_are_all_served,
    a_client_that_leaves_does_no_harm,
);

const HEAD: &[u8] = b"GET /health/live/ HTTP/1.1\r\nHost: ecole.example\r\nX-Slow: ";

/// Writes a byte every tenth of a second until the server has enough of it.
fn drip(mut stream: TcpStream, limit: Duration) -> Option<Duration> {
    let begun = Instant::now();
    stream
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let mut answer = [0; 1024];
    while begun.elapsed() < limit {
        if stream.write_all(b"x").is_err() || matches!(stream.read(&mut answer), Ok(0..)) {
            return Some(begun.elapsed());
        }
    }
    None
}

#[test]
fn a_head_that_does_not_end_is_cut_off() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let mut slow: Vec<TcpStream> = (0..50)
        .map(|_| connect(server.address()).unwrap())
        .collect();
    for stream in &mut slow {
        stream.write_all(HEAD).unwrap();
    }
    let begun = Instant::now();
    assert_eq!(Client::user(&server).get("/api/messages/").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let took = drip(slow.remove(0), Duration::from_secs(12));
    assert!(took.is_some(), "still listening");
}

#[test]
fn a_body_that_does_not_end_is_cut_off() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let mut slow: Vec<TcpStream> = (0..50)
        .map(|_| connect(server.address()).unwrap())
        .collect();
    let head = format!(
        "POST /api/messages/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{",
        mint("access")
    );
    for stream in &mut slow {
        stream.write_all(head.as_bytes()).unwrap();
    }
    let begun = Instant::now();
    assert_eq!(Client::user(&server).get("/api/messages/").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let took = drip(slow.remove(0), Duration::from_secs(20));
    assert!(took.is_some(), "still listening");
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        0
    );
}

fn two_hundred_clients_at_once_are_all_served(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let draft = json!({ "type": "sms", "contenu": "x", "parent": 1 });
    scope(|scope| {
        let all: Vec<_> = (0..200)
            .map(|n| {
                let (user, draft) = (&user, &draft);
                scope.spawn(move || match n % 4 {
                    0 => user.post("/api/messages/", draft).status,
                    1 => user.get("/api/messages/").status,
                    2 => user.get("/api/parents/1/").status,
                    _ => user.get("/api/messages/message_stats/").status,
                })
            })
            .collect();
        for (n, one) in all.into_iter().enumerate() {
            assert_eq!(one.join().unwrap(), if n % 4 == 0 { 201 } else { 200 });
        }
    });
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        50
    );
}

fn a_client_that_leaves_does_no_harm(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_millis(500)));
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(1, 1);
    let body = r#"{"message":"Bonjour"}"#;
    let request = |length: usize| {
        format!(
            "POST /api/parents/1/send_sms/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            mint("access")
        )
    };
    // In the middle of its body: nothing is done. After its end: it is done.
    for length in [body.len() + 1, body.len()] {
        let mut stream = connect(server.address()).unwrap();
        stream.write_all(request(length).as_bytes()).unwrap();
        sleep(Duration::from_millis(200));
        drop(stream);
    }
    assert!(gateway.wait_received(1, Duration::from_secs(10)));
    sleep(Duration::from_secs(1));
    assert_eq!(
        database.texts("SELECT statut AS v FROM messages"),
        ["envoye"]
    );
    assert_eq!(gateway.received_count(), 1);
    assert_eq!(user.get("/health/ready").status, 200);
    let mut stream = connect(server.address()).unwrap();
    stream.write_all(b"\r\n\r\nNOT HTTP\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut stream).unwrap().status, 400);
}
