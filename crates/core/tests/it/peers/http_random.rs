//! Gateways that answer anything, cut anywhere: of no SMS more is said than is true, and each is
//! asked for once.

use super::dice::{self, Dice};
use super::http_oracle::{End, Framing, Written};
use super::{PATIENCE, asked, delivery, gateway, number};
use messages_core::channel::{Answer, Link};
use messages_core::vocabulary::Verdict;
use messages_testing::figures::{amount, figure};
use messages_testing::http::{self, Gateway, GatewayScript};
use std::time::{Duration, Instant};

/// The time of an attempt with a gateway that falls silent.
const SHORT: Duration = Duration::from_millis(400);

/// Answers of one gateway.
const BATCH: usize = 25;

#[test]
fn random_answers_are_judged_as_they_deserve() {
    let (seed, answers) = (dice::seed(), amount(5_000, 100_000));
    let begun = Instant::now();
    let batches = answers / BATCH;
    let said: Vec<Verdict> = dice::play(seed, batches, |number, dice| batch(seed, number, dice))
        .into_iter()
        .flatten()
        .collect();
    let sum = |verdict| said.iter().filter(|said| **said == verdict).count();
    let (accepted, doubt) = (sum(Verdict::Accepte), sum(Verdict::Ambigu));
    figure(&format!(
        "S6 random HTTP: {} answers: {accepted} accepted, {} for later, {} refused, {} our \
         settings, {doubt} in doubt; 0 wrong, 0 asked twice; {} s; seed {seed}",
        said.len(),
        sum(Verdict::Temporaire),
        sum(Verdict::Permanent),
        sum(Verdict::Config),
        begun.elapsed().as_secs(),
    ));
    assert_eq!(said.len(), answers);
    assert!(accepted > answers / 50 && doubt > answers / 50, "one-sided");
}

fn batch(seed: u64, round: usize, dice: &mut Dice) -> Vec<Verdict> {
    let answers: Vec<Written> = (0..BATCH).map(|_| written(dice)).collect();
    let script = answers
        .iter()
        .enumerate()
        .fold(GatewayScript::default(), |script, (n, written)| {
            script.answer_for(&number(n), part(written))
        });
    let server = Gateway::start(script);
    let channel = gateway(&server.url());
    let mut link = channel.open().unwrap_or_else(|answer| panic!("{answer:?}"));
    let told = |n: usize, written: &Written, answer: &Answer| {
        format!("FAULTS_SEED={seed} batch {round} answer {n}: {answer:?}\n{written:?}")
    };
    let judge = |(n, written): (usize, &Written)| {
        let answer = ask(&mut link, n, written, |answer| told(n, written, answer));
        assert_eq!(
            asked(&server, &number(n)),
            1,
            "{}",
            told(n, written, &answer)
        );
        answer.verdict
    };
    answers.iter().enumerate().map(judge).collect()
}

fn ask(
    link: &mut Link<'_>,
    n: usize,
    written: &Written,
    told: impl Fn(&Answer) -> String,
) -> Answer {
    let limit = if written.end == End::Hang {
        SHORT
    } else {
        PATIENCE
    };
    let begun = Instant::now();
    let answer = link.send(&delivery(number(n), limit));
    let took = begun.elapsed();
    assert!(
        written.permitted().contains(&answer.verdict),
        "{}",
        told(&answer)
    );
    assert!(
        took < limit + Duration::from_secs(5),
        "{took:?} {}",
        told(&answer)
    );
    let (least, most) = (Duration::from_secs(1), Duration::from_secs(6 * 3600));
    assert!(
        answer
            .pause
            .is_none_or(|pause| (least..=most).contains(&pause)),
        "{}",
        told(&answer)
    );
    let wants_pause = answer.verdict == Verdict::Temporaire && written.status != 408;
    assert_eq!(answer.pause.is_some(), wants_pause, "{}", told(&answer));
    let detail = answer.detail.clone().unwrap_or_default();
    assert!(
        detail.chars().count() <= 200 && !detail.contains(char::is_control),
        "{detail:?}"
    );
    answer
}

fn part(written: &Written) -> http::Answer {
    let bytes = written.bytes[..written.cut].to_vec();
    match written.end {
        End::Close => http::Answer::Raw(bytes),
        End::Reset => http::Answer::RawThen(bytes, Box::new(http::Answer::ResetAfterRead)),
        End::Hang => http::Answer::RawThen(bytes, Box::new(http::Answer::Hang)),
    }
}

