//! What leaves for many is confirmed by their number.

use crate::client::Client;
use crate::harness::Server;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};

stories!(what_leaves_for_many_is_confirmed_by_their_number);

const DATE: &str = "2036-01-01T10:00:00Z";

/// With the number that was said.
fn with(mut body: Value, destinataires: i64) -> Value {
    body["destinataires"] = json!(destinataires);
    body
}

fn what_leaves_for_many_is_confirmed_by_their_number(database: &Database) {
    let refusal = Answer::status(400, r#"{"error":"invalid recipient"}"#);
    let gateway = Gateway::start(GatewayScript::default().answer(refusal));
    let server = Server::sending(database, &gateway, &[("MESSAGES_CONFIRM_ABOVE", "2")]);
    let user = Client::user(&server);
    user.school(4, 2);
    // Who is not written to is not counted.
    let silent = json!({ "notifications_sms": false });
    assert_eq!(user.patch("/api/parents/4/", &silent).status, 200);
    let asked = |method, path: &str, body: Value| {
        for wrong in [body.clone(), with(body.clone(), 4)] {
            let answer = user.ask(method, path, Some(&wrong));
            assert_eq!(answer.status, 409, "{path}: {}", answer.text());
            let told = answer.json();
            assert_eq!(told["destinataires"], 3, "{told}");
            let detail = told["detail"].as_str().unwrap();
            assert!(
                detail.starts_with("Ce message partirait à 3 destinataires"),
                "{detail}"
            );
        }
        let answer = user.ask(method, path, Some(&with(body, 3)));
        assert!(
            matches!(answer.status, 200 | 201),
            "{path}: {}",
            answer.text()
        );
        answer.json()
    };
    let all = json!({ "type": "sms", "contenu": "x", "est_message_groupe": true,
                      "statut": "programme", "date_programmee": DATE });
    let id = asked("POST", "/api/messages/", all.clone())["id"]
        .as_i64()
        .unwrap();
    assert_eq!(
        user.get("/api/messages/").json().as_array().unwrap().len(),
        1
    );
    let path = format!("/api/messages/{id}/");
    // The same people at another hour.
    let later = json!({ "date_programmee": "2037-01-01T10:00:00Z" });
    assert_eq!(user.patch(&path, &later).status, 200);
    // Two parents and no more; then a draft for all, which asks nothing before it is programmed.
    assert_eq!(user.patch(&path, &json!({ "classe": 1 })).status, 200);
    let draft = json!({ "statut": "brouillon", "classe": null });
    assert_eq!(user.patch(&path, &draft).status, 200);
    asked("PATCH", &path, json!({ "statut": "programme" }));
    assert_eq!(user.message(id)["statut"], "programme");
    asked("POST", &format!("{path}send_now/"), json!({}));
    assert_eq!(gateway.received_count(), 3);
    asked("POST", &format!("{path}resend/"), json!({}));
    assert_eq!(gateway.received_count(), 6);
    let many = json!({ "contenu": "y", "tous_parents": true });
    asked("POST", "/api/parents/send_bulk_sms/", many);
    assert_eq!(gateway.received_count(), 9);
    let few = json!({ "contenu": "z", "classe_id": 1 });
    assert_eq!(user.post("/api/parents/send_bulk_sms/", &few).status, 200);
    let odd = user.post(
        &format!("{path}send_now/"),
        &json!({ "destinataires": "trois" }),
    );
    assert_eq!(odd.status, 400);
    assert!(odd.json()["destinataires"].is_array());
}
