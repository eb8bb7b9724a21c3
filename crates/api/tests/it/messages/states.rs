//! Every state of a message × everything that can be done to it (contract, sections 2 and 4).

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    each_state_allows_what_the_contract_says,
    a_refused_change_changes_nothing_and_says_why,
    what_is_cancelled_does_not_leave,
    only_a_draft_or_a_programme_can_be_asked_for,
);

/// `brouillon`, `programme`, `en_attente`, `envoye`, `echec`.
const STATES: [&str; 5] = ["brouillon", "programme", "en_attente", "envoye", "echec"];

const FUTURE: &str = "2090-01-01T10:00:00+01:00";

/// Operation, path, body, and the status that each state answers with.
fn operations() -> Vec<(&'static str, &'static str, Value, [u16; 5])> {
    let editable = [200, 200, 409, 409, 200];
    let put = |contenu: &str| json!({ "type": "email", "contenu": contenu, "parent": 1 });
    let programme = json!({ "statut": "programme", "date_programmee": "2091-02-03T10:00:00Z" });
    vec![
        ("PATCH", "", json!({ "contenu": "y" }), editable),
        ("PATCH", "", json!({ "sujet": "y" }), editable),
        ("PATCH", "", json!({ "contenu_html": "<p>y</p>" }), editable),
        ("PATCH", "", json!({ "type": "sms" }), editable),
        (
            "PATCH",
            "",
            json!({ "date_programmee": "2091-02-03T10:00:00Z" }),
            editable,
        ),
        ("PATCH", "", json!({ "parent": 2 }), editable),
        (
            "PATCH",
            "",
            json!({ "est_message_groupe": true }),
            // It would leave for everybody, though a parent is named.
            [200, 400, 409, 409, 200],
        ),
        ("PATCH", "", json!({ "classe": 1 }), editable),
        ("PATCH", "", programme, editable),
        ("PATCH", "", json!({ "statut": "brouillon" }), editable),
        (
            "PATCH",
            "",
            json!({ "statut": "en_attente" }),
            [400, 400, 200, 400, 400],
        ),
        (
            "PATCH",
            "",
            json!({ "statut": "envoye" }),
            [400, 400, 400, 200, 400],
        ),
        (
            "PATCH",
            "",
            json!({ "statut": "echec" }),
            [400, 400, 400, 400, 200],
        ),
        ("PATCH", "", json!({}), [200; 5]),
        (
            "PATCH",
            "",
            json!({ "contenu": "x", "est_lu": true, "nb_envoyes": 9 }),
            [200; 5],
        ),
        ("PUT", "", put("y"), editable),
        ("PUT", "", put("x"), [200; 5]),
        ("DELETE", "", json!({}), [204, 204, 409, 204, 204]),
        ("POST", "cancel/", json!({}), [409, 200, 200, 409, 409]),
        ("POST", "send_now/", json!({}), [200, 200, 409, 409, 200]),
        ("POST", "resend/", json!({}), [409, 409, 409, 409, 200]),
        (
            "POST",
            "resend/",
            json!({ "envois": [] }),
            [409, 409, 409, 409, 409],
        ),
        ("POST", "resend/", json!({ "envois": [987_654] }), [409; 5]),
        ("POST", "mark_as_read/", json!({}), [200; 5]),
    ]
}

struct School<'s> {
    database: &'s Database,
    user: Client<'s>,
}

impl School<'_> {
    /// An e-mail to parent 1 in this state, with what belongs to it.
    fn message(&self, state: &str) -> i64 {
        let id = self
            .user
            .write(&json!({ "type": "email", "contenu": "x", "parent": 1 }));
        let envoi = match state {
            "en_attente" => "a_envoyer",
            other => other,
        };
        let motif = if state == "echec" {
            "'permanent'"
        } else {
            "NULL"
        };
        self.database.execute(&format!(
            "UPDATE messages SET statut = '{state}', date_programmee = '2090-01-01T09:00:00Z',
                                 programme_le = '2026-01-01T00:00:00Z' WHERE id = {id}"
        ));
        if matches!(state, "en_attente" | "envoye" | "echec") {
            self.database.execute(&format!(
                "INSERT INTO envois (message, parent, canal, adresse, etat, motif, prochaine, expire)
                 VALUES ({id}, 1, 'email', 'a@b.example', '{envoi}', {motif},
                         '2090-01-01T00:00:00Z', '2091-01-01T00:00:00Z');
                 UPDATE messages SET etendu_le = '2026-01-01T00:00:00Z', nb_destinataires = 1
                  WHERE id = {id}"
            ));
        }
        id
    }
}

fn school<'s>(database: &'s Database, server: &'s Server) -> School<'s> {
    let user = Client::user(server);
    user.school(2, 1);
    School { database, user }
}

