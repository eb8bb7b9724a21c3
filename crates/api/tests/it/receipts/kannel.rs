//! A real Kannel that tells a real server what became of the SMS that it was given.

use super::{address, sound, states};
use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::kannel::{Kannel, PASSWORD, USER};
use messages_testing::stories;
use serde_json::json;
use std::time::{Duration, Instant};

stories!(what_kannel_tells_is_heard);

fn what_kannel_tells_is_heard(database: &Database) {
    let Some(kannel) = Kannel::start() else {
        return;
    };
    let hears = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let receipts = format!("http://{}{}", hears.host(), address(database, "kannel"));
    let sends = Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_MODE", "reel"),
            ("SMS_QUIET_HOURS", "non"),
            ("SMS_PROVIDER", "kannel"),
            ("SMS_API_URL", &kannel.url()),
            ("SMS_API_USER", USER),
            ("SMS_API_SECRET", PASSWORD),
            ("SMS_SENDER_NAME", "COLLEGE"),
            ("SMS_RECEIPT_URL", &receipts),
        ],
    );
    let user = Client::user(&sends);
    user.school(3, 1);
    user.write(
        &json!({ "type": "sms", "contenu": "Réunion à 18 h", "est_message_groupe": true,
        "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }),
    );
    let run = || user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(run().json()["success_count"], 1);
    let until = Instant::now() + Duration::from_secs(30);
    // 8: the SMS centre has it. What came before the answer was recorded is noted by a run.
    while states(database) != ["en_cours"; 3] {
        assert!(
            Instant::now() < until,
            "{:?} {}",
            states(database),
            hears.log()
        );
        std::thread::sleep(Duration::from_millis(200));
        run();
    }
    sound(database);
}
