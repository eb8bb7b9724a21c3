//! What the web app does with the directory of the old server, and finds here too.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    a_second_class_of_a_name_is_told_on_its_field,
    what_cannot_be_an_address_is_told_on_its_field,
    what_the_web_app_notes_is_kept,
    relatives_are_listed,
    whole_objects_stand_for_their_numbers,
    a_page_may_be_longer,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn refused(answer: &crate::wire::Answer, fields: &[&str]) {
    assert_eq!(answer.status, 400, "{}", answer.text());
    let told = answer.json();
    let named: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(named, fields, "{}", answer.text());
}

fn a_second_class_of_a_name_is_told_on_its_field(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let class = |nom: &str, annee: &str| json!({ "nom": nom, "annee_scolaire": annee });
    let post = |nom, annee| user.post("/api/classes/", &class(nom, annee));
    assert_eq!(post("6e A", "2026-2027").status, 201);
    assert_eq!(post("6e A", "2027-2028").json()["id"], 2);
    let second = post("6e A", "2026-2027");
    refused(&second, &["nom"]);
    assert_eq!(
        second.json()["nom"][0],
        "Une classe de ce nom existe déjà pour cette année scolaire."
    );
    for method in ["PUT", "PATCH"] {
        let changed = user.ask(method, "/api/classes/2/", Some(&class("6e A", "2026-2027")));
        refused(&changed, &["nom"]);
    }
    let put = |classes: Value| user.put("/api/annuaire/", &json!({ "classes": classes }));
    let nine = json!({ "id": 9, "nom": "6e A", "annee_scolaire": "2026-2027" });
    refused(
        &put(json!([{ "id": 8, "nom": "5e" }, nine])),
        &["classes[1].nom"],
    );
    assert_eq!(user.get("/api/classes/8/").status, 404);
    let exchanged = json!([{ "id": 1, "annee_scolaire": "2027-2028" },
                           { "id": 2, "annee_scolaire": "2026-2027" }]);
    assert_eq!(put(exchanged).status, 200);
}

fn what_cannot_be_an_address_is_told_on_its_field(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let wrong = json!({ "nom": "", "email": "pas une adresse", "telephone": "123456789012345678901234567890" });
    let told = user.post("/api/parents/", &wrong);
    refused(&told, &["email", "nom", "telephone"]);
    assert_eq!(
        told.json()["email"][0],
        "Saisissez une adresse email valide."
    );
    for (field, values) in [
        (
            "email",
            ["awa@exemple.example", "Awa <awa@exemple.example>", ""],
        ),
        ("telephone", ["+225 07 07 07 07 07", "01 23 45 67 89", ""]),
    ] {
        for value in values {
            let taken = user.post("/api/parents/", &json!({ "nom": "A", (field): value }));
            assert_eq!(taken.status, 201, "{value}: {}", taken.text());
        }
    }
    // What came in a file stays until it is written anew, and the form sends everything back.
    let row = json!({ "id": 50, "nom": "A", "telephone": "12", "email": "x" });
    assert_eq!(
        user.put("/api/annuaire/", &json!({ "parents": [row] }))
            .status,
        200
    );
    let mut whole = user.get("/api/parents/50/").json();
    whole["nom"] = json!("B");
    assert_eq!(user.put("/api/parents/50/", &whole).json()["nom"], "B");
    whole["telephone"] = json!("13");
    refused(&user.put("/api/parents/50/", &whole), &["telephone"]);
}

fn what_the_web_app_notes_is_kept(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    for (path, kept, unsaid, wrong) in [
        (
            "/api/parents/",
            json!({ "relation": "mère", "adresse": "1 rue Haute\n75000 Paris" }),
            json!({ "relation": "autre", "adresse": "" }),
            json!({ "relation": "tante", "adresse": "x".repeat(501) }),
        ),
        (
            "/api/etudiants/",
            json!({ "statut": "inactif" }),
            json!({ "statut": "actif" }),
            json!({ "statut": "parti" }),
        ),
        (
            "/api/classes/",
            json!({ "description": "Bilingue" }),
            json!({ "description": "" }),
            json!({ "description": "x".repeat(2001) }),
        ),
    ] {
        let mut body = kept.clone();
        body["nom"] = json!("A");
        let holds = |answer: &Value, expected: &Value| {
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&answer[name], value, "{path}");
            }
        };
        holds(&user.post(path, &body).json(), &kept);
        let plain = user.post(path, &json!({ "nom": "B" })).json();
        holds(&plain, &unsaid);
        let one = format!("{path}1/");
        holds(&user.patch(&one, &json!({ "nom": "C" })).json(), &kept);
        holds(&user.get(&one).json(), &kept);
        let told = user.patch(&one, &wrong);
        let fields: Vec<&str> = wrong
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(told.status, 400);
        assert!(fields.iter().all(|name| told.json().get(name).is_some()));
    }
}

