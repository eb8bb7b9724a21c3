//! A database that goes away and comes back. PostgreSQL only: a file does not go away.

use crate::client::Client;
use crate::harness::{Server, migrate};
use crate::token::KEY;
use messages_testing::db::Database;
use serde_json::json;
use std::time::{Duration, Instant};

/// A role of this test, which can be shut out.
struct Role<'d> {
    database: &'d Database,
    name: String,
    url: String,
}

impl<'d> Role<'d> {
    fn new(database: &'d Database) -> Self {
        migrate(database);
        let name = format!("role_{:016x}", messages_testing::random());
        database.execute(&format!(
            "CREATE ROLE {name} LOGIN;
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {name};
             GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name};"
        ));
        let url = database
            .url()
            .replace("user=messages", &format!("user={name}"));
        assert_ne!(url, database.url());
        Self {
            database,
            name,
            url,
        }
    }

    fn shut_out(&self) {
        let name = &self.name;
        self.database.execute(&format!(
            "ALTER ROLE {name} NOLOGIN;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}';"
        ));
    }

    fn let_in(&self) {
        self.database
            .execute(&format!("ALTER ROLE {} LOGIN", self.name));
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.shut_out();
        self.database
            .execute(&format!("DROP OWNED BY {0}; DROP ROLE {0};", self.name));
    }
}

#[test]
fn a_server_outlives_its_database() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let role = Role::new(&database);
    let settings = [("JWT_SIGNING_KEY", KEY), ("DATABASE_URL", &role.url)];
    let server = Server::start(&database, &settings);
    let user = Client::user(&server);
    let once = user.with("Idempotency-Key", "panne");
    let draft = json!({ "type": "sms", "contenu": "x", "est_message_groupe": true });
    user.school(2, 1);
    role.shut_out();
    let begun = Instant::now();
    let refused = [
        user.get("/health/ready"),
        user.get("/api/messages/"),
        once.post("/api/messages/", &draft),
        user.bearer("msg_00000000_00").get("/api/messages/"),
        user.get("/metrics"),
    ];
    assert_eq!(refused[0].json()["database"], "indisponible");
    for answer in &refused[1..3] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("retry-after").as_deref(), Some("30"));
        let text = "Le service est momentanément indisponible. Réessayez dans quelques instants.";
        assert_eq!(answer.json()["detail"], text);
    }
    assert_eq!((refused[0].status, refused[4].status), (503, 503));
    let run = user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(
        run.status,
        503,
        "who asked cannot be written down: {}",
        run.text()
    );
    assert_eq!(user.get("/health/live").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    role.let_in();
    let begun = Instant::now();
    while user.get("/health/ready").status != 200 {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{}",
            server.said()
        );
    }
    assert_eq!(once.post("/api/messages/", &draft).status, 201);
    assert_eq!(
        user.get("/api/parents/").json().as_array().unwrap().len(),
        2
    );
    let run = user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(run.json()["success"], true);
}
