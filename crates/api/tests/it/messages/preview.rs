//! What a preview promises is what then happens.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};
use std::collections::BTreeMap;

stories!(
    a_preview_is_what_is_then_sent,
    a_preview_tells_what_an_sms_costs,
    a_preview_tells_what_an_email_says,
    a_preview_warns_of_addresses_that_many_share,
    a_preview_sees_an_opposition_of_another_record,
);

/// Parents of every kind; the first two are one household.
fn household(user: &Client<'_>) {
    let parent = |id: i64, more: Value| {
        let mut parent = json!({ "id": id, "nom": format!("P{id}"), "etudiants": [id % 2 + 1],
            "telephone": format!("06 12 34 56 {id:02}"), "email": format!("p{id}@exemple.example"), "notifications_email": true });
        for (name, value) in more.as_object().unwrap() {
            parent[name] = value.clone();
        }
        parent
    };
    let answer = user.put(
        "/api/annuaire/",
        &json!({
            "classes": [{ "id": 1, "nom": "A" }, { "id": 2, "nom": "B" }],
            "etudiants": [{ "id": 1, "nom": "E", "classe": 1 }, { "id": 2, "nom": "F", "classe": 2 }],
            "parents": [
                parent(1, json!({ "etudiants": [1, 2] })),
                parent(2, json!({ "telephone": "+33612345601", "email": "P1@exemple.example" })),
                parent(3, json!({ "telephone": "", "email": "" })),
                parent(4, json!({ "telephone": "12", "email": "sans-arobase" })),
                parent(5, json!({ "notifications_sms": false, "notifications_email": false })),
                parent(6, json!({ "telephone": "+1 212 555 0123" })),
                parent(7, json!({})),
            ],
        }),
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
}

type Fates = BTreeMap<(Option<i64>, Option<String>), Option<String>>;

fn fates(list: &Value, motif: impl Fn(&Value) -> Option<String>) -> Fates {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| {
        let why = motif(row);
        // Of who was not written to, the address does not matter.
        let address = if why.is_none() {
            text(&row["adresse"])
        } else {
            None
        };
        ((row["parent"].as_i64(), address), why)
    })
    .collect()
}

fn a_preview_is_what_is_then_sent(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("SMS_ALLOWED_COUNTRIES", "FR")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    household(&user);
    let to = [
        json!({ "est_message_groupe": true }),
        json!({ "est_message_groupe": true, "classe": 2 }),
        json!({ "parent": 7 }),
        json!({ "parent": 5 }),
    ];
    for canal in ["sms", "email"] {
        for audience in &to {
            let mut message = audience.clone();
            message["type"] = canal.into();
            message["contenu"] = "Bonjour".into();
            let id = user.write(&message);
            let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
            assert_eq!(user.message(id)["statut"], "brouillon");
            user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
            let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
            let motif = |row: &Value| row["motif"].as_str().map(ToOwned::to_owned);
            let promised = fates(&preview["destinataires"], motif);
            assert_eq!(promised, fates(&envois, motif), "{message}");
            let sent = user.message(id);
            assert_eq!(preview["nb_destinataires"], sent["nb_envoyes"], "{message}");
            assert_eq!(preview["total"], sent["nb_destinataires"], "{message}");
            let reasons = preview["motifs"].as_object().unwrap().values();
            let left_out: i64 = reasons.map(|count| count.as_i64().unwrap()).sum();
            assert_eq!(json!(left_out), sent["nb_ignores"], "{message}");
        }
    }
    let all = "SELECT DISTINCT motif AS v FROM envois WHERE motif IS NOT NULL ORDER BY 1";
    let every = [
        "doublon",
        "numero_invalide",
        "opposition",
        "pays_refuse",
        "sans_adresse",
    ];
    assert_eq!(database.texts(all), every);
}

