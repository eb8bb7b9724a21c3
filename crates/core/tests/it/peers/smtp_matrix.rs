//! Every stage of an SMTP dialogue × everything a relay may do there.

use super::smtp_oracle::{Said, said};
use super::{PATIENCE, delivery, mailbox, relay, spared};
use messages_core::channel::{Answer, Link};
use messages_core::vocabulary::Verdict;
use messages_testing::smtp::{Action, Script, Server, Stage};
use std::time::Duration;

const LOGIN: [(&str, &str); 2] = [
    ("EMAIL_HOST_USER", "ecole"),
    ("EMAIL_HOST_PASSWORD", "secret"),
];

/// What a relay may do anywhere, and what it says thereby.
fn behaviours() -> Vec<Action> {
    let codes = [
        220, 235, 250, 251, 252, 334, 354, 421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503,
        521, 530, 535, 550, 551, 552, 553, 554, 555,
    ];
    let replies = codes
        .iter()
        .map(|code| Action::reply(format!("{code} words")));
    let lines = codes
        .iter()
        .map(|code| Action::reply(format!("{code}-two\n{code} lines")));
    let late = |text: &str| Action::Late(Duration::from_millis(20), Box::new(Action::reply(text)));
    let raw = |bytes: &[u8]| Action::Raw(bytes.to_vec());
    let others = vec![
        Action::Close,
        Action::Reset,
        late("450 late"),
        late("550 late"),
        raw(b"bonjour\r\n"),
        raw(b"\r\n"),
        raw(b"25\r\n"),
        raw(b"999 what\r\n"),
        raw(b"250-a\r\n550 b\r\n"),
        raw(b"\xff\xfe\x00\r\n"),
        raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        raw(&[b'x'; 5000]).then(raw(b"\r\n")),
        raw(b"55").then(Action::Close),
        raw(b"550 5.1.1 unkn").then(Action::Close),
        raw(b"250 O").then(Action::Reset),
        raw(b"550-first\r\n").then(Action::Close),
        Action::Endless([b"250-".to_vec(), vec![b'x'; 900], b"\r\n".to_vec()].concat()),
    ];
    replies.chain(lines).chain(others).collect()
}

/// What came of one message, the relay's own journal, and whether the connection can go on.
struct Outcome {
    answer: Answer,
    opened: bool,
    usable: bool,
    server: Server,
}

fn outcome(script: Script, settings: &[(&str, &str)]) -> Outcome {
    let server = Server::start(script);
    let channel = relay(server.port(), settings);
    let (answer, opened, usable) = match channel.open() {
        Err(answer) => (answer, false, false),
        Ok(mut link) => {
            let answer = link.send(&delivery(mailbox(1), PATIENCE));
            let usable = Link::is_open(&link);
            (answer, true, usable)
        }
    };
    Outcome {
        answer,
        opened,
        usable,
        server,
    }
}

fn each(stage: Stage, script: impl Fn() -> Script, expected: impl Fn(&Action, &Outcome)) {
    let settings: &[(&str, &str)] = match stage {
        Stage::Auth => &LOGIN,
        Stage::StartTls => &[("EMAIL_USE_TLS", "true")],
        _ => &[],
    };
    for action in behaviours() {
        let outcome = outcome(script().on(stage, action.clone()), settings);
        // Whatever happens, one message is one transaction at most.
        let told = format!("{action:?} at {stage:?}: {:?}", outcome.answer);
        assert!(outcome.server.accepted_count() <= 1, "{told}");
        let detail = outcome.answer.detail.clone().unwrap_or_default();
        assert!(
            detail.chars().count() <= 200 && !detail.contains(char::is_control),
            "{told}"
        );
        expected(&action, &outcome);
    }
}

/// Until the login is done: nothing was sent, 5xx is the settings' fault, all else may pass.
fn before_the_login(stage: Stage, script: impl Fn() -> Script) {
    each(stage, script, |action, outcome| {
        let answer = &outcome.answer;
        let told = format!("{action:?} at {stage:?}: {answer:?}");
        assert_eq!(
            outcome.server.accepted_count(),
            usize::from(outcome.opened),
            "{told}"
        );
        match said(action) {
            Said::Code(500..) => assert_eq!(answer.verdict, Verdict::Config, "{told}"),
            Said::Code(400..) | Said::Nothing | Said::Unusual(_) => {
                assert_eq!(answer.verdict, Verdict::Temporaire, "{told}");
                assert!(spared(answer) && !outcome.opened, "{told}");
            }
            // Positive, if not the right one: whoever goes on gets through or is refused safely.
            Said::Code(_) => assert!(
                matches!(
                    answer.verdict,
                    Verdict::Accepte | Verdict::Temporaire | Verdict::Config
                ),
                "{told}"
            ),
        }
    });
}

#[test]
fn a_greeting_of_any_kind() {
    before_the_login(Stage::Banner, Script::default);
}

#[test]
fn an_answer_of_any_kind_to_ehlo() {
    before_the_login(Stage::Ehlo, Script::default);
}

#[test]
fn an_answer_of_any_kind_to_the_login() {
    before_the_login(Stage::Auth, || Script::default().auth("ecole", "secret"));
}

