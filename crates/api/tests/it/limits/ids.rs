//! Numbers in paths that are none, or nobody's.

use super::fault;
use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;

stories!(
    a_number_that_nothing_has_is_not_found,
    a_key_that_nothing_has_is_told
);

const IDS: &[&str] = &[
    "0",
    "-1",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "10000000000000000000000000000000000000000",
    "abc",
    "1e1",
    "0x1",
    "%00",
    "1%00",
    "%F0%9F%98%80",
    "%FF",
    "1;DROP%20TABLE%20messages",
    "1'",
    "%27%20OR%201=1--",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
];

const PATHS: &[(&str, &[&str])] = &[
    ("/api/messages/{id}/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/messages/{id}/mark_as_read/", &["POST"]),
    ("/api/messages/{id}/cancel/", &["POST"]),
    ("/api/messages/{id}/send_now/", &["POST"]),
    ("/api/messages/{id}/resend/", &["POST"]),
    ("/api/messages/{id}/envois/", &["GET"]),
    ("/api/messages/{id}/envois.csv", &["GET"]),
    ("/api/messages/{id}/preview/", &["GET"]),
    ("/api/classes/{id}/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/etudiants/{id}/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/parents/{id}/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/parents/{id}/send_sms/", &["POST"]),
    ("/api/parents/{id}/send_email/", &["POST"]),
];

fn a_number_that_nothing_has_is_not_found(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1)
        .write(&json!({ "type": "sms", "contenu": "x", "parent": 1 }));
    let mut faults = Vec::new();
    for (path, methods) in PATHS {
        for method in *methods {
            for id in IDS {
                let answer = user.ask(method, &path.replace("{id}", id), Some(&json!({})));
                if answer.status != 404 || fault(&answer).is_some() {
                    let text = answer.text();
                    faults.push(format!("{method} {path} {id}: {} {text}", answer.status));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(user.message(1)["contenu"], "x");
}

/// In bodies and queries the same numbers are faults of a field.
fn a_key_that_nothing_has_is_told(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let huge = json!(1e40);
    for id in [
        json!(0),
        json!(-1),
        json!(1_u64 << 53),
        json!(u64::MAX),
        huge,
        json!("\0"),
        json!([]),
    ] {
        for (path, field) in [
            ("/api/messages/", "parent"),
            ("/api/messages/", "classe"),
            ("/api/etudiants/", "classe"),
            ("/api/parents/", "etudiant"),
            ("/api/parents/send_bulk_sms/", "classe_id"),
        ] {
            let mut body =
                json!({ "type": "sms", "contenu": "x", "nom": "x", "est_message_groupe": true });
            body[field] = id.clone();
            let answer = user.post(path, &body);
            let told = answer.json();
            let named = told.get(field).or_else(|| told.get("etudiants"));
            assert!(
                answer.status == 400 && named.is_some(),
                "{path} {body}: {told}"
            );
            assert_eq!(fault(&answer), None);
        }
    }
    for id in ["0", "-1", "9223372036854775808", "%00", "1e40", "'"] {
        for path in ["/api/messages/?parent=", "/api/messages/?classe="] {
            let answer = user.get(&format!("{path}{id}"));
            assert_eq!((answer.status, fault(&answer)), (400, None), "{path}{id}");
        }
        for path in [
            "/api/messages/by_parent/?parent_id=",
            "/api/messages/by_classe/?classe_id=",
            "/api/etudiants/?classe=",
            "/api/parents/?classe=",
            "/api/parents/?etudiant=",
            "/api/messages/message_stats/?classe=",
        ] {
            let answer = user.get(&format!("{path}{id}"));
            assert!(
                matches!(answer.status, 200 | 400),
                "{path}{id}: {}",
                answer.status
            );
            assert_eq!(fault(&answer), None);
        }
    }
}
