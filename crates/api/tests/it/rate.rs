//! `API_REQUESTS_PER_MINUTE`: nobody takes the server for themselves.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::token::{KEY, mint};
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;

#[test]
fn whoever_asks_too_often_waits_and_nobody_else_does() {
    let database = Database::sqlite();
    let (program, _) = key_of(&database);
    for (language, begin) in [
        ("fr-fr", "Requête ralentie. Disponible à nouveau dans "),
        ("en-us", "Request was throttled. Expected available in "),
    ] {
        let server = Server::start(
            &database,
            &[
                ("JWT_SIGNING_KEY", KEY),
                ("API_REQUESTS_PER_MINUTE", "5"),
                ("LANGUAGE_CODE", language),
            ],
        );
        let user = Client::user(&server);
        for _ in 0..5 {
            assert_eq!(user.get("/api/classes/").status, 200);
        }
        let slowed = user.get("/api/parents/");
        assert_eq!(slowed.status, 429);
        let wait: u64 = slowed.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let detail = slowed.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.starts_with(begin) && detail.contains(&wait.to_string()),
            "{detail}"
        );
        // Another token of the same user is the same user.
        assert_eq!(
            Client::nobody(&server)
                .bearer(&mint("int_user"))
                .get("/api/classes/")
                .status,
            429
        );
        for bearer in [&mint("access_admin"), &program] {
            assert_eq!(
                Client::nobody(&server)
                    .bearer(bearer)
                    .get("/api/classes/")
                    .status,
                200
            );
        }
        assert_eq!(user.get("/health/live").status, 200);
    }
}

#[test]
fn whoever_guesses_keys_is_slowed_down_too() {
    let database = Database::sqlite();
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_REQUESTS_PER_MINUTE", "5")];
    let server = Server::start(&database, &settings);
    let guess = |n| {
        let client = Client::nobody(&server).bearer(&format!("msg_{n:08}_{:064}", 0));
        client.get("/api/classes/").status
    };
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(guess),
        [401, 401, 401, 401, 401, 429]
    );
    // Who has a key is not held up by who has none.
    assert_eq!(Client::user(&server).get("/api/classes/").status, 200);
}

fn key_of(database: &Database) -> (String, i64) {
    crate::harness::migrate(database);
    key(database, &[Portee::Lecture])
}
