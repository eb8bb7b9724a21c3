//! The web app's buttons: each writes a real message, and tells what became of it.

use crate::client::{Client, number};
use crate::harness::Server;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    one_parent_is_written_to,
    a_class_or_everybody_is_written_to,
    whoever_cannot_be_reached_is_told_of,
    a_slip_writes_to_nobody,
    of_many_it_is_told_how_many_and_who,
    a_channel_that_is_stopped_is_told_of,
);

fn post(user: &Client<'_>, path: &str, body: &Value) -> Value {
    let answer = user.post(path, body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn reached(gateway: &Gateway) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let accepted = gateway.accepted();
    let mut all: Vec<_> = accepted
        .iter()
        .map(|sms| (text(&sms.body["to"]), text(&sms.body["message"])))
        .collect();
    all.sort_unstable();
    all
}

fn one_parent_is_written_to(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[("LANGUAGE_CODE", "fr-fr")]);
    let user = Client::user(&server);
    user.school(3, 1);
    let sent = post(
        &user,
        "/api/parents/2/send_sms/",
        &json!({ "message": "  Bonjour\n" }),
    );
    assert_eq!(
        (&sent["success"], &sent["message"]),
        (&json!(true), &json!("Message envoyé"))
    );
    let details = &sent["details"];
    for (name, value) in [
        ("parent", json!(2)),
        ("type", json!("sms")),
        ("statut", json!("envoye")),
        ("contenu", json!("Bonjour")),
        ("est_message_groupe", json!(false)),
        ("nb_envoyes", json!(1)),
        ("simule", json!(false)),
    ] {
        assert_eq!(details[name], value, "{name}");
    }
    assert!(details["date_envoi"].is_string());
    assert_eq!(reached(&gateway), [(number(2), "Bonjour".to_owned())]);
    let id = details["id"].as_i64().unwrap();
    assert_eq!(user.message(id)["parent"]["id"], 2);
    // No relay listens: the e-mail waits for its next attempt.
    let mail = json!({ "subject": "Sortie", "message": "Jeudi" });
    let mail = post(&user, "/api/parents/2/send_email/", &mail);
    let told = mail["message"].as_str().unwrap();
    assert!(told.starts_with("Pas encore parti"), "{told}");
    assert_eq!(mail["details"]["statut"], "en_attente");
    assert_eq!(
        (&mail["details"]["sujet"], &mail["details"]["type"]),
        (&json!("Sortie"), &json!("email"))
    );
}

fn a_class_or_everybody_is_written_to(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(4, 2);
    for (body, receivers) in [
        (
            json!({ "type": "sms", "contenu": "classe", "classe_id": 1, "tous_parents": false }),
            &[2, 4][..],
        ),
        (
            json!({ "contenu": "tous", "tous_parents": true, "sujet": "", "classe_id": null }),
            &[1, 2, 3, 4],
        ),
        (
            json!({ "contenu": "encore", "tous_parents": "true", "classe_id": "" }),
            &[1, 2, 3, 4],
        ),
    ] {
        let sent = post(&user, "/api/parents/send_bulk_sms/", &body);
        assert_eq!(
            (&sent["success"], &sent["details"]["nb_envoyes"]),
            (&json!(true), &json!(receivers.len()))
        );
        let contenu = body["contenu"].as_str().unwrap();
        let mut got = reached(&gateway);
        got.retain(|(_, text)| text == contenu);
        assert_eq!(
            got,
            receivers
                .iter()
                .map(|n| (number(*n), contenu.to_owned()))
                .collect::<Vec<_>>()
        );
    }
    let mail = json!({ "type": "email", "sujet": "S", "contenu": "C", "classe_id": 2 });
    let mail = post(&user, "/api/parents/send_bulk_email/", &mail);
    assert_eq!(mail["details"]["nb_destinataires"], 2);
}

