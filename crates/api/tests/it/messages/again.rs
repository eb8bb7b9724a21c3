//! Messages that failed, and messages whose people are gone: whom they reach, and whom never.

use crate::client::{Client, number};
use crate::harness::{Server, conn};
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    sending_again_reaches_those_who_got_nothing,
    sending_again_tells_the_truth,
    sending_again_to_some_leaves_the_others,
    a_failed_message_can_be_mended_and_sent,
    a_message_without_its_parent_reaches_nobody,
    a_single_message_goes_to_its_parent_whatever_its_class,
);

fn refusal() -> Answer {
    Answer::status(400, r#"{"error":"invalid recipient"}"#)
}

/// Refuses the first `n` SMS for good.
fn refusing(n: usize) -> Gateway {
    Gateway::start(GatewayScript::default().answer_first(n, refusal()))
}

fn post(user: &Client<'_>, path: &str, body: &Value) -> Value {
    let answer = user.post(path, body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn accepted(gateway: &Gateway) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let accepted = gateway.accepted();
    let mut all: Vec<_> = accepted
        .iter()
        .map(|sms| (text(&sms.body["to"]), text(&sms.body["message"])))
        .collect();
    all.sort_unstable();
    all
}

fn to_all() -> Value {
    json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true })
}

fn etats(user: &Client<'_>, id: i64) -> Vec<Value> {
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    envois
        .as_array()
        .unwrap()
        .iter()
        .map(|envoi| envoi["etat"].clone())
        .collect()
}

