//! Whoever got no answer asks again under the same key: told the same, and nothing is done twice.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::proxy::{Cuts, Proxy};
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn keyed(server: &Server) -> Client<'_> {
    Client::user(server).with("Idempotency-Key", "clic-1")
}

fn count(database: &Database, table: &str) -> i64 {
    database.number(&format!("SELECT CAST(count(*) AS TEXT) AS v FROM {table}"))
}

/// A server that dies when its change is kept and its answer is not sent yet.
#[cfg(feature = "failpoints")]
mod server {
    use super::{Client, Database, KEY, Server, count, json, keyed};
    use messages_testing::stories;

    stories!(a_server_that_dies_after_the_commit_has_done_it_once);

    fn a_server_that_dies_after_the_commit_has_done_it_once(database: &Database) {
        let dying = [
            ("JWT_SIGNING_KEY", KEY),
            ("FAILPOINT", "request_committed:0"),
        ];
        let server = Server::start(database, &dying);
        Client::user(&server).school(1, 1);
        let body = json!({ "type": "sms", "contenu": "x", "parent": 1 }).to_string();
        let body = Some(("application/json", body.as_bytes()));
        let lost = keyed(&server).try_send("POST", "/api/messages/", body);
        assert!(lost.is_err(), "{lost:?}");
        drop(server);
        let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
        let [again, third] = [(); 2].map(|()| {
            keyed(&server)
                .try_send("POST", "/api/messages/", body)
                .unwrap()
        });
        assert_eq!((again.status, again.text()), (201, third.text()));
        assert_eq!(again.json()["id"], 1);
        for (table, rows) in [("messages", 1), ("idempotences", 1), ("historique", 2)] {
            assert_eq!(count(database, table), rows, "{table}");
        }
    }
}

/// Asks until the connections that the database closed are out of the pool.
fn until_it_is_back(ask: impl Fn() -> crate::wire::Answer) -> crate::wire::Answer {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer.status != 503 {
            return answer;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{}",
            answer.text()
        );
        sleep(Duration::from_millis(100));
    }
}

/// The first commit is cut off before it happens, the second when it has happened and nobody was told;
/// then PostgreSQL dies and starts again.
#[test]
fn an_sms_whose_commit_was_not_told_leaves_once() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    let gateway = Gateway::start(GatewayScript::default());
    Client::user(&Server::start(&database, &[("JWT_SIGNING_KEY", KEY)])).school(1, 1);
    let cuts = Cuts {
        statements: &["COMMIT"],
        every: 1,
        most: 2,
    };
    let proxy = Proxy::start(cluster.port(), cuts);
    let [straight, around] = [cluster.port(), proxy.port()].map(|port| format!(":{port}/"));
    let around = database.url().replace(&straight, &around);
    let server = Server::sending(&database, &gateway, &[("DATABASE_URL", &around)]);
    let send = || keyed(&server).post("/api/parents/1/send_sms/", &json!({ "message": "x" }));
    for kept in [0, 1] {
        assert_eq!(send().status, 503);
        assert_eq!(
            (proxy.made(), count(&database, "messages")),
            (usize::try_from(kept).unwrap() + 1, kept)
        );
    }
    cluster.crash();
    assert_eq!(send().status, 503);
    cluster.resume();
    let told = until_it_is_back(send);
    assert_eq!(told.status, 200, "{}", told.text());
    assert_eq!(told.json()["message"], "Message en cours d'envoi.");
    let run = || Client::user(&server).post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(until_it_is_back(run).json()["success_count"], 1);
    assert_eq!((send().text(), run().status), (told.text(), 200));
    assert_eq!(
        (count(&database, "messages"), gateway.received_count()),
        (1, 1)
    );
}