fn whoever_cannot_be_reached_is_told_of(database: &Database) {
    let refusal = Answer::status(400, r#"{"error":"invalid recipient"}"#);
    let gateway = Gateway::start(GatewayScript::default().answer(refusal));
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(5, 5);
    for row in [
        json!({ "id": 2, "telephone": "" }),
        json!({ "id": 3, "telephone": "123" }),
        json!({ "id": 4, "notifications_sms": false }),
    ] {
        let changed = user.put("/api/annuaire/", &json!({ "parents": [row] }));
        assert_eq!(changed.status, 200);
    }
    for (n, why) in [
        (1, "1 destinataire non atteint : 1 refusé définitivement."),
        (2, "1 destinataire non atteint : 1 sans adresse utilisable."),
        (
            3,
            "1 destinataire non atteint : 1 numéro de téléphone invalide.",
        ),
        (
            4,
            "1 destinataire non atteint : 1 refus de recevoir des SMS.",
        ),
    ] {
        let answer = post(
            &user,
            &format!("/api/parents/{n}/send_sms/"),
            &json!({ "message": "x" }),
        );
        assert_eq!(
            (&answer["success"], &answer["message"]),
            (&json!(false), &json!(why))
        );
        assert_eq!(answer["details"]["statut"], "echec");
    }
    assert_eq!(gateway.received_count(), 1);
    user.post("/api/classes/", &json!({ "id": 9, "nom": "Vide" }));
    let nobody = json!({ "contenu": "x", "classe_id": 9 });
    let answer = post(&user, "/api/parents/send_bulk_sms/", &nobody);
    assert_eq!(
        (&answer["success"], &answer["message"]),
        (&json!(false), &json!("Aucun destinataire."))
    );
}

fn a_slip_writes_to_nobody(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(2, 1);
    let both = "Indiquez une classe (classe_id) ou tous les parents (tous_parents).";
    for (path, body, field) in [
        ("1/send_sms/", json!({}), "message"),
        ("1/send_sms/", json!({ "message": " \n " }), "message"),
        ("1/send_email/", json!({ "subject": "x" }), "message"),
        (
            "1/send_email/",
            json!({ "subject": "a\r\nBcc: x@y.example", "message": "x" }),
            "subject",
        ),
        (
            "1/send_email/",
            json!({ "subject": "x".repeat(256), "message": "x" }),
            "subject",
        ),
        ("send_bulk_sms/", json!({ "contenu": "x" }), "classe_id"),
        (
            "send_bulk_sms/",
            json!({ "contenu": "x", "classe_id": 1, "tous_parents": true }),
            "classe_id",
        ),
        (
            "send_bulk_sms/",
            json!({ "contenu": "x", "classe_id": 99 }),
            "classe_id",
        ),
        (
            "send_bulk_sms/",
            json!({ "contenu": "x", "tous_parents": "oui" }),
            "tous_parents",
        ),
        (
            "send_bulk_sms/",
            json!({ "type": "email", "contenu": "x", "classe_id": 1 }),
            "type",
        ),
        (
            "send_bulk_email/",
            json!({ "type": "sms", "contenu": "x", "classe_id": 1 }),
            "type",
        ),
        (
            "send_bulk_email/",
            json!({ "tous_parents": true }),
            "contenu",
        ),
    ] {
        let answer = user.post(&format!("/api/parents/{path}"), &body);
        assert!(
            answer.status == 400 && answer.json().get(field).is_some(),
            "{path} {body}: {}",
            answer.text()
        );
    }
    let answer = user.post("/api/parents/send_bulk_sms/", &json!({ "contenu": "x" }));
    assert_eq!(answer.json()["classe_id"][0], both);
    assert_eq!(
        user.post("/api/parents/9/send_sms/", &json!({ "message": "x" }))
            .status,
        404
    );
    assert_eq!(user.get("/api/messages/").text(), "[]");
    assert_eq!(gateway.received_count(), 0);
}

fn of_many_it_is_told_how_many_and_who(database: &Database) {
    let refusal = Answer::status(400, r#"{"error":"invalid recipient"}"#);
    let script = GatewayScript::default().answer_for(&number(4), refusal);
    let gateway = Gateway::start(script);
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(6, 1);
    // One does not want it, another has the number of the first.
    for row in [
        json!({ "id": 5, "notifications_sms": false }),
        json!({ "id": 6, "telephone": number(1) }),
    ] {
        assert_eq!(
            user.put("/api/annuaire/", &json!({ "parents": [row] }))
                .status,
            200
        );
    }
    let body = json!({ "contenu": "x", "tous_parents": true });
    let again = user.with("Idempotency-Key", "une fois");
    let first = again.post("/api/parents/send_bulk_sms/", &body).json();
    assert_eq!(
        (&first["success"], &first["message"]),
        (&json!(true), &json!("Message envoyé à 3 parents sur 4"))
    );
    let details = &first["details"];
    for (name, value) in [
        ("success", 3),
        ("failed", 1),
        ("total", 4),
        ("nb_envoyes", 3),
    ] {
        assert_eq!(details[name], value, "{name}");
    }
    let each = details["details"].as_array().unwrap();
    let told = |one: &Value| {
        (
            one["success"] == true,
            one["message"].as_str().unwrap().to_owned(),
        )
    };
    let told: Vec<_> = each.iter().map(told).collect();
    let yes = (true, "Message envoyé".to_owned());
    assert_eq!(told[..3], [yes.clone(), yes.clone(), yes]);
    assert_eq!(told[3], (false, "refusé définitivement".to_owned()));
    let parent = user.get("/api/parents/1/").json();
    let name = [&parent["prenom"], &parent["nom"]].map(|name| name.as_str().unwrap());
    assert_eq!(each[0]["parent"], name.join(" ").trim());
    assert_eq!(each.len(), 6);
    let second = again.post("/api/parents/send_bulk_sms/", &body).json();
    assert_eq!(second, first);
    // Who is erased is named nowhere any more.
    assert_eq!(user.delete("/api/parents/2/").status, 204);
    let second = again.post("/api/parents/send_bulk_sms/", &body).json();
    assert_eq!(
        (&second["message"], &second["details"]["total"]),
        (&first["message"], &json!(4))
    );
    assert_eq!(second["details"]["details"], json!([]));
    assert_eq!(gateway.received_count(), 4);
}

fn a_channel_that_is_stopped_is_told_of(database: &Database) {
    let refusal = Answer::status(401, r#"{"error":"invalid key"}"#);
    let gateway = Gateway::start(GatewayScript::default().answer(refusal));
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(2, 1);
    let all = json!({ "contenu": "x", "tous_parents": true });
    let one = json!({ "message": "x" });
    for (path, body) in [
        ("/api/parents/send_bulk_sms/", &all),
        ("/api/parents/1/send_sms/", &one),
    ] {
        let answer = post(&user, path, body);
        let told = answer["message"].as_str().unwrap();
        assert_eq!(answer["success"], false, "{told}");
        assert!(
            told.starts_with("Pas encore parti : ") && told.contains("SMS_API_KEY"),
            "{told}"
        );
    }
    let run = post(&user, "/api/messages/process_scheduled/", &json!({}));
    let told = run["message"].as_str().unwrap();
    assert_eq!(run["success"], false, "{told}");
    assert!(told.starts_with("Traitement terminé: "), "{told}");
    assert!(told.contains("Les SMS ne partent pas : "), "{told}");
    assert!(told.ends_with("Prévenez l'administrateur."), "{told}");
}
