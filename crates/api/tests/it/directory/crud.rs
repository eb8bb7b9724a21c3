//! Classes, pupils and parents, with the web app's own numbers.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    rows_are_written_read_changed_and_deleted,
    a_number_may_be_given_and_is_taken_once,
    a_parent_has_pupils_and_the_first_of_them,
    what_is_in_use_stays,
    lists_are_filtered_searched_and_ordered,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn rows_are_written_read_changed_and_deleted(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    for (path, new, put, patch) in [
        (
            "/api/classes/",
            json!({ "nom": "6e A", "niveau": "6e", "annee_scolaire": "2026-2027" }),
            json!({ "nom": "6e B" }),
            json!({ "niveau": null }),
        ),
        (
            "/api/etudiants/",
            json!({ "nom": "N'Diaye", "prenom": "Issa", "classe": null }),
            json!({ "nom": "Étienne" }),
            json!({ "prenom": "Zoé" }),
        ),
        (
            "/api/parents/",
            json!({ "nom": "Traoré", "prenom": "Awa", "telephone": "06 12 34 56 78",
                    "email": "awa@exemple.example", "notifications_sms": false,
                    "notifications_email": true, "etudiants": [] }),
            json!({ "nom": "Diallo" }),
            json!({ "telephone": "" }),
        ),
    ] {
        let created = user.post(path, &new);
        assert_eq!(created.status, 201, "{}", created.text());
        let mut expected = created.json();
        for (name, value) in new.as_object().unwrap() {
            assert_eq!(&expected[name], value, "{path} {name}");
        }
        let one = format!("{path}{}/", expected["id"]);
        assert_eq!(user.get(&one).json(), expected);
        for (method, change) in [("PUT", &put), ("PATCH", &patch)] {
            let changed = user.ask(method, &one, Some(change));
            assert_eq!(changed.status, 200, "{}", changed.text());
            for (name, value) in change.as_object().unwrap() {
                expected[name] = if value.is_null() {
                    json!("")
                } else {
                    value.clone()
                };
            }
            // What was not said stays.
            assert_eq!(changed.json(), expected, "{method} {one}");
            assert_eq!(user.get(&one).json(), expected);
        }
        // The number of a row does not change.
        assert_eq!(
            user.patch(&one, &json!({ "id": 77 })).json()["id"],
            expected["id"]
        );
        for (method, body) in [
            ("POST", json!({})),
            ("PUT", json!({})),
            ("PATCH", json!({ "nom": " " })),
        ] {
            let target = if method == "POST" { path } else { &one };
            let refused = user.ask(method, target, Some(&body));
            let text = if method == "PATCH" {
                "Ce champ ne peut être vide."
            } else {
                "Ce champ est obligatoire."
            };
            assert_eq!(
                (refused.status, refused.json()),
                (400, json!({ "nom": [text] }))
            );
        }
        assert_eq!(user.delete(&one).status, 204);
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let gone = user.ask(method, &one, Some(&put));
            let detail = json!({ "detail": "Pas trouvé." });
            assert_eq!((gone.status, gone.json()), (404, detail));
        }
    }
}

fn a_number_may_be_given_and_is_taken_once(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    for path in ["/api/classes/", "/api/etudiants/", "/api/parents/"] {
        let post = |body: Value| user.post(path, &body);
        assert_eq!(post(json!({ "id": 1000, "nom": "A" })).json()["id"], 1000);
        let taken = post(json!({ "id": 1000, "nom": "B" }));
        let text = "Ce champ doit être unique.";
        assert_eq!((taken.status, taken.json()), (400, json!({ "id": [text] })));
        assert_eq!(user.get(&format!("{path}1000/")).json()["nom"], "A");
        // A number that is given by us comes after those that were given to us.
        let next = post(json!({ "nom": "C" }));
        assert_eq!(
            (next.status, &next.json()["id"]),
            (201, &json!(1001)),
            "{}",
            next.text()
        );
        for odd in [
            json!(0),
            json!(-5),
            json!(1.5),
            json!("x"),
            json!(true),
            json!(1e300),
            json!(i64::MAX),
        ] {
            let refused = post(json!({ "id": odd, "nom": "D" }));
            assert!(
                refused.status == 400 && refused.json().get("id").is_some(),
                "{odd}: {}",
                refused.text()
            );
        }
        assert_eq!(post(json!({ "id": "7", "nom": "E" })).json()["id"], 7);
    }
}

