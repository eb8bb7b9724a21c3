//! A key that may write and not read is told nothing but what it said itself.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::token::KEY;
use messages_core::vocabulary::Portee::{Ecriture, Envoi, Lecture};
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    what_is_programmed_needs_the_right_to_send,
    who_may_not_read_learns_nothing,
);

const DATE: &str = "2036-01-01T10:00:00Z";

fn what_is_programmed_needs_the_right_to_send(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(1, 1);
    let client = |portees| Client::nobody(&server).bearer(&key(database, portees).0);
    let (writer, sender) = (client(&[Ecriture]), client(&[Ecriture, Envoi]));
    let draft = json!({ "type": "sms", "contenu": "x", "parent": 1 });
    let mut programmed = draft.clone();
    programmed["statut"] = json!("programme");
    programmed["date_programmee"] = json!(DATE);
    assert_eq!(writer.post("/api/messages/", &programmed).status, 403);
    assert_eq!(writer.post("/api/messages/", &draft).json()["id"], 1);
    let programme = json!({ "statut": "programme", "date_programmee": DATE });
    let path = "/api/messages/1/";
    assert_eq!(writer.patch(path, &programme).status, 403);
    assert_eq!(writer.put(path, &programmed).status, 403);
    assert_eq!(sender.patch(path, &programme).status, 200);
    // Another text would leave then.
    assert_eq!(writer.patch(path, &json!({ "contenu": "y" })).status, 403);
    let stays = writer.patch(path, &json!({ "statut": "brouillon", "contenu": "y" }));
    assert_eq!(stays.status, 200);
    assert_eq!(sender.post("/api/messages/", &programmed).status, 201);
    let cancelled = writer.post("/api/messages/2/cancel/", &json!({}));
    assert_eq!(cancelled.status, 200);
    let left =
        database.texts("SELECT concat_ws(' ', id, statut, contenu) AS v FROM messages ORDER BY id");
    assert_eq!(left, ["1 brouillon y", "2 brouillon x"]);
}

fn who_may_not_read_learns_nothing(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    user.patch("/api/parents/1/", &json!({ "adresse": "1 rue de l'École" }));
    let secret = json!({ "type": "email", "contenu": "Secret", "contenu_html": "<p>Secret</p>",
                         "sujet": "Secret", "parent": 1 });
    user.write(&secret);
    let writer = Client::nobody(&server).bearer(&key(database, &[Ecriture, Envoi]).0);
    let empty = |answer: &Value, names: &[&str]| {
        for name in names {
            assert!(
                [json!(""), json!(null)].contains(&answer[name]),
                "{name}: {answer}"
            );
        }
    };
    let mut told = Vec::new();
    let mut ask = |method, path: &str, body: Value| {
        let answer = writer.ask(method, path, Some(&body));
        assert!(
            matches!(answer.status, 200 | 201),
            "{path}: {}",
            answer.text()
        );
        told.push(answer.text());
        answer.json()
    };
    let parent = ask("PATCH", "/api/parents/1/", json!({}));
    assert_eq!(parent["id"], 1);
    empty(&parent, &["nom", "prenom", "telephone", "email", "adresse"]);
    let number = json!({ "telephone": "06 99 99 99 99" });
    let parent = ask("PATCH", "/api/parents/1/", number.clone());
    assert_eq!(parent["telephone"], number["telephone"]);
    empty(&parent, &["nom", "prenom", "email", "adresse"]);
    empty(
        &ask("PATCH", "/api/etudiants/1/", json!({})),
        &["nom", "prenom"],
    );
    let message = ask("PATCH", "/api/messages/1/", json!({ "parent": 1 }));
    assert_eq!(message["statut"], "brouillon");
    empty(&message, &["contenu", "contenu_html", "sujet"]);
    let sent = ask("POST", "/api/messages/1/send_now/", json!({}));
    empty(&sent["details"], &["contenu", "contenu_html", "sujet"]);
    let own = json!({ "type": "sms", "contenu": "À nous", "parent": 1 });
    assert_eq!(ask("POST", "/api/messages/", own)["contenu"], "À nous");
    let own = ask(
        "POST",
        "/api/parents/1/send_sms/",
        json!({ "message": "À nous" }),
    );
    assert_eq!(own["details"]["contenu"], "À nous");
    let many = json!({ "contenu": "À nous", "tous_parents": true });
    let many = ask("POST", "/api/parents/send_bulk_sms/", many);
    assert_eq!(many["details"]["details"][0]["parent"], "");
    let known = user.get("/api/parents/1/").json();
    for name in ["nom", "email", "adresse"] {
        let value = known[name].as_str().unwrap();
        assert!(!told.iter().any(|text| text.contains(value)), "{name}");
    }
    assert!(!told.iter().any(|text| text.contains("Secret")));
    let reader = Client::nobody(&server).bearer(&key(database, &[Ecriture, Lecture]).0);
    assert_eq!(reader.patch("/api/parents/1/", &json!({})).json(), known);
}
