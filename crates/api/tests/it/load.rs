//! What keeps the server there for everybody: bounds, conditions, a database that comes back, a monitor
//! that is answered while others wait.

use crate::client::{Client, key};
use crate::harness::{Server, migrate};
use crate::token::KEY;
use messages_core::vocabulary::Portee;
#[cfg(unix)]
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;
use std::time::{Duration, Instant};

stories!(
    an_object_is_changed_as_it_was_seen,
    a_long_list_is_sent_in_fewer_bytes,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn an_object_is_changed_as_it_was_seen(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(1, 1);
    let id = user.write(&json!({ "type": "sms", "contenu": "a", "parent": 1 }));
    for (path, change) in [
        (format!("/api/messages/{id}/"), json!({ "contenu": "b" })),
        ("/api/parents/1/".to_owned(), json!({ "nom": "B" })),
        ("/api/classes/1/".to_owned(), json!({ "nom": "B" })),
        ("/api/etudiants/1/".to_owned(), json!({ "nom": "B" })),
    ] {
        let tag = user.get(&path).header("etag").unwrap();
        let has = user.with("If-None-Match", &tag);
        let same = has.get(&path);
        assert_eq!((same.status, same.body.len()), (304, 0), "{path}");
        assert_eq!(same.header("etag"), Some(tag.clone()));
        let weak = user.with("If-None-Match", &format!("\"x\", W/{tag}"));
        assert_eq!(weak.get(&path).status, 304);
        let seen = user.with("If-Match", &tag);
        assert_eq!(seen.patch(&path, &change).status, 200, "{path}");
        for refused in [seen.patch(&path, &change), seen.delete(&path)] {
            assert_eq!(refused.status, 412, "{path}");
            assert!(refused.json()["detail"].is_string());
        }
        let other = has.get(&path);
        assert_eq!(other.status, 200);
        assert_ne!(other.header("etag"), Some(tag));
        let any = user.with("If-Match", "*");
        assert_eq!(any.patch(&path, &change).status, 200);
    }
    let gone = user.with("If-Match", "*").delete("/api/messages/99/");
    assert_eq!(gone.status, 404);
}

fn a_long_list_is_sent_in_fewer_bytes(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(60, 1);
    let plain = user.get("/api/parents/");
    assert_eq!(plain.header("content-encoding"), None);
    for coding in ["gzip", "br, gzip;q=0.5"] {
        let small = user.with("Accept-Encoding", coding).get("/api/parents/");
        assert_eq!(small.header("content-encoding").as_deref(), Some("gzip"));
        assert!(small.header("vary").unwrap().contains("Accept-Encoding"));
        assert!(small.body.len() * 4 < plain.body.len());
        assert_eq!(small.body[..2], [0x1f, 0x8b]);
    }
    for coding in ["gzip;q=0", "br", "identity"] {
        let same = user.with("Accept-Encoding", coding).get("/api/parents/");
        assert_eq!(same.body, plain.body, "{coding}");
    }
    // An object has a tag, which is of these very bytes.
    let one = user.with("Accept-Encoding", "gzip").get("/api/parents/1/");
    assert_eq!(one.header("content-encoding"), None);
}

#[test]
fn a_head_has_an_end() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let long = "x+".repeat(10_000);
    assert_eq!(
        user.get(&format!("/api/messages/?search={long}")).status,
        414
    );
    let wide = (0..8).fold(user.clone(), |user, n| {
        user.with(&format!("X-{n}"), &"x".repeat(9000))
    });
    let refused = wide.get("/api/messages/");
    assert_eq!(refused.status, 431);
    assert!(refused.json()["detail"].is_string());
    assert!(refused.header("x-request-id").is_some());
}