fn sending_again_reaches_those_who_got_nothing(database: &Database) {
    let gateway = refusing(2);
    let server = Server::sending(database, &gateway, &[("MESSAGES_SMS_CONNECTIONS", "1")]);
    let user = Client::user(&server);
    let id = user.school(3, 1).write(&to_all());
    let sent = post(&user, &format!("/api/messages/{id}/send_now/"), &json!({}));
    assert_eq!(
        (&sent["success"], &sent["message"]),
        (&json!(true), &json!("Message envoyé"))
    );
    assert_eq!(sent["details"]["nb_echecs"], 2);
    let why = "2 destinataires non atteints : 2 refusés définitivement.";
    assert_eq!(sent["details"]["details_erreur"], why);
    let again = post(&user, &format!("/api/messages/{id}/resend/"), &json!({}));
    assert_eq!(
        (&again["success"], &again["details"]["nb_envoyes"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(again["details"]["details_erreur"], Value::Null);
    let everybody: Vec<_> = (1..=3).map(|n| (number(n), "Bonjour".to_owned())).collect();
    assert_eq!(accepted(&gateway), everybody);
    let answer = user.post(&format!("/api/messages/{id}/resend/"), &json!({}));
    assert_eq!(answer.status, 409);
    let text = "Aucun destinataire en échec ou incertain à qui renvoyer ce message.";
    assert_eq!(answer.json()["detail"], text);
}

/// Parent 1 is refused for good, parent 2 waits for another attempt, parent 3 has no number.
fn sending_again_tells_the_truth(database: &Database) {
    let script = GatewayScript::default()
        .answer_for(&number(1)[1..], refusal())
        .answer_for(&number(2)[1..], refusal())
        .times(1);
    let gateway = Gateway::start(script);
    let settings = [("MESSAGES_SMS_CONNECTIONS", "1")];
    let server = Server::sending(database, &gateway, &settings);
    let user = Client::user(&server);
    user.school(4, 1);
    let row = json!({ "id": 3, "telephone": "06" });
    user.put("/api/annuaire/", &json!({ "parents": [row] }));
    let id = user.write(&to_all());
    post(&user, &format!("/api/messages/{id}/send_now/"), &json!({}));
    // As after « later ».
    let later = conn(database).now().unwrap() + Duration::from_secs(1200);
    database.execute(&format!(
        "UPDATE envois SET etat = 'a_envoyer', motif = NULL, termine_le = NULL, prochaine = '{later}',
                           detail = 'réseau saturé' WHERE parent = 2;
         UPDATE messages SET statut = 'en_attente', details_erreur = NULL"
    ));
    let path = format!("/api/messages/{id}/resend/");
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    let resend = |n: usize| {
        let answer = post(&user, &path, &json!({ "envois": [envois[n]["id"]] }));
        (
            answer["success"].clone(),
            answer["message"].as_str().unwrap().to_owned(),
        )
    };
    let refused = "1 destinataire non atteint : 1 refusé définitivement.";
    assert_eq!(resend(0), (json!(false), refused.to_owned()));
    let invalid = "1 destinataire non atteint : 1 numéro de téléphone invalide.";
    assert_eq!(resend(2), (json!(false), invalid.to_owned()));
    // Whoever waits is told of by the message, with reason and time.
    assert_eq!(envois[1]["etat"], "a_envoyer", "{envois}");
    let raison = envois[1]["raison"].as_str().unwrap();
    assert!(
        raison.starts_with("réseau saturé, nouvel essai "),
        "{raison}"
    );
    let message = user.message(id);
    let told = message["details_erreur"].as_str().unwrap();
    assert!(
        told.starts_with("1 destinataire attend un nouvel essai (réseau saturé) "),
        "{told}"
    );
    let table = user.get(&format!("/api/messages/{id}/envois.csv")).text();
    assert!(table.contains(raison), "{table}");
    // The numbers are corrected, and that is where it goes.
    user.patch("/api/parents/1/", &json!({ "telephone": number(101) }));
    user.patch("/api/parents/3/", &json!({ "telephone": number(103) }));
    assert_eq!(resend(0), (json!(true), "Message envoyé".to_owned()));
    assert_eq!(resend(2), (json!(true), "Message envoyé".to_owned()));
    let numbers: Vec<_> = accepted(&gateway).into_iter().map(|(to, _)| to).collect();
    assert_eq!(numbers, [number(4), number(101), number(103)]);
}

fn sending_again_to_some_leaves_the_others(database: &Database) {
    let gateway = refusing(3);
    let server = Server::sending(database, &gateway, &[("MESSAGES_SMS_CONNECTIONS", "1")]);
    let user = Client::user(&server);
    let id = user.school(3, 1).write(&to_all());
    let sent = post(&user, &format!("/api/messages/{id}/send_now/"), &json!({}));
    assert_eq!(
        (&sent["success"], &sent["details"]["statut"]),
        (&json!(false), &json!("echec"))
    );
    assert_eq!(sent["message"], sent["details"]["details_erreur"]);
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    let second = envois[1]["id"].as_i64().unwrap();
    let path = format!("/api/messages/{id}/resend/");
    for odd in [
        json!("1"),
        json!([1.5]),
        json!([null]),
        json!({}),
        json!([1e30]),
        json!([true]),
    ] {
        let answer = user.post(&path, &json!({ "envois": odd }));
        assert!(
            answer.status == 400 && answer.json().get("envois").is_some(),
            "{odd}"
        );
    }
    let again = post(
        &user,
        &path,
        &json!({ "envois": [second, second, 987_654] }),
    );
    assert_eq!(again["details"]["nb_envoyes"], 1);
    assert_eq!(etats(&user, id), ["echec", "envoye", "echec"]);
    assert_eq!(accepted(&gateway).len(), 1);
}

/// Contract, section 2: `echec` may be edited and programmed again.
fn a_failed_message_can_be_mended_and_sent(database: &Database) {
    // Parent 1 for ever, parent 2 once.
    let script = GatewayScript::default().answer_for(&number(1), refusal());
    let gateway = Gateway::start(script.answer_for(&number(2), refusal()).times(1));
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(3, 1);
    for (n, mend) in [(1, true), (2, false)] {
        let id = user.write(&json!({ "type": "sms", "contenu": "Bonjour", "parent": n }));
        let path = format!("/api/messages/{id}/");
        let sent = post(&user, &format!("{path}send_now/"), &json!({}));
        assert_eq!(sent["details"]["statut"], "echec");
        if mend {
            let body = json!({ "contenu": "Bonsoir", "parent": 3, "statut": "programme",
                               "date_programmee": "2026-01-01T10:00:00Z" });
            let mended = user.patch(&path, &body);
            assert_eq!(
                (mended.status, &mended.json()["details_erreur"]),
                (200, &Value::Null)
            );
            post(&user, "/api/messages/process_scheduled/", &json!({}));
        } else {
            post(&user, &format!("{path}send_now/"), &json!({}));
        }
        assert_eq!(
            user.message(id)["statut"],
            "envoye",
            "{:?}",
            user.message(id)
        );
    }
    let expected = [
        (number(2), "Bonjour".to_owned()),
        (number(3), "Bonsoir".to_owned()),
    ];
    assert_eq!(accepted(&gateway), expected);
}

fn a_message_without_its_parent_reaches_nobody(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(4, 1);
    let programmed = json!({ "type": "sms", "contenu": "x", "parent": 1, "statut": "programme",
                             "date_programmee": "2026-01-01T10:00:00Z" });
    let draft = json!({ "type": "sms", "contenu": "x", "parent": 1 });
    let ids = [user.write(&programmed), user.write(&draft)];
    assert_eq!(user.delete("/api/parents/1/").status, 204);
    post(&user, "/api/messages/process_scheduled/", &json!({}));
    post(
        &user,
        &format!("/api/messages/{}/send_now/", ids[1]),
        &json!({}),
    );
    for id in ids {
        let message = user.message(id);
        let end = (
            &message["statut"],
            &message["parent"],
            &message["nb_destinataires"],
        );
        assert_eq!(end, (&json!("echec"), &Value::Null, &json!(0)), "{message}");
        assert_eq!(message["details_erreur"], "Aucun destinataire.");
        assert_eq!(user.delete(&format!("/api/messages/{id}/")).status, 204);
    }
    assert_eq!(gateway.received_count(), 0);
}

fn a_single_message_goes_to_its_parent_whatever_its_class(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(4, 2);
    let both = |group: bool, contenu: &str| json!({ "type": "sms", "contenu": contenu, "parent": 1, "classe": 1, "est_message_groupe": group });
    for message in [both(false, "un"), both(true, "classe")] {
        let id = user.write(&message);
        post(&user, &format!("/api/messages/{id}/send_now/"), &json!({}));
    }
    // Parents 2 and 4 are those of class 1.
    let expected = [(1, "un"), (2, "classe"), (4, "classe")];
    assert_eq!(
        accepted(&gateway),
        expected.map(|(n, text)| (number(n), text.to_owned()))
    );
}
