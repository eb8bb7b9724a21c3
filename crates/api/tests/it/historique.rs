//! Who changed what over HTTP: every change leaves one row, and says who asked for it.

#[cfg(unix)]
mod lost;

use crate::client::{Client, key};
use crate::harness::Server;
use crate::scopes::table::ENDPOINTS;
use crate::token::KEY;
use crate::wire::Answer;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};
use std::collections::BTreeSet;

stories!(
    every_operation_that_changes_something_leaves_one_row,
    a_repetition_leaves_none_and_every_answer_is_kept,
    what_is_refused_leaves_none,
    a_message_tells_its_author_and_its_history,
    the_whole_history_is_found_by_who_what_and_since,
);

fn start(database: &Database) -> Server {
    Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_MODE", "simulation"),
            ("API_PAGE_SIZE", "50"),
        ],
    )
}

fn rows(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT acteur || ' ' || action || ' ' || objet || COALESCE(' ' || numero, '') AS v
           FROM historique ORDER BY id",
    )
}

fn email(contenu: &str) -> Value {
    json!({ "type": "email", "sujet": "x", "contenu": contenu, "parent": 1 })
}

/// A method, a path, a number, a body, and the deed that it leaves.
type Change = (&'static str, &'static str, i64, Value, &'static str);

/// Every operation that changes something, in an order in which each can.
fn changes() -> Vec<Change> {
    let mut changes = of_the_directory();
    changes.extend(of_messages());
    changes.extend(of_buttons());
    changes
}

fn of_the_directory() -> Vec<Change> {
    let (none, named) = (json!({}), |nom: &str| json!({ "nom": nom }));
    vec![
        ("POST", "/api/classes/", 0, named("6e"), "cree classe 2"),
        (
            "PUT",
            "/api/classes/{id}/",
            2,
            named("5e"),
            "modifie classe 2",
        ),
        (
            "PATCH",
            "/api/classes/{id}/",
            2,
            named("4e"),
            "modifie classe 2",
        ),
        (
            "DELETE",
            "/api/classes/{id}/",
            2,
            none.clone(),
            "supprime classe 2",
        ),
        (
            "POST",
            "/api/etudiants/",
            0,
            named("Diop"),
            "cree etudiant 3",
        ),
        (
            "PUT",
            "/api/etudiants/{id}/",
            3,
            named("Ba"),
            "modifie etudiant 3",
        ),
        (
            "PATCH",
            "/api/etudiants/{id}/",
            3,
            named("Fall"),
            "modifie etudiant 3",
        ),
        (
            "DELETE",
            "/api/etudiants/{id}/",
            3,
            none.clone(),
            "supprime etudiant 3",
        ),
        ("POST", "/api/parents/", 0, named("Diop"), "cree parent 3"),
        (
            "PUT",
            "/api/parents/{id}/",
            3,
            named("Ba"),
            "modifie parent 3",
        ),
        (
            "PATCH",
            "/api/parents/{id}/",
            3,
            named("Fall"),
            "modifie parent 3",
        ),
        (
            "DELETE",
            "/api/parents/{id}/",
            3,
            none.clone(),
            "supprime parent 3",
        ),
        (
            "PUT",
            "/api/annuaire/",
            0,
            json!({ "classes": [{ "id": 9, "nom": "9" }] }),
            "importe annuaire",
        ),
    ]
}

fn of_messages() -> Vec<Change> {
    let none = json!({});
    let programmed = |contenu: &str| {
        let mut body = email(contenu);
        body["statut"] = "programme".into();
        body["date_programmee"] = "2036-01-01T10:00:00Z".into();
        body
    };
    vec![
        ("POST", "/api/messages/", 0, email("a"), "cree message 1"),
        (
            "PUT",
            "/api/messages/{id}/",
            1,
            email("b"),
            "modifie message 1",
        ),
        (
            "PATCH",
            "/api/messages/{id}/",
            1,
            programmed("b"),
            "programme message 1",
        ),
        (
            "POST",
            "/api/messages/{id}/cancel/",
            1,
            none.clone(),
            "annule message 1",
        ),
        (
            "POST",
            "/api/messages/{id}/add_attachment/",
            1,
            none.clone(),
            "modifie message 1",
        ),
        (
            "DELETE",
            "/api/attachments/{id}/",
            1,
            none.clone(),
            "modifie message 1",
        ),
        (
            "POST",
            "/api/messages/{id}/send_now/",
            1,
            none.clone(),
            "envoye_maintenant message 1",
        ),
        (
            "POST",
            "/api/messages/{id}/mark_as_read/",
            1,
            none.clone(),
            "marque_lu message 1",
        ),
        (
            "POST",
            "/api/messages/{id}/resend/",
            1,
            none.clone(),
            "renvoye message 1",
        ),
        (
            "DELETE",
            "/api/messages/{id}/",
            1,
            none.clone(),
            "supprime message 1",
        ),
        (
            "POST",
            "/api/messages/process_scheduled/",
            0,
            none,
            "lance traitement",
        ),
    ]
}

fn of_buttons() -> Vec<Change> {
    vec![
        (
            "POST",
            "/api/parents/{id}/send_sms/",
            1,
            json!({ "message": "x" }),
            "programme message 2",
        ),
        (
            "POST",
            "/api/parents/{id}/send_email/",
            1,
            json!({ "subject": "x", "message": "x" }),
            "programme message 3",
        ),
        (
            "POST",
            "/api/parents/send_bulk_sms/",
            0,
            json!({ "contenu": "x", "tous_parents": true }),
            "programme message 4",
        ),
        (
            "POST",
            "/api/parents/send_bulk_email/",
            0,
            json!({ "sujet": "x", "contenu": "x", "tous_parents": true }),
            "programme message 5",
        ),
    ]
}

/// A file is no JSON.
fn done(client: &Client<'_>, method: &str, path: &str, body: &Value) -> Answer {
    if path.ends_with("/add_attachment/") {
        return client.attach(path, "a.pdf", b"x");
    }
    client.ask(method, path, Some(body))
}

/// Does them all, `asked` each; what is sent again has failed before.
fn make_all(database: &Database, mut asked: impl FnMut(&Change, &str)) {
    for change in changes() {
        if change.1.ends_with("/resend/") {
            database.execute("UPDATE envois SET etat = 'echec', motif = 'permanent'");
        }
        asked(&change, &change.1.replace("{id}", &change.2.to_string()));
    }
}

fn every_operation_that_changes_something_leaves_one_row(database: &Database) {
    let server = start(database);
    let client = Client::user(&server);
    client.school(2, 1);
    let (mut expected, mut made) = (rows(database), BTreeSet::new());
    assert_eq!(expected, ["utilisateur 1 importe annuaire"]);
    make_all(database, |(method, pattern, _, body, deed), path| {
        let answer = done(&client, method, path, body);
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        expected.push(format!("utilisateur 1 {deed}"));
        assert_eq!(rows(database), expected, "{method} {path}");
        made.insert((*method, *pattern));
    });
    let known = ENDPOINTS.iter().flat_map(|(path, operations)| {
        let methods = operations.iter().map(|(method, _)| *method);
        let changing = methods.filter(|method| !matches!(*method, "GET" | "HEAD" | "OPTIONS"));
        changing.map(move |method| (method, *path))
    });
    assert_eq!(made, known.collect(), "every operation was tried");
}

fn a_repetition_leaves_none_and_every_answer_is_kept(database: &Database) {
    let server = start(database);
    Client::user(&server).school(2, 1);
    make_all(database, |(method, _, _, body, _), path| {
        let client = Client::user(&server).with("Idempotency-Key", path);
        let first = done(&client, method, path, body);
        assert!(first.status < 300, "{method} {path}: {}", first.text());
        if *method != "POST" {
            return;
        }
        let before = rows(database);
        let again = done(&client, method, path, body);
        assert_eq!(
            (again.status, again.text()),
            (first.status, first.text()),
            "{path}"
        );
        assert_eq!(rows(database), before, "{path}");
    });
}

fn what_is_refused_leaves_none(database: &Database) {
    let server = start(database);
    let client = Client::user(&server);
    client.school(2, 1);
    let before = rows(database);
    let unchanged = json!({ "nom": "Tuteur1" });
    let essai = json!({ "classes": [{ "id": 9, "nom": "9" }] });
    for (status, method, path, body) in [
        (400, "POST", "/api/messages/", &json!({ "type": "sms" })),
        (404, "DELETE", "/api/messages/9/", &json!({})),
        (404, "POST", "/api/messages/9/send_now/", &json!({})),
        (409, "DELETE", "/api/classes/1/", &json!({})),
        (409, "PUT", "/api/annuaire/?complet=1", &essai),
        (200, "PUT", "/api/annuaire/?essai=1", &essai),
        (200, "PATCH", "/api/parents/1/", &unchanged),
    ] {
        let answer = client.ask(method, path, Some(body));
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
    assert_eq!(rows(database), before);
    assert_eq!(client.get("/api/classes/9/").status, 404);
}

fn a_message_tells_its_author_and_its_history(database: &Database) {
    let server = start(database);
    Client::user(&server).school(2, 1);
    let (program, number) = key(database, &[Portee::Ecriture, Portee::Lecture]);
    let program = Client::nobody(&server).bearer(&program);
    let asked = program.with("X-Request-ID", "clic-7");
    let made = asked.post("/api/messages/", &email("a")).json();
    let auteur = format!("clé {number}");
    assert_eq!(made["auteur"], auteur);
    Client::user(&server).patch("/api/messages/1/", &json!({ "contenu": "b" }));
    assert_eq!(program.get("/api/messages/1/").json()["auteur"], auteur);
    let listed = program.get("/api/messages/").json();
    assert_eq!(listed["results"][0]["auteur"], auteur);
    let told = program.get("/api/messages/1/historique/").json();
    assert_eq!(told["count"], 2);
    let [last, first] = [0, 1].map(|place| &told["results"][place]);
    assert_eq!(last["acteur"], "utilisateur 1");
    assert_eq!(last["action"], "modifie");
    assert!(first["fait_le"].as_str().unwrap().contains('T'));
    let mut first = first.clone();
    for varying in ["id", "fait_le"] {
        first.as_object_mut().unwrap().remove(varying);
    }
    assert_eq!(
        first,
        json!({
            "acteur": auteur, "action": "cree", "objet": "message", "numero": 1,
            "bilan": null, "ip": null, "demande": "clic-7",
        })
    );
    assert_eq!(program.get("/api/messages/9/historique/").status, 404);
    assert_eq!(program.get("/api/historique/").status, 403);
}

fn the_whole_history_is_found_by_who_what_and_since(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    user.post("/api/messages/", &email("a"));
    user.delete("/api/messages/1/");
    let (watcher, _) = key(database, &[Portee::Historique]);
    let watcher = Client::nobody(&server).bearer(&watcher);
    let asked = |query: &str| {
        let answer = watcher.get(&format!("/api/historique/?{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let faits = answer.json()["results"].as_array().unwrap().clone();
        let text = |fait: &Value| format!("{} {}", fait["action"], fait["objet"]).replace('"', "");
        faits.iter().map(text).collect::<Vec<_>>().join(", ")
    };
    let all = "cree cle, supprime message, cree message, importe annuaire";
    assert_eq!(asked(""), all);
    assert_eq!(
        asked("acteur=utilisateur+1"),
        all.trim_start_matches("cree cle, ")
    );
    assert_eq!(asked("acteur=ligne+de+commande"), "cree cle");
    assert_eq!(asked("action=cree"), "cree cle, cree message");
    assert_eq!(
        asked("objet=message&numero=1"),
        "supprime message, cree message"
    );
    assert_eq!(asked("depuis=2036-01-01T00:00:00Z"), "");
    assert_eq!(asked("depuis=2020-01-01"), all);
    let fait = &watcher.get("/api/historique/?objet=annuaire").json()["results"][0];
    assert_eq!(fait["ip"], "127.0.0.1");
    assert_eq!(fait["bilan"]["parents"]["ajoutes"], 2);
    assert_eq!(fait["bilan"]["partis"], 0);
    for wrong in [
        "action=fait",
        "objet=x",
        "numero=x",
        "depuis=x",
        "acteur=%00",
    ] {
        let answer = watcher.get(&format!("/api/historique/?{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
    }
}