#[test]
fn pages_of_other_sites_may_use_what_is_known_here() {
    let database = Database::sqlite();
    for (credentials, expected) in [("false", None), ("true", Some("true"))] {
        let server = Server::start(
            &database,
            &[
                ("JWT_SIGNING_KEY", KEY),
                ("CORS_ALLOWED_ORIGINS", "https://ecole.example"),
                ("CORS_ALLOW_CREDENTIALS", credentials),
            ],
        );
        let page = Client::user(&server).with("Origin", "https://ecole.example");
        let asks = page.with("Access-Control-Request-Method", "POST").with(
            "Access-Control-Request-Headers",
            "authorization,idempotency-key, X-Request-ID, x-other",
        );
        let preflight = asks.ask("OPTIONS", "/api/messages/", None);
        let allowed = preflight.header("access-control-allow-headers").unwrap();
        assert!(
            allowed.ends_with("x-requested-with, idempotency-key, x-request-id"),
            "{allowed}"
        );
        let answer = page.get("/api/messages/");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in ["X-Request-ID", "Retry-After", "Content-Disposition"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        for answer in [preflight, answer] {
            let found = answer.header("access-control-allow-credentials");
            assert_eq!(found.as_deref(), expected);
        }
    }
}

#[test]
fn an_address_behind_a_proxy_is_slowed_down_and_not_the_proxy() {
    let database = Database::sqlite();
    migrate(&database);
    let (program, _) = key(&database, &[Portee::Lecture]);
    let server = Server::start(
        &database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("API_REQUESTS_PER_MINUTE", "5"),
            ("TRUSTED_PROXIES", "127.0.0.0/8"),
        ],
    );
    let nobody = Client::nobody(&server);
    let guess = |address: &str| {
        let guesses = nobody.bearer(&format!("msg_{:08}_{:064}", 1, 2));
        guesses
            .with("X-Forwarded-For", address)
            .get("/api/classes/")
            .status
    };
    let guesses = [(); 6].map(|()| guess("203.0.113.9"));
    assert_eq!(guesses, [401, 401, 401, 401, 401, 429]);
    assert_eq!(guess("203.0.113.10"), 401);
    // Nothing is looked up any more for who guessed too often.
    let known = nobody.bearer(&program);
    let status = |address| {
        known
            .with("X-Forwarded-For", address)
            .get("/api/classes/")
            .status
    };
    assert_eq!(status("203.0.113.9"), 429);
    assert_eq!([(); 5].map(|()| status("203.0.113.11")), [200; 5]);
}

#[test]
fn a_monitor_is_answered_while_every_other_question_waits() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let server = start(&database);
    let user = Client::user(&server);
    // Where no run ever was, it is looked for what is due.
    user.post("/api/messages/process_scheduled/", &json!({}));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            database.execute(
                "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4); COMMIT;",
            );
        });
        std::thread::sleep(Duration::from_millis(500));
        for _ in 0..15 {
            scope.spawn(|| user.get("/api/messages/"));
        }
        std::thread::sleep(Duration::from_millis(500));
        let begun = Instant::now();
        assert_eq!(user.get("/health/ready").status, 200);
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{:?}",
            begun.elapsed()
        );
    });
}

#[cfg(unix)]
#[test]
fn after_a_restart_of_postgresql_the_very_next_requests_work() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    migrate(&database);
    let server = start(&database);
    let user = Client::user(&server);
    user.school(2, 1);
    let draft = json!({ "type": "sms", "contenu": "x", "est_message_groupe": true });
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| user.get("/api/messages/"));
        }
    });
    cluster.crash();
    let once = user.with("Idempotency-Key", "avant");
    assert_eq!(once.post("/api/messages/", &draft).status, 503);
    cluster.resume();
    let begun = Instant::now();
    assert_eq!(once.post("/api/messages/", &draft).status, 201);
    for n in 0..12 {
        let once = user.with("Idempotency-Key", &format!("cle-{n}"));
        assert_eq!(once.post("/api/messages/", &draft).status, 201, "{n}");
        assert_eq!(user.get("/api/parents/").status, 200);
        assert_eq!(user.get("/health/ready").status, 200);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}