fn each_state_allows_what_the_contract_says(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let school = school(database, &server);
    let mut faults = Vec::new();
    for (method, action, body, expected) in operations() {
        for (state, expected) in STATES.into_iter().zip(expected) {
            let id = school.message(state);
            let before = school.user.message(id);
            let path = format!("/api/messages/{id}/{action}");
            let answer = school.user.ask(method, &path, Some(&body));
            if answer.status != expected {
                faults.push(format!(
                    "{state}: {method} {action} {body}: {} instead of {expected}: {}",
                    answer.status,
                    answer.text()
                ));
            }
            let refused = answer.status >= 400;
            if refused && school.user.message(id) != before {
                faults.push(format!(
                    "{state}: {method} {action} {body}: refused, but changed"
                ));
            }
            database.execute("DELETE FROM messages");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn a_refused_change_changes_nothing_and_says_why(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let school = school(database, &server);
    let [leaving, sent] = ["en_attente", "envoye"].map(|state| school.message(state));
    let edited = "Un message en cours d'envoi ou envoyé ne peut plus être modifié.";
    let kept = "Un message en cours d'envoi ne peut pas être supprimé. Annulez-le d'abord.";
    for (method, path, text) in [
        ("PATCH", format!("/api/messages/{sent}/"), edited),
        ("PATCH", format!("/api/messages/{leaving}/"), edited),
        ("DELETE", format!("/api/messages/{leaving}/"), kept),
    ] {
        let answer = school
            .user
            .ask(method, &path, Some(&json!({ "contenu": "y" })));
        assert_eq!(
            (answer.status, &answer.json()["detail"]),
            (409, &json!(text))
        );
    }
}

fn what_is_cancelled_does_not_leave(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let school = school(database, &server);
    let [programmed, leaving] = ["programme", "en_attente"].map(|state| school.message(state));
    let cancel = |id| {
        school
            .user
            .post(&format!("/api/messages/{id}/cancel/"), &json!({}))
            .json()
    };
    let answer = cancel(programmed);
    assert_eq!(answer["details"]["statut"], "brouillon");
    assert_eq!(
        answer["message"],
        "Message annulé : il est redevenu un brouillon."
    );
    assert_eq!(answer["details"]["date_programmee"], FUTURE);
    let answer = cancel(leaving);
    assert_eq!(
        answer["message"],
        "Message annulé : 1 envoi arrêté avant son départ."
    );
    school
        .user
        .post("/api/messages/process_scheduled/", &json!({}));
    let stopped = school.user.message(leaving);
    assert_eq!(
        (&stopped["statut"], &stopped["nb_ignores"]),
        (&json!("echec"), &json!(1))
    );
    let envois = school
        .user
        .get(&format!("/api/messages/{leaving}/envois/"))
        .json();
    assert_eq!(
        (&envois[0]["etat"], &envois[0]["motif"]),
        (&json!("ignore"), &json!("annule"))
    );
    assert_eq!(envois[0]["raison"], "annulé avant l'envoi");
}

fn only_a_draft_or_a_programme_can_be_asked_for(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let school = school(database, &server);
    let message =
        |statut: &str| json!({ "type": "sms", "contenu": "x", "parent": 1, "statut": statut });
    for statut in ["en_attente", "envoye", "echec"] {
        let answer = school.user.post("/api/messages/", &message(statut));
        let text = "Seuls « brouillon » et « programme » peuvent être demandés.";
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({ "statut": [text] }))
        );
    }
    let answer = school.user.post("/api/messages/", &message("programme"));
    let text = "Ce champ est obligatoire.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "date_programmee": [text] }))
    );
    let nobody = json!({ "type": "sms", "contenu": "x" });
    let answer = school.user.post("/api/messages/", &nobody);
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "parent": [text] }))
    );
    let written = json!({ "type": "sms", "contenu": "x", "parent": 1, "id": 77, "est_lu": true,
        "date_envoi": FUTURE, "details_erreur": "x", "nb_envoyes": 5, "simule": true,
        "date_lecture": FUTURE, "date_creation": FUTURE });
    let id = school.user.write(&written);
    let message = school.user.message(id);
    assert_ne!(id, 77);
    for name in ["est_lu", "date_envoi", "details_erreur", "date_lecture"] {
        assert!(
            matches!(message[name], Value::Null | Value::Bool(false)),
            "{name}"
        );
    }
    assert_eq!(
        (&message["nb_envoyes"], &message["simule"]),
        (&json!(0), &json!(false))
    );
    assert_ne!(message["date_creation"], FUTURE);
}

#[test]
fn a_group_message_that_becomes_a_single_one_needs_its_parent() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let school = school(&database, &server);
    let group = json!({ "type": "sms", "contenu": "x", "est_message_groupe": true });
    let path = format!("/api/messages/{}/", school.user.write(&group));
    let answer = school
        .user
        .patch(&path, &json!({ "est_message_groupe": false }));
    let text = "Ce champ est obligatoire.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "parent": [text] }))
    );
}
