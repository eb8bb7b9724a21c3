//! What would go to more people than was meant.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    a_parent_and_everybody_is_no_audience,
    a_programmed_message_to_a_class_does_not_become_one_to_all,
);

const DATE: &str = "2036-01-01T10:00:00Z";

/// The fields that a 400 names.
fn faults(answer: &Value) -> Vec<&str> {
    let faults = answer.as_object().unwrap();
    faults.keys().map(String::as_str).collect()
}

fn a_parent_and_everybody_is_no_audience(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(3, 2);
    let slip = |statut: &str, classe: Value| {
        json!({ "type": "sms", "contenu": "Bonjour", "parent": 1, "est_message_groupe": true,
                "classe": classe, "statut": statut, "date_programmee": DATE })
    };
    let refused = user.post("/api/messages/", &slip("programme", Value::Null));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(faults(&refused.json()), ["est_message_groupe", "parent"]);
    assert!(refused.text().contains("à tous les parents"));
    // The class is who it goes to; and a draft says nothing yet.
    let of_a_class = user.post("/api/messages/", &slip("programme", json!(1)));
    assert_eq!(of_a_class.status, 201);
    let draft = user.post("/api/messages/", &slip("brouillon", Value::Null));
    assert_eq!(draft.status, 201);
    let id = draft.json()["id"].as_i64().unwrap();
    let sent = user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    assert_eq!(sent.status, 400);
    assert_eq!(faults(&sent.json()), ["est_message_groupe", "parent"]);
    let programmed = json!({ "statut": "programme" });
    let path = format!("/api/messages/{id}/");
    assert_eq!(user.patch(&path, &programmed).status, 400);
    let meant = json!({ "statut": "programme", "parent": null });
    assert_eq!(user.patch(&path, &meant).status, 200);
}

fn a_programmed_message_to_a_class_does_not_become_one_to_all(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(3, 2);
    let id = user.write(
        &json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true,
        "classe": 1, "statut": "programme", "date_programmee": DATE }),
    );
    let path = format!("/api/messages/{id}/");
    let refused = user.patch(&path, &json!({ "classe": null }));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(faults(&refused.json()), ["classe", "est_message_groupe"]);
    assert_eq!(user.message(id)["classe"]["id"], 1, "nothing is changed");
    assert_eq!(user.patch(&path, &json!({ "classe": 2 })).status, 200);
    let draft = json!({ "statut": "brouillon", "classe": null });
    assert_eq!(user.patch(&path, &draft).status, 200);
    assert_eq!(
        user.patch(&path, &json!({ "statut": "programme" })).status,
        200
    );
}
