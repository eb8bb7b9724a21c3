//! SMS that are longer than they may be: refused where they are written or sent, and never cut.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    what_is_programmed_is_not_too_long,
    a_draft_may_be_long_and_does_not_leave,
    the_buttons_refuse_what_is_too_long,
    the_limit_is_a_setting,
    letters_that_cost_are_named_and_replaced_by_the_setting,
    a_message_that_costs_more_than_is_left_is_told_before,
);

const TOLD: &str =
    "Ce texte fait 7 SMS, 6 au plus sont permis (MESSAGES_SMS_MAX_SEGMENTS) : raccourcissez-le.";

fn text(letters: usize) -> String {
    "a".repeat(letters)
}

fn programmed(canal: &str, letters: usize) -> Value {
    json!({ "type": canal, "contenu": text(letters), "parent": 1, "statut": "programme",
        "date_programmee": "2036-09-14T08:00:00Z" })
}

fn what_is_programmed_is_not_too_long(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let refused = user.post("/api/messages/", &programmed("sms", 919));
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json(), json!({ "contenu": [TOLD] }));
    assert_eq!(
        user.post("/api/messages/", &programmed("sms", 918)).status,
        201
    );
    assert_eq!(
        user.post("/api/messages/", &programmed("email", 5000))
            .status,
        201
    );
}

fn a_draft_may_be_long_and_does_not_leave(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let id = user.write(&json!({ "type": "sms", "contenu": text(919), "parent": 1 }));
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    assert_eq!(preview["avertissements"], json!([TOLD]));
    assert_eq!(preview["motifs"], json!({ "permanent": 1 }));
    let path = format!("/api/messages/{id}/");
    let programme = json!({ "statut": "programme", "date_programmee": "2036-09-14T08:00:00Z" });
    for answer in [
        user.patch(&path, &programme),
        user.post(&format!("{path}send_now/"), &json!({})),
    ] {
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({ "contenu": [TOLD] }))
        );
    }
    assert_eq!(user.message(id)["statut"], "brouillon");
    let shorter = json!({ "contenu": text(918) });
    assert_eq!(user.patch(&path, &shorter).status, 200);
    assert_eq!(user.patch(&path, &programme).status, 200);
    // Programmed, it stays within the limit.
    assert_eq!(
        user.patch(&path, &json!({ "contenu": text(919) })).status,
        400
    );
}

fn the_buttons_refuse_what_is_too_long(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let answer = user.post("/api/parents/1/send_sms/", &json!({ "message": text(919) }));
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "message": [TOLD] }))
    );
    let bulk = json!({ "type": "sms", "contenu": text(919), "tous_parents": true });
    let answer = user.post("/api/parents/send_bulk_sms/", &bulk);
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "contenu": [TOLD] }))
    );
    assert_eq!(
        database.texts("SELECT contenu AS v FROM messages"),
        Vec::<String>::new()
    );
}

fn the_limit_is_a_setting(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("MESSAGES_SMS_MAX_SEGMENTS", "7")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(1, 1);
    assert_eq!(
        user.post("/api/messages/", &programmed("sms", 919)).status,
        201
    );
}

fn letters_that_cost_are_named_and_replaced_by_the_setting(database: &Database) {
    let text = "La fête de l’école. ".repeat(45);
    let body = json!({ "type": "sms", "contenu": text, "parent": 1, "statut": "programme",
        "date_programmee": "2036-09-14T08:00:00Z" });
    let settings = [("JWT_SIGNING_KEY", KEY), ("SMS_PLAIN", "never")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(1, 1);
    let refused = user.post("/api/messages/", &body);
    assert_eq!(refused.status, 400);
    assert!(refused.json()["contenu"][0].to_string().contains("14 SMS"));
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let id = user.write(&body);
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    let plain = text.replace('ê', "e").replace('’', "'");
    assert_eq!(
        preview["sms"],
        json!({
            "encodage": "gsm7", "caracteres": 899, "segments": 6, "total_segments": 6,
            "texte": plain.trim_end(),
            "ecrit": { "encodage": "ucs2", "caracteres": 899, "segments": 14 },
            "simplifie": { "encodage": "gsm7", "caracteres": 899, "segments": 6 },
            "lettres": [
                { "lettre": "ê", "nombre": 45, "devient": "e" },
                { "lettre": "’", "nombre": 45, "devient": "'" },
            ],
        })
    );
    assert_eq!(
        preview["avertissements"],
        json!([
            "Ce SMS partira avec e à la place de ê, ' à la place de ’ : 6 SMS par \
                destinataire au lieu de 14."
        ])
    );
}

fn a_message_that_costs_more_than_is_left_is_told_before(database: &Database) {
    let settings = [
        ("JWT_SIGNING_KEY", KEY),
        ("MESSAGES_MODE", "fichier"),
        ("MESSAGES_SMS_PER_DAY", "6"),
        ("MESSAGES_SMS_PER_MONTH", "100"),
    ];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(4, 1);
    let write =
        || user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    let told = |id: i64| {
        let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
        preview["avertissements"].clone()
    };
    let first = write();
    assert_eq!(told(first), json!([]));
    user.post(&format!("/api/messages/{first}/send_now/"), &json!({}));
    assert_eq!(
        told(write()),
        json!([
            "Ce message coûtera 4 SMS, il en reste 2 aujourd'hui (MESSAGES_SMS_PER_DAY) : la suite \
             attendra."
        ])
    );
}
