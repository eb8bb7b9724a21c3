//! The log after a day of work: a line for each request, and nothing about anybody.

use crate::client::{Client, key, mailbox, number};
use crate::harness::Server;
use crate::token::{KEY, mint};
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(the_log_has_a_line_for_each_request_and_names_nobody);

/// What must not be found again.
const CANARIES: &[&str] = &[
    "Tuteur",
    "Pupille",
    "Awa",
    "courriel.example",
    "3361200",
    "Secret de famille",
    "Sujet intime",
    "recherche-privee",
    "0611223344",
    "Nouvelle-Parente",
    "mot-de-passe-smtp",
    "compte-smtp",
    "chemin-prive",
    "cle-repetee",
];

fn the_log_has_a_line_for_each_request_and_names_nobody(database: &Database) {
    let server = Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("LOG_LEVEL", "debug"),
            ("EMAIL_HOST_USER", "compte-smtp"),
            ("EMAIL_HOST_PASSWORD", "mot-de-passe-smtp"),
        ],
    );
    let (program, number_of_key) = key(database, Portee::ALL);
    let token = mint("access");
    let user = Client::nobody(&server).bearer(&token);
    let requests = day(&user, &Client::nobody(&server).bearer(&program));
    let (reader, _) = key(database, &[Portee::Lecture]);
    let reader = Client::nobody(&server)
        .bearer(&reader)
        .with("X-Request-ID", "refuse");
    assert_eq!(reader.post("/api/messages/", &json!({})).status, 403);
    let log = server.log();
    let everything = format!("{log}{}", server.said());
    let mut secrets = vec![
        KEY.to_owned(),
        program.clone(),
        token.clone(),
        number(1),
        mailbox(1),
    ];
    secrets.extend(CANARIES.iter().map(|word| (*word).to_owned()));
    secrets.extend(token.split('.').map(ToOwned::to_owned));
    secrets.push(program.rsplit('_').next().unwrap().to_owned());
    for secret in secrets {
        assert!(!everything.contains(&secret), "{secret} is in the log");
    }
    for (id, method, pattern, status) in requests {
        let who = if status == 401 {
            "-".to_owned()
        } else {
            "user:1".to_owned()
        };
        let line = format!("requete={id} {method} {pattern} statut={status} qui={who} duree_ms=");
        assert!(log.contains(&line), "no line {line} in\n{log}");
    }
    let by_program =
        format!("requete=programme GET /api/messages/ statut=200 qui=key:{number_of_key} ");
    assert!(log.contains(&by_program), "{log}");
    let refused = "requete=refuse POST /api/messages/ statut=403 qui=key:2 ";
    assert!(log.contains(refused), "{log}");
    let lines = log.lines().filter(|line| !line.starts_with("20"));
    assert_eq!(lines.count(), 0, "every line begins with its time");
}

/// Number of the request, method, pattern, status: how a request has to be told of.
type Line = (String, &'static str, String, u16);

const DAY: &[(&str, &str, &Body, u16)] = &[
    ("POST", "/api/messages/", &Body::Message, 201),
    (
        "POST",
        "/api/messages/process_scheduled/",
        &Body::Nothing,
        200,
    ),
    ("GET", "/api/messages/1/", &Body::Nothing, 200),
    ("GET", "/api/messages/1/envois/", &Body::Nothing, 200),
    ("GET", "/api/messages/1/envois.csv", &Body::Nothing, 200),
    ("GET", "/api/messages/1/preview/", &Body::Nothing, 200),
    (
        "GET",
        "/api/messages/?search=recherche-privee",
        &Body::Nothing,
        200,
    ),
    ("PUT", "/api/messages/1/", &Body::Nothing, 400),
    ("DELETE", "/api/messages/chemin-prive/", &Body::Nothing, 404),
    ("POST", "/api/parents/1/send_sms/", &Body::Sms, 200),
    ("POST", "/api/parents/1/send_email/", &Body::Sms, 200),
    ("POST", "/api/parents/", &Body::Parent, 201),
    ("POST", "/api/parents/", &Body::Wrong, 400),
    ("PURGE", "/api/parents/1/", &Body::Nothing, 405),
    ("GET", "/metrics", &Body::Nothing, 200),
    ("DELETE", "/api/parents/1/", &Body::Nothing, 204),
];

enum Body {
    Nothing,
    Message,
    Sms,
    Parent,
    Wrong,
}

impl Body {
    fn json(&self) -> Value {
        match self {
            Self::Nothing => json!({}),
            Self::Message => json!({ "type": "email", "contenu": "Secret de famille",
                "sujet": "Sujet intime", "est_message_groupe": true, "statut": "programme",
                "date_programmee": "2026-01-01T00:00:00Z" }),
            Self::Sms => json!({ "message": "Secret de famille" }),
            Self::Parent => json!({ "nom": "Nouvelle-Parente", "telephone": "0611223344" }),
            Self::Wrong => json!({ "nom": "Nouvelle-Parente\0", "telephone": "0611223344" }),
        }
    }
}

fn pattern(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    path.replace("/1/", "/{id}/")
        .replace("chemin-prive", "{id}")
}

/// A bit of everything, and how each request has to be told of.
fn day(user: &Client<'_>, program: &Client<'_>) -> Vec<Line> {
    user.school(2, 1);
    let mut lines = Vec::new();
    for (n, (method, path, body, status)) in DAY.iter().enumerate() {
        let id = format!("appel-{n}");
        let answer = user
            .with("X-Request-ID", &id)
            .ask(method, path, Some(&body.json()));
        assert_eq!(answer.status, *status, "{method} {path}: {}", answer.text());
        let method = if *method == "PURGE" { "AUTRE" } else { method };
        lines.push((id, method, pattern(path), *status));
    }
    let twice = user.with("Idempotency-Key", "cle-repetee");
    for _ in 0..2 {
        twice.post("/api/parents/2/send_sms/", &Body::Sms.json());
    }
    user.get("/chemin-prive/Tuteur1");
    user.with("Authorization", "Basic QXdhOlNlY3JldA==")
        .get("/api/messages/");
    user.with("Accept", "text/Tuteur1").get("/api/messages/");
    program.bearer("Tuteur1").get("/api/messages/");
    program
        .with("X-Request-ID", "programme")
        .get("/api/messages/");
    lines
}
