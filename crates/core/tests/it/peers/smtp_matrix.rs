//! Every stage of an SMTP dialogue × everything a relay may do there.

use super::smtp_oracle::{Said, refused, said};
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
        raw(b"250\r\n"),
        raw(b"250-a\n250\n"),
        raw(b"354\r\n"),
        raw(b"299 5.7.1 why not\r\n"),
        raw(b"471 later\r\n"),
        raw(b"550\r\n"),
        raw(b"571 5.7.1 refus\xe9\r\n"),
        raw(b"250 Accept\xe9\r\n"),
        raw(b"450-a\r\n451 b\r\n"),
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
        Action::Endless(vec![b'x'; 900]),
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
            Said::Code(400..) | Said::Nothing => {
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
            Said::Code(400..) | Said::Nothing => &[Verdict::Temporaire],
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
            (_, Said::Code(code @ 500..)) => refused(stage, code),
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
                Said::Code(code @ 500..) => refused(Stage::Body, code),
                _ => Verdict::Ambigu,
            };
            assert_eq!(answer.verdict, expected, "{told}");
            assert!(!spared(answer), "{told}");
            let usable = goes_on(said(&action)) || expected == Verdict::Accepte;
            assert_eq!(outcome.usable, usable, "{told}");
        }
    }
}

/// Each of these sent three copies to every parent, or nothing ever.
#[test]
fn replies_are_understood_as_relays_write_them() {
    let cases: [(&[u8], Verdict); 8] = [
        (b"250\r\n", Verdict::Accepte),
        (b"250-a\r\n250\r\n", Verdict::Accepte),
        (b"250 Accept\xe9\r\n", Verdict::Accepte),
        (b"250 Ok\n", Verdict::Accepte),
        (b"550\r\n", Verdict::Permanent),
        (b"571 5.7.1 no\r\n", Verdict::Permanent),
        (b"471 later\r\n", Verdict::Temporaire),
        (b"299 5.7.1 why not\r\n", Verdict::Ambigu),
    ];
    for (reply, verdict) in cases {
        let raw = Action::Raw(reply.to_vec());
        let outcome = outcome(Script::default().on(Stage::Body, raw), &[]);
        assert_eq!(outcome.answer.verdict, verdict, "{:?}", outcome.answer);
    }
    let latin = Action::Raw(b"550 5.1.1 adresse inconnue, refus\xe9\r\n".to_vec());
    let outcome = outcome(Script::default().on(Stage::Rcpt, latin), &[]);
    let detail = outcome.answer.detail.unwrap();
    assert!(detail.ends_with("inconnue, refusé"), "{detail}");
}

/// What stands behind the go-ahead is no answer to a content that has not left.
#[test]
fn an_answer_that_came_before_the_content_is_not_believed() {
    let both = Action::Raw(b"354 go on\r\n250 2.0.0 Ok: queued as 1\r\n".to_vec());
    for script in [Script::default(), Script::default().no_pipelining()] {
        let script = script
            .on(Stage::Data, both.clone())
            .on(Stage::Body, Action::Close);
        let outcome = outcome(script, &[]);
        let answer = outcome.answer;
        assert_eq!(answer.verdict, Verdict::Temporaire, "{answer:?}");
        assert!(spared(&answer) && outcome.server.accepted_count() == 0);
    }
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