fn a_preview_tells_what_an_email_says(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    household(&user);
    let html = "<p>Sortie <b>vendredi</b></p>";
    for (contenu, contenu_html, says) in [
        (
            "Jeudi",
            json!(null),
            json!({ "texte": "Jeudi", "html": null }),
        ),
        (
            html,
            json!(null),
            json!({ "texte": "Sortie vendredi", "html": html }),
        ),
        (
            "Sortie vendredi",
            json!(html),
            json!({ "texte": "Sortie vendredi", "html": html }),
        ),
    ] {
        let body = json!({ "type": "email", "contenu": contenu, "contenu_html": contenu_html, "parent": 1 });
        let id = user.write(&body);
        let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
        assert_eq!(preview["email"], says);
        assert_eq!(user.message(id)["contenu"], contenu, "as it was written");
    }
}

fn a_preview_tells_what_an_sms_costs(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("SMS_PLAIN", "never")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(3, 1);
    for (contenu, segments) in [
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("€".repeat(80), 1),
        ("€".repeat(81), 2),
        ("ô".repeat(70), 1),
        ("ô".repeat(71), 2),
        ("🎒".repeat(36), 2),
    ] {
        let id =
            user.write(&json!({ "type": "sms", "contenu": contenu, "est_message_groupe": true }));
        let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
        assert_eq!(preview["sms"]["segments"], segments, "{contenu}");
        assert_eq!(preview["sms"]["total_segments"], 3 * segments);
    }
    let mail = json!({ "type": "email", "contenu": "x", "est_message_groupe": true });
    let preview = user
        .get(&format!("/api/messages/{}/preview/", user.write(&mail)))
        .json();
    assert_eq!(preview["sms"], Value::Null);
}

/// Parents 1 to `shared` have one number.
fn sharing(user: &Client<'_>, shared: i64) {
    let parent = |id: i64| {
        let telephone = if id <= shared {
            "06 98 76 54 32".to_owned()
        } else {
            format!("06 12 34 57 {id:02}")
        };
        json!({ "id": id, "nom": format!("P{id}"), "telephone": telephone, "etudiants": [id % 2 + 1] })
    };
    let answer = user.put(
        "/api/annuaire/",
        &json!({
            "classes": [{ "id": 1, "nom": "A" }, { "id": 2, "nom": "B" }],
            "etudiants": [{ "id": 1, "nom": "E", "classe": 1 }, { "id": 2, "nom": "F", "classe": 2 }],
            "parents": (1..=shared + 2).map(parent).collect::<Vec<_>>(),
        }),
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn a_preview_warns_of_addresses_that_many_share(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    // Three records may be one family; of a class, the whole directory counts.
    for (shared, told) in [
        (3, json!([])),
        (
            200,
            json!(["+33698765432 : numéro partagé par 200 familles"]),
        ),
    ] {
        sharing(&user, shared);
        let message =
            json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true, "classe": 1 });
        let id = user.write(&message);
        let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
        assert_eq!(preview["avertissements"], told);
    }
    let invented = json!({ "telephone": "0600000000" });
    assert_eq!(user.patch("/api/parents/202/", &invented).status, 200);
    let id = user.write(&json!({ "type": "sms", "contenu": "Bonjour", "parent": 202 }));
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    assert_eq!(
        preview["avertissements"],
        json!(["+33600000000 : numéro inventé ou arrondi ?"])
    );
}

fn a_preview_sees_an_opposition_of_another_record(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    sharing(&user, 2);
    let refuses = json!({ "notifications_sms": false });
    assert_eq!(user.patch("/api/parents/2/", &refuses).status, 200);
    assert_eq!(
        user.patch("/api/parents/3/", &json!({ "telephone": "01 42 34 56 78" }))
            .status,
        200
    );
    let id =
        user.write(&json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true }));
    let told = |list: &Value| -> Vec<(Value, Value)> {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| (row["motif"].clone(), row["detail"].clone()))
            .collect()
    };
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    let expected = [
        (
            json!("opposition"),
            json!("une autre fiche avec cette adresse s'y oppose"),
        ),
        (json!("opposition"), Value::Null),
        (json!("numero_invalide"), json!("ligne fixe")),
        (Value::Null, Value::Null),
    ];
    assert_eq!(told(&preview["destinataires"]), expected);
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    assert_eq!(told(&envois), expected);
    let table = user.get(&format!("/api/messages/{id}/envois.csv")).text();
    assert!(table.contains("\"ligne fixe\""), "{table}");
}
