//! The headers of every answer.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use crate::wire::Answer;
use messages_testing::db::Database;
use serde_json::json;

fn start(database: &Database) -> Server {
    let settings = [
        ("JWT_SIGNING_KEY", KEY),
        (
            "CORS_ALLOWED_ORIGINS",
            "http://localhost:5173,https://ecole.example",
        ),
        ("MESSAGES_READ_TRACKING", "true"),
        ("BASE_URL", "https://api.ecole.example"),
    ];
    Server::start(database, &settings)
}

/// Answers of every kind and status.
fn answers(server: &Server) -> Vec<(String, Answer)> {
    let user = Client::user(server);
    let nobody = Client::nobody(server);
    let asked = [
        (&user, "GET", "/api/messages/"),
        (&user, "HEAD", "/api/messages/"),
        (&user, "OPTIONS", "/api/messages/"),
        (&user, "POST", "/api/messages/"),
        (&user, "TRACE", "/api/messages/"),
        (&user, "GET", "/api/messages/9/"),
        (&user, "GET", "/api/messages/1/"),
        (&user, "GET", "/api/messages/1/envois.csv"),
        (&user, "GET", "/api/messages/message_stats/"),
        (&user, "GET", "/api/parents/1/"),
        (&user, "DELETE", "/api/parents/2/"),
        (&user, "GET", "/metrics"),
        (&user, "GET", "/rien"),
        (&nobody, "GET", "/api/messages/"),
        (&nobody, "GET", "/health/live"),
        (&nobody, "GET", "/health/ready"),
        (&nobody, "GET", "/api/messages/track/0123456789abcdef/"),
    ];
    let name = |method, path| format!("{method} {path}");
    let mut answers: Vec<_> = asked
        .map(|(client, method, path)| (name(method, path), client.ask(method, path, None)))
        .into();
    let xml = user
        .try_send("POST", "/api/messages/", Some(("text/xml", b"<a/>")))
        .unwrap();
    answers.push(("XML".to_owned(), xml));
    let xml = user.with("Accept", "text/xml").get("/api/messages/");
    answers.push(("XML wanted".to_owned(), xml));
    let huge = vec![b' '; 300_000];
    let huge = user
        .try_send("POST", "/api/messages/", Some(("application/json", &huge)))
        .unwrap();
    answers.push(("huge".to_owned(), huge));
    answers
}

#[test]
fn every_answer_has_its_number_and_is_not_kept_by_anybody() {
    let database = Database::sqlite();
    let server = start(&database);
    Client::user(&server)
        .school(2, 1)
        .write(&json!({ "type": "sms", "contenu": "x", "parent": 1 }));
    let mut numbers = Vec::new();
    let mut statuses = Vec::new();
    for (name, answer) in answers(&server) {
        for (header, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(
                answer.header(header).as_deref(),
                Some(value),
                "{name}: {header}"
            );
        }
        assert_eq!(answer.header("server"), None, "{name}");
        numbers.push(answer.header("x-request-id").unwrap());
        statuses.push(answer.status);
    }
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), count);
    for status in [200, 204, 400, 401, 404, 405, 406, 413, 415] {
        assert!(statuses.contains(&status), "no {status} in {statuses:?}");
    }
}

#[test]
fn a_number_that_is_given_comes_back_if_it_is_harmless() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let number = |given: &str| {
        let answer = user.with("X-Request-ID", given).get("/api/classes/");
        answer.header("x-request-id").unwrap()
    };
    for given in ["1", "0b38e1f2-1111-4222-8333-123456789abc", &"a".repeat(64)] {
        assert_eq!(number(given), given);
        assert!(
            server
                .log()
                .contains(&format!("requete={given} GET /api/classes/ statut=200"))
        );
    }
    for odd in [
        "",
        "a b",
        "a=1",
        "\u{e9}",
        "a\tb",
        "../x",
        "+33612345678",
        &"a".repeat(65),
    ] {
        assert_eq!(number(odd).len(), 36, "{odd}");
        assert!(odd.is_empty() || !server.log().contains(&format!("requete={odd} ")));
    }
}

#[test]
fn only_the_origins_that_are_named_may_read() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let nobody = Client::nobody(&server);
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin");
    for origin in ["http://localhost:5173", "https://ecole.example"] {
        for path in ["/api/messages/", "/api/messages/9/", "/rien"] {
            let answer = user.with("Origin", origin).get(path);
            assert_eq!(allowed(&answer).as_deref(), Some(origin));
            assert!(
                answer
                    .header("vary")
                    .unwrap()
                    .to_lowercase()
                    .contains("origin")
            );
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
        // Without the permission to read it, the web app could not tell why it was refused.
        let refused = nobody.with("Origin", origin).get("/api/messages/");
        assert_eq!(
            (refused.status, allowed(&refused).as_deref()),
            (401, Some(origin))
        );
        let asks = nobody
            .with("Origin", origin)
            .with("Access-Control-Request-Method", "PUT");
        let preflight = asks.ask("OPTIONS", "/api/messages/1/", None);
        assert_eq!(
            (preflight.status, allowed(&preflight).as_deref()),
            (200, Some(origin))
        );
        let methods = preflight.header("access-control-allow-methods").unwrap();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(methods.contains(method), "{methods}");
        }
        let headers = preflight.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
    }
    for origin in [
        "null",
        "*",
        "",
        "https://ecole.example.evil.example",
        "https://ecole.example:8443",
        "http://ecole.example",
        "HTTPS://ECOLE.EXAMPLE",
        "https://ecole.example/",
        "https://evil.example, https://ecole.example",
        "http://localhost:51730",
    ] {
        let other = user
            .with("Origin", origin)
            .with("Access-Control-Request-Method", "GET");
        for method in ["GET", "OPTIONS"] {
            let answer = other.ask(method, "/api/messages/", None);
            assert_eq!(allowed(&answer), None, "{method} from {origin:?}");
            assert_eq!(answer.header("access-control-allow-methods"), None);
        }
    }
}
