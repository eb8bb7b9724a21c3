//! The SMS gateway, as a client sees it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, connect, connect_tls};
use messages_testing::http::{Answer, Gateway, GatewayScript};
use serde_json::{Value, json};

const OK: &str = r#"{"status":"ok"}"#;
const SECOND: Duration = Duration::from_secs(1);

fn post(body: &str) -> String {
    let length = body.len();
    format!("POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// One answer: its status line and its body.
fn answer<S: Read + std::io::Write>(client: &mut Client<S>) -> (String, String) {
    let status = client.line();
    let mut length = 0;
    loop {
        let line = client.line();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    client.0.read_exact(&mut body).unwrap();
    (status, String::from_utf8(body).unwrap())
}

/// How a connection with a single post ends.
fn end(gateway: &Gateway, body: &str) -> Result<String, ErrorKind> {
    let mut client = connect(gateway.port());
    client
        .0
        .get_ref()
        .set_read_timeout(Some(SECOND / 5))
        .unwrap();
    client.send(&post(body));
    client.rest().map_err(|error| error.kind())
}

#[test]
fn keeps_the_connection_and_journals() {
    let gateway = Gateway::start(GatewayScript::default());
    assert_eq!(
        gateway.url(),
        format!("http://127.0.0.1:{}/send", gateway.port())
    );
    let mut client = connect(gateway.port());
    client.send(&[post(r#"{"to":1}"#), post("plain")].concat());
    assert_eq!(
        answer(&mut client),
        ("HTTP/1.1 200 OK".to_owned(), OK.to_owned())
    );
    assert_eq!(answer(&mut client).1, OK);
    client.send("POST /send?x HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert!(client.rest().unwrap().contains("\r\nConnection: close\r\n"));
    let received = gateway.received();
    assert_eq!(received[0].body, json!({"to": 1}));
    assert_eq!(received[0].header("content-length"), Some("8"));
    assert_eq!(
        (&received[1].body, received[1].raw.as_str()),
        (&Value::Null, "plain")
    );
    assert_eq!(
        (received[2].path.as_str(), received[2].connection),
        ("/send?x", 1)
    );
    assert_eq!((gateway.accepted_count(), gateway.connections()), (3, 1));
}

#[test]
fn reads_chunks_and_asks_for_the_body() {
    let gateway = Gateway::start(GatewayScript::default());
    let mut client = connect(gateway.port());
    let head = "POST /send HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";
    client.send(head);
    assert_eq!(client.line(), "HTTP/1.1 100 Continue");
    assert_eq!(client.line(), "");
    client.send("3;x\r\n[1,\r\nA\r\n         2\r\n1\r\n]\r\n0\r\nTrailer: x\r\n\r\n");
    assert_eq!(answer(&mut client).1, OK);
    assert_eq!(gateway.received()[0].body, json!([1, 2]));
    client.send("GET /send HTTP/1.1\r\n\r\n");
    assert_eq!(answer(&mut client).0, "HTTP/1.1 405 Error");
    assert_eq!(gateway.received_count(), 1);
}

#[test]
fn speaks_tls() {
    let gateway = Gateway::start(GatewayScript::default().tls());
    assert!(gateway.url().starts_with("https://localhost:"));
    let mut client = connect_tls(gateway.port());
    client.send(&post("1"));
    assert_eq!(answer(&mut client).1, OK);
    client.send(&post("2").replace("Host: x", "Connection: close"));
    assert!(client.rest().unwrap().ends_with(OK));
}

#[test]
fn picks_the_narrowest_answer_and_counts_turns() {
    let script = GatewayScript::default()
        .answer(Answer::status(503, "no").header("Retry-After", "7"))
        .answer_first(1, Answer::status(200, "first"))
        .answer_first(1, Answer::CloseBeforeRead)
        .answer_first(1, Answer::Raw(b"HTTP/1.1 200 raw\r\n\r\n".to_vec()))
        .answer_for("odd", Answer::status(429, "odd"))
        .times(1);
    let gateway = Gateway::start(script);
    let mut client = connect(gateway.port());
    client.send(&[post("odd"), post("odd"), post("x")].concat());
    assert_eq!(answer(&mut client).1, "odd");
    assert_eq!(answer(&mut client).1, "first");
    assert_eq!(client.rest().unwrap(), "");
    assert_eq!(gateway.received_count(), 2);
    assert_eq!(end(&gateway, "x").unwrap(), "HTTP/1.1 200 raw\r\n\r\n");
    client = connect(gateway.port());
    client.send(&post("x").replace("Host: x", "Connection: close"));
    let refusal = client.rest().unwrap();
    assert!(
        refusal.starts_with("HTTP/1.1 503 Error\r\nRetry-After: 7\r\n"),
        "{refusal}"
    );
    assert_eq!(gateway.accepted_count(), 2);
}

#[test]
fn misbehaves_where_the_script_says_so() {
    let outcome = |answer| {
        let gateway = Gateway::start(GatewayScript::default().answer(answer));
        let end = end(&gateway, "x");
        (end, gateway.received_count(), gateway.accepted_count())
    };
    let nothing = || Ok(String::new());
    assert_eq!(outcome(Answer::CloseBeforeRead), (nothing(), 0, 0));
    assert_eq!(outcome(Answer::CloseAfterRead), (nothing(), 1, 0));
    assert_eq!(outcome(Answer::AcceptThenClose), (nothing(), 1, 1));
    let reset = Err(ErrorKind::ConnectionReset);
    assert_eq!(outcome(Answer::ResetAfterRead), (reset, 1, 0));
    assert_eq!(outcome(Answer::Hang), (Err(ErrorKind::WouldBlock), 1, 0));
    let short = Answer::status(200, "short").header("Content-Length", "9");
    let (end, _, accepted) = outcome(short);
    assert!(end.unwrap().ends_with("\r\n\r\nshort") && accepted == 1);
}

#[test]
fn may_take_its_time_or_never_end() {
    let pause = Duration::from_millis(10);
    let script = GatewayScript::default()
        .latency(3 * pause)
        .answer_first(1, Answer::DripBody(pause))
        .answer(Answer::EndlessBody);
    let gateway = Gateway::start(script);
    let start = Instant::now();
    let mut client = connect(gateway.port());
    client.send(&[post("1"), post("2")].concat());
    assert_eq!(answer(&mut client).1, OK);
    assert!(start.elapsed() >= 18 * pause);
    assert_eq!(answer(&mut client).0, "HTTP/1.1 200 OK");
    client.0.read_exact(&mut vec![0; 1 << 24]).unwrap();
    drop(gateway);
    assert!(client.rest().is_ok());
}

#[test]
fn writes_accepted_posts_to_a_file() {
    let path = std::env::temp_dir().join(format!("posts-{}", std::process::id()));
    let script = GatewayScript::default().answer_first(1, Answer::status(500, ""));
    let gateway = Gateway::start(script.journal_file(&path));
    let mut client = connect(gateway.port());
    client.send(&[post("1"), post("2")].concat());
    answer(&mut client);
    answer(&mut client);
    let journal = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let line = r#"{"body":2,"connection":1,"path":"/send","raw":"2"}"#;
    assert_eq!(journal, format!("{line}\n"));
    assert!(gateway.wait_received(2, SECOND) && gateway.wait_accepted(1, SECOND));
}

#[test]
fn breaks_off_where_it_is_told_to_and_floods() {
    let begun = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    let then = |end| Answer::RawThen(begun.clone(), Box::new(end));
    let script = GatewayScript::default()
        .answer_for("close", then(Answer::CloseAfterRead))
        .answer_for("reset", then(Answer::ResetAfterRead))
        .answer_for("hang", then(Answer::Hang))
        .answer_for("flood", Answer::Endless(begun.clone(), b"ab".repeat(5000)));
    let gateway = Gateway::start(script);
    assert_eq!(end(&gateway, "close").unwrap().as_bytes(), begun);
    assert_eq!(end(&gateway, "reset"), Err(ErrorKind::ConnectionReset));
    assert_eq!(end(&gateway, "hang"), Err(ErrorKind::WouldBlock));
    let mut client = connect(gateway.port());
    client.send(&post("flood"));
    let mut bytes = vec![0; 100_000];
    client.0.read_exact(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\nX: abab") && bytes.ends_with(b"ab"));
    assert_eq!(gateway.accepted_count(), 4);
}

#[test]
fn ends_with_its_connections() {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::Hang));
    let port = gateway.port();
    let mut client = connect(port);
    client.send(&post("x"));
    assert!(gateway.wait_received(1, SECOND));
    drop(gateway);
    assert_eq!(client.rest().unwrap(), "");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
#[ignore = "demands 10,000 a second: for an idle machine"]
fn is_quick() {
    let gateway = Gateway::start(GatewayScript::default());
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let request = post("{}").replace("Host: x", "Connection: close");
                for _ in 0..2000 {
                    let mut client = connect(gateway.port());
                    client.send(&request);
                    assert!(client.rest().unwrap().ends_with(OK));
                }
            });
        }
    });
    let taken = start.elapsed();
    assert_eq!(gateway.received_count(), 32_000);
    assert!(taken < 16 * SECOND / 5, "{taken:?}");
}
