//! What monitoring sees: health without numbers, and numbers for Prometheus.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::token::KEY;
use messages_core::vocabulary::{Genre, Portee};
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

stories!(
    a_server_without_its_tables_is_not_ready,
    metrics_tell_of_envois_waits_and_requests,
    what_needs_a_person_is_seen,
    what_sms_cost_is_told_where_it_is_limited,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn a_server_without_its_tables_is_not_ready(database: &Database) {
    let server = start(database);
    let nobody = Client::nobody(&server);
    Client::user(&server).school(3, 1);
    for path in [
        "/health/live",
        "/health/live/",
        "/health/ready",
        "/health/ready/",
    ] {
        let answer = nobody.get(path);
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (200, &json!("ok")),
            "{path}"
        );
        let text = answer.text();
        assert!(
            !text.contains(env!("CARGO_PKG_VERSION")) && !text.contains('3'),
            "{text}"
        );
    }
    let migration = "version = (SELECT max(version) FROM __diesel_schema_migrations)";
    database.execute(&format!(
        "CREATE TABLE put_away AS SELECT version FROM __diesel_schema_migrations WHERE {migration};
         DELETE FROM __diesel_schema_migrations WHERE {migration};"
    ));
    let older = nobody.get("/health/ready");
    assert_eq!(
        (older.status, &older.json()["schema"]),
        (503, &json!("a_migrer"))
    );
    database.execute(
        "INSERT INTO __diesel_schema_migrations (version) SELECT version FROM put_away;
         DROP TABLE put_away;",
    );
    assert_eq!(nobody.get("/health/ready").status, 200);
    database.execute("ALTER TABLE passages RENAME TO gone");
    let broken = nobody.get("/health/ready");
    assert_eq!(
        (broken.status, &broken.json()["status"]),
        (503, &json!("indisponible"))
    );
    assert!(!broken.text().contains("passages"), "{}", broken.text());
    assert_eq!(nobody.get("/health/live").status, 200);
}

/// The lines of the text format, by their name and labels.
fn read(text: &str) -> BTreeMap<String, f64> {
    let mut types = BTreeMap::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, kind) = of.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(
                types.insert(name.to_owned(), kind).is_none(),
                "twice: {line}"
            );
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let stem = name.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| stem.strip_suffix(end));
            let family = family
                .filter(|name| types.contains_key(*name))
                .unwrap_or(stem);
            assert!(types.contains_key(family), "no type: {line}");
            let value = if value == "+Inf" {
                f64::INFINITY
            } else {
                value.parse().unwrap()
            };
            assert!(
                samples.insert(name.to_owned(), value).is_none(),
                "twice: {line}"
            );
        }
    }
    assert!(text.ends_with('\n'));
    samples
}

/// What Prometheus's own tool says of them; the test command has it (Debian's package prometheus).
fn check(metrics: &str) {
    let tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut tool) = tool else {
        return messages_testing::figures::skipped("promtool is not installed");
    };
    let mut input = tool.stdin.take().unwrap();
    input.write_all(metrics.as_bytes()).unwrap();
    drop(input);
    let said = tool.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success() && text.is_empty(), "{text}");
}

fn metrics_tell_of_envois_waits_and_requests(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(3, 1);
    let metrics = || {
        let (key, _) = key(database, &[Portee::Supervision]);
        let answer = Client::nobody(&server).bearer(&key).get("/metrics");
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("text/plain; version=0.0.4")
        );
        check(&answer.text());
        read(&answer.text())
    };
    let waits = |samples: &BTreeMap<String, f64>| samples["messages_due_oldest_seconds"] > 0.0;
    let before = metrics();
    assert!(!waits(&before));
    assert!(before["messages_last_passage_timestamp_seconds"].abs() < f64::EPSILON);
    user.write(
        &json!({ "type": "sms", "contenu": "x", "est_message_groupe": true,
        "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }),
    );
    let due = metrics();
    assert!(due["messages_due_oldest_seconds"] > 86_400.0);
    user.post("/api/messages/process_scheduled/", &json!({}));
    let sent = metrics();
    assert!(!waits(&sent), "{}", sent["messages_due_oldest_seconds"]);
    assert!(sent["messages_last_passage_timestamp_seconds"] > 1_700_000_000.0);
    for (etat, count) in [("envoye", 3.0), ("a_envoyer", 0.0), ("incertain", 0.0)] {
        let name = format!("messages_envois{{canal=\"sms\",etat=\"{etat}\"}}");
        assert!(
            (sent[&name] - count).abs() < f64::EPSILON,
            "{name} {}",
            sent[&name]
        );
    }
    let labels = "method=\"POST\",path=\"/api/messages/process_scheduled/\"";
    let count = format!("messages_http_request_duration_seconds_count{{{labels}}}");
    let all = format!("messages_http_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}}");
    assert!((sent[&count] - 1.0).abs() < f64::EPSILON && (sent[&all] - 1.0).abs() < f64::EPSILON);
    for n in 0..30 {
        user.get(&format!("/inconnu/{n}"));
        user.get(&format!("/api/messages/{n}/"));
        user.ask(&format!("M{n}"), "/api/messages/", None);
    }
    // What clients make up makes no new series.
    let grown = metrics().len() - sent.len();
    assert!(grown < 80, "{grown}");
}

fn what_needs_a_person_is_seen(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(1, 1);
    let (key, _) = key(database, &[Portee::Supervision]);
    let seen = || {
        let nobody = Client::nobody(&server);
        let ready = nobody.get("/health/ready");
        assert_eq!(ready.status, 200);
        let open: Vec<String> = ready.json()["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|incident| incident["genre"].as_str().unwrap().to_owned())
            .collect();
        let metrics = read(&nobody.bearer(&key).get("/metrics").text());
        for genre in Genre::ALL {
            let of_it = open.iter().filter(|open| *open == genre.as_str()).count();
            let sample = metrics[&format!("messages_incidents{{genre=\"{genre}\"}}")];
            assert!((sample - f64::from(u8::try_from(of_it).unwrap())).abs() < f64::EPSILON);
        }
        open
    };
    assert_eq!(seen(), [""; 0]);
    user.write(
        &json!({ "type": "sms", "contenu": "x", "est_message_groupe": true,
        "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }),
    );
    user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(seen(), [""; 0]);
    database.execute(
        "UPDATE passages SET debut = '2026-03-01T08:00:00Z', battement = '2026-03-01T08:00:00Z'",
    );
    assert_eq!(seen(), ["sans_passage"]);
}

fn what_sms_cost_is_told_where_it_is_limited(database: &Database) {
    let settings = [
        ("JWT_SIGNING_KEY", KEY),
        ("MESSAGES_MODE", "fichier"),
        ("MESSAGES_SMS_PER_DAY", "10"),
    ];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(3, 1);
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    let (key, _) = key(database, &[Portee::Supervision]);
    let metrics = Client::nobody(&server).bearer(&key).get("/metrics").text();
    check(&metrics);
    for line in [
        "messages_sms_segments{reglage=\"MESSAGES_SMS_PER_DAY\"} 3",
        "messages_sms_segments_max{reglage=\"MESSAGES_SMS_PER_DAY\"} 10",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}