fn a_parent_has_pupils_and_the_first_of_them(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    for id in 1..=4 {
        user.post("/api/etudiants/", &json!({ "id": id, "nom": "E" }));
    }
    let parent = |answer: crate::wire::Answer| {
        let json = answer.json();
        (json["etudiants"].clone(), json["etudiant"].clone())
    };
    let create = |body: Value| parent(user.post("/api/parents/", &body));
    assert_eq!(
        create(json!({ "id": 1, "nom": "A", "etudiant": 2 })),
        (json!([2]), json!(2))
    );
    assert_eq!(
        create(json!({ "id": 2, "nom": "B", "etudiants": [3, 1, 3] })),
        (json!([3, 1]), json!(3))
    );
    assert_eq!(
        create(json!({ "id": 3, "nom": "C" })),
        (json!([]), Value::Null)
    );
    let change = |body: Value| parent(user.patch("/api/parents/2/", &body));
    // The old application knows the first alone: the others stay.
    assert_eq!(change(json!({ "etudiant": 4 })), (json!([4, 1]), json!(4)));
    assert_eq!(change(json!({ "etudiant": 1 })), (json!([1]), json!(1)));
    assert_eq!(
        change(json!({ "etudiants": [4, 2, 1] })),
        (json!([4, 2, 1]), json!(4))
    );
    assert_eq!(
        change(json!({ "telephone": "0612345678" })),
        (json!([4, 2, 1]), json!(4))
    );
    assert_eq!(change(json!({ "etudiants": [] })), (json!([]), Value::Null));
    for (body, field) in [
        (json!({ "etudiants": [1, 99] }), "etudiants"),
        (json!({ "etudiants": 1 }), "etudiants"),
        (json!({ "etudiants": ["x"] }), "etudiants"),
        (
            json!({ "notifications_sms": "peut-être" }),
            "notifications_sms",
        ),
        (json!({ "nom": "x".repeat(151) }), "nom"),
    ] {
        let refused = user.patch("/api/parents/2/", &body);
        assert!(
            refused.status == 400 && refused.json().get(field).is_some(),
            "{}",
            refused.text()
        );
    }
    // A pupil who leaves takes no parent along.
    user.patch("/api/parents/2/", &json!({ "etudiants": [1, 2] }));
    assert_eq!(user.delete("/api/etudiants/1/").status, 204);
    assert_eq!(parent(user.get("/api/parents/2/")), (json!([2]), json!(2)));
}

/// The parent who is named in the field that the client used.
#[test]
fn an_unknown_pupil_is_told_under_the_name_that_was_used() {
    let database = Database::sqlite();
    let server = start(&database);
    let refused =
        Client::user(&server).post("/api/parents/", &json!({ "nom": "A", "etudiant": 99 }));
    assert!(
        refused.json().get("etudiant").is_some(),
        "{}",
        refused.text()
    );
}

fn what_is_in_use_stays(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 2);
    user.post("/api/classes/", &json!({ "id": 3, "nom": "Vide" }));
    user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true, "classe": 3 }));
    for id in [1, 3] {
        let kept = user.delete(&format!("/api/classes/{id}/"));
        let text = "Cette classe a encore des élèves ou des messages.";
        assert_eq!((kept.status, kept.json()), (409, json!({ "detail": text })));
    }
    assert_eq!(user.delete("/api/messages/1/").status, 204);
    assert_eq!(user.delete("/api/classes/3/").status, 204);
    assert_eq!(user.delete("/api/etudiants/2/").status, 204);
    assert_eq!(user.delete("/api/classes/1/").status, 204);
    assert_eq!(user.delete("/api/classes/2/").status, 409);
}

fn lists_are_filtered_searched_and_ordered(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(12, 3);
    let ids = |path: &str| {
        let list = user.get(path).json();
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| row["id"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("/api/parents/?classe=1"), [12, 3, 6, 9]);
    assert_eq!(ids("/api/etudiants/?classe=1&ordering=-id"), [12, 9, 6, 3]);
    assert_eq!(ids("/api/parents/?etudiant=5"), [5]);
    assert_eq!(ids("/api/parents/?search=awa+tuteur1"), [1, 10, 11, 12]);
    assert_eq!(ids("/api/parents/?search=TUTEUR1&classe=2"), [1, 10]);
    assert_eq!(
        ids("/api/parents/?ordering=nom&search=tuteur1"),
        [1, 10, 11, 12]
    );
    assert_eq!(ids("/api/classes/?ordering=-nom"), [3, 2, 1]);
    assert_eq!(ids("/api/classes/?search=rien"), [0_i64; 0]);
}