const STATUSES: [u16; 44] = [
    200, 200, 200, 200, 200, 200, 201, 202, 202, 203, 206, 226, 299, 300, 301, 302, 303, 307, 308,
    400, 401, 402, 403, 404, 405, 407, 408, 409, 413, 415, 422, 429, 429, 429, 451, 500, 501, 502,
    503, 503, 504, 507, 599, 600,
];

const KINDS: [Option<&str>; 6] = [
    Some("application/json"),
    Some("application/problem+JSON; charset=utf-8"),
    Some("text/plain"),
    Some("text/html; charset=iso-8859-1"),
    Some(";;;"),
    None,
];

fn body(dice: &mut Dice) -> Vec<u8> {
    let known: [&[u8]; 14] = [
        b"{\"id\":\"sms-1\",\"status\":\"ok\"}",
        b"{\"id\":\"sms-1\",\"status\":\"ok\"}",
        b"{\"messageId\":12}",
        b"[]",
        b"null",
        b"{\"id\":\"sms-1\",",
        b"{\"id\":\"\xff\xfe\"}",
        b"OK",
        b"",
        b"<!DOCTYPE html><title>Connexion</title>",
        b"\r\n\t <html>",
        b"\xef\xbb\xbf<html><title>Connexion</title>",
        b"\xef\xbb\xbf{\"id\":\"sms-1\"}",
        b"Compte bloqu\xe9",
    ];
    match dice.below(12) {
        0 => dice.bytes(60),
        1 => "x".repeat(60_000 + dice.below(10_000)).into_bytes(),
        2 => format!("{}1{}", "[".repeat(500), "]".repeat(500)).into_bytes(),
        _ => dice.pick(&known).to_vec(),
    }
}

fn headers(dice: &mut Dice) -> String {
    let known = [
        "Retry-After: 120\r\n",
        "Retry-After: 0\r\n",
        "Retry-After: -5\r\n",
        "Retry-After: 99999999999999999999999\r\n",
        "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n",
        "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        "Retry-After: bientôt\r\n",
        "Retry-After:\r\n",
        "Location: http://127.0.0.1:9/\r\n",
        "Content-Encoding: gzip\r\n",
        "Set-Cookie: a=b\r\n",
        "Connection: keep-alive\r\n",
        "X-Long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
    ];
    (0..dice.below(4)).map(|_| dice.pick(&known)).collect()
}

/// Lines that are no header, and heads that are none.
const JUNK: [&str; 4] = [
    "no colon at all\r\n",
    ": no name\r\n",
    "a b: c\r\n",
    "\u{1}: c\r\n",
];

fn written(dice: &mut Dice) -> Written {
    let (status, kind, body) = (dice.pick(&STATUSES), dice.pick(&KINDS), body(dice));
    let junk = dice.one_in(25);
    let framing = dice.pick(&[
        Framing::Exact,
        Framing::Exact,
        Framing::Exact,
        Framing::TooLong,
        Framing::TooShort,
        Framing::Chunked,
        Framing::BrokenChunk,
        Framing::Close,
    ]);
    let mut head = format!("HTTP/1.1 {status} Words\r\n{}", headers(dice));
    if junk {
        head += dice.pick(&JUNK);
    }
    if let Some(kind) = kind {
        head.extend(["Content-Type: ", kind, "\r\n"]);
    }
    let (length, framed) = framed(framing, &body);
    head += &length;
    head += "\r\n";
    let bytes = [head.as_bytes(), &framed].concat();
    let cut = if dice.one_in(3) {
        dice.below(bytes.len() + 1)
    } else {
        bytes.len()
    };
    let end = match dice.below(50) {
        0 => End::Hang,
        1..10 => End::Reset,
        _ => End::Close,
    };
    let head = head.len();
    Written {
        status,
        kind,
        junk,
        body,
        framing,
        bytes,
        head,
        cut,
        end,
    }
}

/// The header that tells the length, and the body on the wire.
fn framed(framing: Framing, body: &[u8]) -> (String, Vec<u8>) {
    let length = |length: usize| format!("Content-Length: {length}\r\n");
    let chunk = [
        format!("{:x}\r\n", body.len()).as_bytes(),
        body,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let chunked = "Transfer-Encoding: chunked\r\n".to_owned();
    match framing {
        Framing::Exact => (length(body.len()), body.to_vec()),
        Framing::TooLong => (length(body.len() + 1), body.to_vec()),
        Framing::TooShort => (length(body.len() / 2), body.to_vec()),
        Framing::Chunked if body.is_empty() => (chunked, b"0\r\n\r\n".to_vec()),
        Framing::Chunked => (chunked, chunk),
        Framing::BrokenChunk => (chunked, [b"zz\r\n", body].concat()),
        Framing::Close => (String::new(), body.to_vec()),
    }
}
