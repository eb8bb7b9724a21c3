//! Peers that never answer: every attempt ends by itself, and says what may be said of it. All at
//! once, for each takes as long as the program is patient.

use super::{delivery, gateway, mailbox, number, relay};
use messages_core::channel::Answer;
use messages_core::vocabulary::Verdict;
use messages_testing::figures::figure;
use messages_testing::http::{self, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use std::time::{Duration, Instant};

/// Of an attempt in these cases; of an SMS it is thirty seconds whatever it is given.
const LIMIT: Duration = Duration::from_secs(3);

/// The longest that connecting, securing and logging in may take before the dispatcher gives up.
const OPENING: Duration = Duration::from_secs(60);

type Case = (&'static str, Verdict, Box<dyn Fn() -> Answer + Send>);

fn opening(script: fn() -> Script, settings: &'static [(&'static str, &'static str)]) -> Answer {
    let server = Server::start(script());
    let refused = relay(server.port(), settings).open().err();
    refused.unwrap_or_else(|| panic!("it opened"))
}

fn sending(stage: Stage, action: Action) -> Answer {
    let server = Server::start(Script::default().on(stage, action));
    let channel = relay(server.port(), &[]);
    let mut link = channel.open().unwrap_or_else(|answer| panic!("{answer:?}"));
    link.send(&delivery(mailbox(1), LIMIT))
}

fn sms(url: &str) -> Answer {
    let channel = gateway(url);
    let mut link = channel.open().unwrap_or_else(|answer| panic!("{answer:?}"));
    link.send(&delivery(number(1), LIMIT))
}

fn hang_after_go_ahead() -> Script {
    let silent = Action::reply("220 go ahead").then(Action::Hang);
    Script::default().starttls().on(Stage::StartTls, silent)
}

fn hang(stage: Stage) -> Script {
    Script::default()
        .auth("ecole", "secret")
        .on(stage, Action::Hang)
}

const LOGIN: [(&str, &str); 2] = [
    ("EMAIL_HOST_USER", "ecole"),
    ("EMAIL_HOST_PASSWORD", "secret"),
];

fn openings() -> Vec<Case> {
    let case = |name, script: fn() -> Script, settings| -> Case {
        (
            name,
            Verdict::Temporaire,
            Box::new(move || opening(script, settings)),
        )
    };
    vec![
        case("no greeting", || hang(Stage::Banner), &[]),
        case(
            "no handshake",
            || hang(Stage::Banner),
            &[("EMAIL_USE_SSL", "true")],
        ),
        case("no answer to EHLO", || hang(Stage::Ehlo), &[]),
        case("no answer to AUTH", || hang(Stage::Auth), &LOGIN),
        case(
            "no answer to STARTTLS",
            || hang(Stage::StartTls).starttls(),
            &[("EMAIL_USE_TLS", "true")],
        ),
        case(
            "no handshake after STARTTLS",
            hang_after_go_ahead,
            &[("EMAIL_USE_TLS", "true")],
        ),
    ]
}

fn attempts() -> Vec<Case> {
    let case = |name, verdict, stage, action: Action| -> Case {
        (
            name,
            verdict,
            Box::new(move || sending(stage, action.clone())),
        )
    };
    let partial = |text: &str| Action::Raw(text.as_bytes().to_vec()).then(Action::Hang);
    vec![
        case(
            "no answer to MAIL",
            Verdict::Temporaire,
            Stage::Mail,
            Action::Hang,
        ),
        case(
            "no answer to RCPT",
            Verdict::Temporaire,
            Stage::Rcpt,
            Action::Hang,
        ),
        case(
            "no answer to DATA",
            Verdict::Temporaire,
            Stage::Data,
            Action::Hang,
        ),
        case(
            "half an answer to RCPT",
            Verdict::Temporaire,
            Stage::Rcpt,
            partial("550 5.1"),
        ),
        case(
            "half an answer to DATA",
            Verdict::Temporaire,
            Stage::Data,
            partial("354"),
        ),
        case(
            "no answer to the content",
            Verdict::Ambigu,
            Stage::Body,
            Action::Hang,
        ),
        case(
            "half an answer to the content",
            Verdict::Ambigu,
            Stage::Body,
            partial("250 2.0"),
        ),
        case(
            "never the last line",
            Verdict::Ambigu,
            Stage::Body,
            partial("250-Ok\r\n"),
        ),
    ]
}

fn requests() -> Vec<Case> {
    let case = |name, verdict, answer: http::Answer| -> Case {
        let ask = move || {
            let gateway = Gateway::start(GatewayScript::default().answer(answer.clone()));
            let answer = sms(&gateway.url());
            assert_eq!(gateway.received_count(), 1);
            answer
        };
        (name, verdict, Box::new(ask))
    };
    let begun = |text: &str, end| http::Answer::RawThen(text.as_bytes().to_vec(), Box::new(end));
    let silent = || {
        let server = Server::start(Script::default().on(Stage::Banner, Action::Hang));
        sms(&format!("https://localhost:{}/", server.port()))
    };
    vec![
        (
            "no handshake of the gateway",
            Verdict::Temporaire,
            Box::new(silent),
        ),
        case(
            "no answer of the gateway",
            Verdict::Ambigu,
            http::Answer::Hang,
        ),
        case(
            "half a head",
            Verdict::Ambigu,
            begun("HTTP/1.1 200 OK\r\nX: ", http::Answer::Hang),
        ),
        case(
            "half a body",
            Verdict::Ambigu,
            begun(
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
                http::Answer::Hang,
            ),
        ),
        case(
            "a refusal without its words",
            Verdict::Permanent,
            begun(
                "HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\nno",
                http::Answer::Hang,
            ),
        ),
    ]
}

#[test]
fn silence_at_any_point_ends_by_itself_and_is_told_apart() {
    let cases: Vec<(Duration, Vec<Case>)> = vec![
        (OPENING, openings()),
        (LIMIT * 2, attempts()),
        (LIMIT * 2, requests()),
    ];
    let count: usize = cases.iter().map(|(_, cases)| cases.len()).sum();
    let longest = std::thread::scope(|scope| {
        let all = cases
            .into_iter()
            .flat_map(|(limit, cases)| cases.into_iter().map(move |case| (limit, case)));
        let running: Vec<_> = all
            .map(|(limit, case)| scope.spawn(move || timed(limit, case)))
            .collect();
        let times = running.into_iter().map(|one| one.join().unwrap());
        times.max().unwrap()
    });
    figure(&format!(
        "S5 S6 silence: {count} points, longest {} s, 0 wrong",
        longest.as_secs()
    ));
}

fn timed(limit: Duration, (name, verdict, attempt): Case) -> Duration {
    let begun = Instant::now();
    let answer = attempt();
    let took = begun.elapsed();
    assert_eq!(answer.verdict, verdict, "{name}: {answer:?}");
    // The machine may be busy, but not for as long as another time-out would take.
    assert!(took < limit + Duration::from_secs(10), "{name}: {took:?}");
    took
}
