//! Every status there is, and every way of not giving one.

use super::{PATIENCE, delivery, gateway, number, spared};
use messages_core::channel::Answer;
use messages_core::vocabulary::Verdict;
use messages_testing::figures::figure;
use messages_testing::http::{self, Gateway, GatewayScript};

/// What becomes of one SMS when the gateway answers so; it is asked once, over one connection.
fn outcome(answer: http::Answer) -> Answer {
    let told = format!("{answer:?}");
    let server = Gateway::start(GatewayScript::default().answer(answer));
    let channel = gateway(&server.url());
    let mut link = channel.open().unwrap_or_else(|answer| panic!("{answer:?}"));
    let answer = link.send(&delivery(number(1), PATIENCE));
    assert!(
        server.received_count() <= 1 && server.connections() == 1,
        "{told}"
    );
    answer
}

/// The contract's table.
fn expected(status: u16) -> (Verdict, bool) {
    match status {
        200..=202 => (Verdict::Accepte, false),
        300..=399 | 401..=403 | 405 | 407 => (Verdict::Config, false),
        408 => (Verdict::Temporaire, false),
        429 => (Verdict::Temporaire, true),
        400..=499 => (Verdict::Permanent, false),
        _ => (Verdict::Ambigu, false),
    }
}

#[test]
fn every_status_there_is() {
    for status in 200..=999 {
        let answer = outcome(http::Answer::status(status, "{\"id\":\"a\"}"));
        assert_eq!(
            (answer.verdict, spared(&answer)),
            expected(status),
            "{status}: {answer:?}"
        );
        assert_eq!(answer.pause.is_some(), status == 429, "{answer:?}");
        let reference = (answer.verdict == Verdict::Accepte).then(|| "a".to_owned());
        assert_eq!(answer.reference, reference, "{status}");
    }
    figure("S6 statuses: 200 to 999, 0 wrong");
}

/// An interim answer is none: what counts comes after it.
#[test]
fn an_interim_answer_is_not_an_answer() {
    for interim in [100, 102, 103] {
        let head = format!("HTTP/1.1 {interim} Wait\r\n\r\n");
        let alone = outcome(http::Answer::Raw(head.clone().into_bytes()));
        assert_eq!(alone.verdict, Verdict::Ambigu, "{interim}: {alone:?}");
        let refusal = format!("{head}HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
        let followed = outcome(http::Answer::Raw(refusal.into_bytes()));
        let safe = [Verdict::Permanent, Verdict::Ambigu];
        assert!(safe.contains(&followed.verdict), "{interim}: {followed:?}");
    }
}

#[test]
fn no_answer_at_all_leaves_it_in_doubt() {
    let raw = |bytes: &[u8]| http::Answer::Raw(bytes.to_vec());
    for answer in [
        http::Answer::CloseAfterRead,
        http::Answer::ResetAfterRead,
        http::Answer::AcceptThenClose,
        http::Answer::CloseBeforeRead,
        raw(b""),
        raw(b"HTTP"),
        raw(b"HTTP/1.1 2"),
        raw(b"HTTP/1.1 200"),
        raw(b"HTTP/1.1 200 OK\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        raw(b"HTTP/2 200 OK\r\n\r\n{}"),
        raw(b"HTTP/1.1 20 OK\r\n\r\n{}"),
        raw(b"HTTP/1.1 2000 OK\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 500\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}"),
        raw(b"220 mail.exemple.example ESMTP\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
        raw(b"\x15\x03\x03\x00\x02\x02\x28"),
        raw(b"\0\xff\r\n\r\n"),
        raw(b"{\"id\":1}"),
        http::Answer::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(500)),
        http::Answer::Endless(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), b"y".repeat(5000)),
        http::Answer::Endless(b"HTTP/1.1 200 ".to_vec(), b"y".repeat(5000)),
        http::Answer::Endless(
            b"HTTP/1.1 100 Wait\r\n\r\n".to_vec(),
            b"HTTP/1.1 100 Wait\r\n\r\n".repeat(50),
        ),
        http::Answer::EndlessBody,
        http::Answer::Endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
            [b"2000\r\n".to_vec(), vec![b' '; 0x2000], b"\r\n".to_vec()].concat(),
        ),
    ] {
        let told = format!("{answer:?}");
        let answer = outcome(answer);
        assert_eq!(
            answer.verdict,
            Verdict::Ambigu,
            "{answer:?} {}",
            told.len().min(300)
        );
        assert!(answer.reference.is_none());
    }
}

/// The status has been read by then: an endless explanation changes nothing.
#[test]
fn a_refusal_that_never_ends_is_still_a_refusal() {
    for status in [302, 400, 401, 404, 408, 429, 500] {
        let head = format!("HTTP/1.1 {status} Words\r\nRetry-After: 90\r\n\r\n");
        let answer = outcome(http::Answer::Endless(
            head.into_bytes(),
            b"no ".repeat(3000),
        ));
        assert_eq!(
            (answer.verdict, spared(&answer)),
            expected(status),
            "{answer:?}"
        );
    }
}

/// Pages and broken JSON were not written by a gateway that took an SMS, whatever they begin with.
#[test]
fn only_what_a_gateway_writes_counts_as_accepted() {
    let json = "application/json";
    for (kind, body, verdict) in [
        (json, "{\"id\":1}", Verdict::Accepte),
        (json, "\u{feff}{\"id\":1}", Verdict::Accepte),
        (json, "", Verdict::Ambigu),
        (json, "{\"id\":1", Verdict::Ambigu),
        (json, "OK", Verdict::Ambigu),
        ("text/plain", "OK", Verdict::Accepte),
        ("text/plain", "", Verdict::Accepte),
        ("text/html", "OK", Verdict::Accepte),
        ("text/html", "<html>", Verdict::Ambigu),
        ("text/plain", " \r\n<!DOCTYPE html>", Verdict::Ambigu),
        ("text/html", "\u{feff}<!DOCTYPE html>", Verdict::Ambigu),
        (
            "text/html",
            "\u{feff}\r\n<?xml version='1.0'?>",
            Verdict::Ambigu,
        ),
    ] {
        let answer = outcome(http::Answer::status(200, body).header("Content-Type", kind));
        assert_eq!(answer.verdict, verdict, "{kind} {body:?}: {answer:?}");
    }
}

#[test]
fn a_gateway_that_is_not_there_is_for_later() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http://passerelle.invalid:{port}/"),
    ] {
        let channel = gateway(&url);
        let mut link = channel.open().unwrap_or_else(|answer| panic!("{answer:?}"));
        let answer = link.send(&delivery(number(1), PATIENCE));
        assert_eq!(
            (answer.verdict, spared(&answer)),
            (Verdict::Temporaire, true),
            "{answer:?}"
        );
    }
}