fn relatives_are_listed(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let school = json!({
        "classes": [{ "id": 1, "nom": "A" }, { "id": 2, "nom": "B" }],
        "etudiants": [{ "id": 1, "nom": "Zola", "classe": 1 }, { "id": 2, "nom": "Abba", "classe": 1 }],
        "parents": [{ "id": 1, "nom": "Zola", "etudiants": [1] }, { "id": 2, "nom": "Abba", "etudiants": [1, 2] }],
    });
    assert_eq!(user.put("/api/annuaire/", &school).status, 200);
    for (path, objects, expected) in [
        ("/api/etudiants/1/parents/", "/api/parents/", &[2, 1][..]),
        ("/api/etudiants/2/parents/", "/api/parents/", &[2]),
        ("/api/classes/1/etudiants/", "/api/etudiants/", &[2, 1]),
        ("/api/classes/2/etudiants/", "/api/etudiants/", &[]),
    ] {
        let one = |id: &i32| user.get(&format!("{objects}{id}/")).json();
        let expected: Vec<Value> = expected.iter().map(one).collect();
        assert_eq!(user.get(path).json(), json!(expected), "{path}");
    }
    for path in [
        "/api/etudiants/9/parents/",
        "/api/classes/9/etudiants/",
        "/api/classes/x/etudiants/",
    ] {
        assert_eq!(user.get(path).status, 404, "{path}");
    }
}

fn whole_objects_stand_for_their_numbers(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(3, 2);
    let class = user.get("/api/classes/1/").json();
    let pupil = user.patch("/api/etudiants/1/", &json!({ "classe": class }));
    assert_eq!(pupil.json()["classe"], 1);
    let parent = user.patch(
        "/api/parents/2/",
        &json!({ "etudiants": [pupil.json(), 3] }),
    );
    assert_eq!(parent.json()["etudiants"], json!([1, 3]));
    let parent = user.patch("/api/parents/2/", &json!({ "etudiant": { "id": "3" } }));
    assert_eq!(parent.json()["etudiant"], 3);
    // A detail goes back whole, as the app's form sends it.
    for message in [
        json!({ "type": "sms", "contenu": "x", "parent": 2 }),
        json!({ "type": "sms", "contenu": "x", "est_message_groupe": true, "classe": { "id": 2 } }),
    ] {
        let one = format!("/api/messages/{}/", user.write(&message));
        let mut detail = user.get(&one).json();
        assert!(detail["parent"].is_object() || detail["classe"].is_object());
        detail["contenu"] = json!("y");
        let changed = user.put(&one, &detail);
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_eq!(changed.json()["parent"], detail["parent"]["id"]);
        assert_eq!(changed.json()["classe"], detail["classe"]["id"]);
    }
    for odd in [
        json!({}),
        json!({ "id": null }),
        json!({ "id": { "id": 1 } }),
        json!({ "ID": 1 }),
        json!({ "id": 99 }),
    ] {
        refused(
            &user.patch("/api/etudiants/1/", &json!({ "classe": odd })),
            &["classe"],
        );
    }
}

fn a_page_may_be_longer(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_PAGE_SIZE", "2")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(1100, 5);
    for (query, length) in [
        ("", 2),
        ("?page_size=5", 5),
        ("?page_size=2000", 1000),
        ("?page_size=2000&page=2", 100),
        ("?page_size=0", 2),
        ("?page_size=-1", 2),
        ("?page_size=x", 2),
    ] {
        let page = user.get(&format!("/api/parents/{query}")).json();
        assert_eq!(page["results"].as_array().unwrap().len(), length, "{query}");
        assert_eq!(page["count"], 1100);
    }
    let page = user.get("/api/parents/?page_size=400&page=2").json();
    let next = page["next"].as_str().unwrap();
    assert!(next.ends_with("?page=3&page_size=400"), "{next}");
    assert_eq!(user.get("/api/parents/?page_size=400&page=4").status, 404);
}
