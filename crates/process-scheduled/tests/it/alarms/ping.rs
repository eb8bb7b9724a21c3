//! Told to whatever watches over the runs.

use super::{is_about_nobody, relay, through, told};
use crate::program::{Program, To};
use crate::rows::closed_port;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

stories!(
    healthchecks_is_told_of_start_success_and_failure,
    uptime_kuma_is_told_in_its_own_form,
    wrong_settings_and_a_database_that_is_away_are_told,
    a_watcher_that_is_away_or_hangs_costs_five_seconds_at_most,
);

const KEY: &str = "0000-secret-0000";

fn watched<'d>(program: &Program<'d>, port: u16) -> Program<'d> {
    let url = format!("http://127.0.0.1:{port}/{KEY}");
    program.clone().set("MESSAGES_PING_URL", &url)
}

/// What the watcher was told since the last time: path without the key, and text.
fn heard(watcher: &Gateway, before: usize) -> Vec<(String, String)> {
    let received = watcher.received();
    let told = received.iter().skip(before);
    told.map(|post| {
        is_about_nobody(&post.raw);
        (post.path.replace(KEY, "…"), post.raw.clone())
    })
    .collect()
}

fn healthchecks_is_told_of_start_success_and_failure(database: &Database) {
    let watcher = Gateway::start(GatewayScript::default());
    let program = watched(&Program::new(database), watcher.port());
    program.school(2, 1);
    assert_eq!(told(&program, 0), [""; 0]);
    let well = heard(&watcher, 0);
    assert_eq!(
        well,
        [
            ("/…/start".to_owned(), String::new()),
            ("/…".to_owned(), String::new())
        ]
    );
    program.programme(Canal::Email, To::All);
    let refuses = relay("autre");
    let wrong = through(&program, &refuses);
    for before in [2, 4] {
        wrong.run(&["--quiet"]);
        let failed = heard(&watcher, before);
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert_eq!(
            (failed[0].0.as_str(), failed[1].0.as_str()),
            ("/…/start", "/…/fail")
        );
        assert!(
            failed[1].1.contains("Envoi des e-mails interrompu"),
            "{failed:?}"
        );
    }
    assert!(!program.log().contains(KEY));
}

/// Answers two requests and returns their first lines.
fn kuma(listener: &TcpListener) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..2 {
        let (mut peer, _) = listener.accept().unwrap();
        let mut request = BufReader::new(peer.try_clone().unwrap())
            .lines()
            .map_while(Result::ok);
        lines.push(request.next().unwrap());
        request.take_while(|line| !line.is_empty()).for_each(drop);
        let body = "{\"ok\":true}";
        write!(
            peer,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
    lines
}

fn uptime_kuma_is_told_in_its_own_form(database: &Database) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/api/push/{KEY}?status=up&msg=OK&ping=",
        listener.local_addr().unwrap()
    );
    let monitor = std::thread::spawn(move || kuma(&listener));
    let program = Program::new(database).set("MESSAGES_PING_URL", &url);
    program.school(2, 1);
    assert_eq!(told(&program, 0), [""; 0]);
    program.programme(Canal::Email, To::All);
    assert_eq!(told(&through(&program, &relay("autre")), 78).len(), 1);
    let lines = monitor.join().unwrap();
    assert_eq!(
        lines[0],
        format!("GET /api/push/{KEY}?status=up&msg=OK HTTP/1.1")
    );
    let down = format!("GET /api/push/{KEY}?status=down&msg=Envoi%20des%20e-mails%20interrompu");
    assert!(lines[1].starts_with(&down), "{lines:?}");
}

fn wrong_settings_and_a_database_that_is_away_are_told(database: &Database) {
    let watcher = Gateway::start(GatewayScript::default());
    let program = watched(&Program::new(database), watcher.port());
    let wrong = program.clone().set("EMAIL_PORT", "99999");
    assert_eq!(wrong.run(&["--quiet"]).code, 78);
    let away = program.set("DATABASE_URL", "sqlite:///nulle/part/base.sqlite3");
    assert_eq!(away.run(&["--quiet"]).code, 78);
    let failed = heard(&watcher, 0);
    let paths: Vec<&str> = failed.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/…/start", "/…/fail", "/…/start", "/…/fail"]);
    assert!(failed[3].1.contains("code 78"), "{failed:?}");
}

fn a_watcher_that_is_away_or_hangs_costs_five_seconds_at_most(database: &Database) {
    let hangs = Gateway::start(GatewayScript::default().answer(Answer::Hang));
    let plain = Program::new(database);
    for port in [closed_port(), hangs.port()] {
        let program = watched(&plain, port);
        let begun = Instant::now();
        assert_eq!(told(&program, 0), [""; 0]);
        // The rest is the run's own, on a machine that is busy.
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    }
    let log = plain.log();
    assert!(log.contains("MESSAGES_PING_URL : injoignable"), "{log}");
    assert!(
        log.contains("MESSAGES_PING_URL : pas de réponse à temps"),
        "{log}"
    );
    assert!(!log.contains(KEY), "{log}");
}