/// A positive answer leads into a handshake that this process cannot trust: the program's own
/// stories go on from there.
#[test]
fn an_answer_of_any_kind_to_starttls() {
    let script = || Script::default().starttls();
    each(Stage::StartTls, script, |action, outcome| {
        let answer = &outcome.answer;
        let told = format!("{action:?}: {answer:?}");
        assert!(
            !outcome.opened && outcome.server.accepted_count() == 0,
            "{told}"
        );
        let expected: &[Verdict] = match said(action) {
            Said::Code(500..) => &[Verdict::Config],
            Said::Code(400..) | Said::Nothing | Said::Unusual(_) => &[Verdict::Temporaire],
            Said::Code(_) => &[Verdict::Config],
        };
        assert!(expected.contains(&answer.verdict), "{told}");
        let mail = |(_, line): &(usize, String)| line.starts_with("MAIL");
        assert!(!outcome.server.commands().iter().any(mail), "{told}");
    });
}

/// After a refusal the connection serves the next recipient; only 421 announces its end.
fn goes_on(said: Said) -> bool {
    matches!(said, Said::Code(400..) if said != Said::Code(421))
}

/// Without further words: asking for a login (RFC 4954) is said to us, and all else of the recipient.
const fn refused(code: u16) -> Verdict {
    match code {
        530 | 535 => Verdict::Config,
        _ => Verdict::Permanent,
    }
}

fn envelope(stage: Stage, script: fn() -> Script) {
    each(stage, script, |action, outcome| {
        let answer = &outcome.answer;
        let told = format!("{action:?} at {stage:?}: {answer:?}");
        let said = said(action);
        let expected = match (stage, said) {
            (Stage::Mail, Said::Code(250)) | (Stage::Rcpt, Said::Code(250 | 251)) => {
                Verdict::Accepte
            }
            (Stage::Mail, Said::Code(500..)) => Verdict::Config,
            (_, Said::Code(code @ 500..)) => refused(code),
            // The server waits for a body then, and takes what was never meant as one.
            (Stage::Data, Said::Code(354)) => Verdict::Accepte,
            _ => Verdict::Temporaire,
        };
        assert_eq!(answer.verdict, expected, "{told}");
        assert_eq!(
            outcome.server.accepted_count(),
            usize::from(expected == Verdict::Accepte),
            "{told}"
        );
        // What is wrong with the connection must not cost this recipient an attempt.
        let unreached = match said {
            Said::Code(421) => true,
            Said::Code(400..) => false,
            _ => expected == Verdict::Temporaire,
        };
        assert_eq!(spared(answer), unreached, "{told}");
        let usable = goes_on(said) || expected == Verdict::Accepte;
        assert_eq!(outcome.usable, usable, "{told}");
    });
}

#[test]
fn an_answer_of_any_kind_to_the_envelope() {
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
        envelope(stage, Script::default);
        envelope(stage, || Script::default().no_pipelining());
    }
}

#[test]
fn an_answer_of_any_kind_to_the_content() {
    let accepting = |action: &Action| Action::AcceptThen(Box::new(action.clone()));
    for action in behaviours() {
        for action in [accepting(&action), action] {
            let outcome = outcome(Script::default().on(Stage::Body, action.clone()), &[]);
            let answer = &outcome.answer;
            let told = format!("{action:?}: {answer:?}");
            let expected = match said(&action) {
                Said::Code(250) => Verdict::Accepte,
                Said::Code(400..500) => Verdict::Temporaire,
                Said::Code(code @ 500..) => refused(code),
                _ => Verdict::Ambigu,
            };
            assert_eq!(answer.verdict, expected, "{told}");
            assert!(!spared(answer), "{told}");
            let usable = goes_on(said(&action)) || expected == Verdict::Accepte;
            assert_eq!(outcome.usable, usable, "{told}");
        }
    }
}

/// A reply without a word is legal, and lettre does not understand it; nor second digits above
/// five, nor words that are no UTF-8. As long as that is so, the message is in doubt and never
/// counted as sent, nor refused for good.
#[test]
fn legal_replies_that_are_not_understood_leave_it_open() {
    for reply in [
        "250\r\n",
        "550\r\n",
        "571 5.7.1 no\r\n",
        "471 later\r\n",
        "250-a\r\n250\r\n",
    ] {
        let raw = |reply: &str| Action::Raw(reply.as_bytes().to_vec());
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
            let outcome = outcome(Script::default().on(stage, raw(reply)), &[]);
            let answer = outcome.answer;
            assert_eq!(answer.verdict, Verdict::Temporaire, "{reply:?} {answer:?}");
            assert!(
                spared(&answer) && outcome.server.accepted_count() == 0,
                "{answer:?}"
            );
        }
        let outcome = outcome(Script::default().on(Stage::Body, raw(reply)), &[]);
        assert_eq!(
            outcome.answer.verdict,
            Verdict::Ambigu,
            "{reply:?} {:?}",
            outcome.answer
        );
        assert!(!outcome.usable);
    }
    let latin = Action::Raw(b"250 re\xe7u\r\n".to_vec());
    let outcome = outcome(Script::default().on(Stage::Body, latin), &[]);
    assert_eq!(
        outcome.answer.verdict,
        Verdict::Ambigu,
        "{:?}",
        outcome.answer
    );
}

#[test]
fn a_relay_that_is_not_there_is_for_later() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let away = relay(port, &[]).open().err().unwrap();
    assert_eq!(
        (away.verdict, spared(&away)),
        (Verdict::Temporaire, true),
        "{away:?}"
    );
    let nowhere = relay(port, &[("EMAIL_HOST", "relais.invalid")])
        .open()
        .err()
        .unwrap();
    assert_eq!(
        (nowhere.verdict, spared(&nowhere)),
        (Verdict::Temporaire, true),
        "{nowhere:?}"
    );
}
