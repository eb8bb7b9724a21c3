//! `PUT /api/annuaire/`: the whole directory at once, all or nothing.

use crate::client::{Client, mailbox, number};
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

stories!(
    a_directory_is_taken_over_and_what_is_not_in_it_stays,
    one_fault_and_nothing_is_taken_over,
    what_is_not_said_of_a_parent_stays,
    who_is_not_in_a_complete_directory_leaves,
    a_town_is_taken_over,
    everybody_in_a_large_school_is_listed,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn counts(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT concat_ws(' ', (SELECT count(*) FROM classes), (SELECT count(*) FROM etudiants),
                          (SELECT count(*) FROM parents), (SELECT count(*) FROM parents_etudiants)) AS v",
    )
}

fn a_directory_is_taken_over_and_what_is_not_in_it_stays(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(3, 1);
    let parent =
        json!({ "id": 2, "nom": "Nouveau", "telephone": "0611111111", "etudiants": [3, 1] });
    let body = json!({ "etudiants": [{ "id": 4, "nom": "Quatre", "classe": 1 }], "parents": [parent], "autre": 1 });
    let [first, second] = [(); 2].map(|()| user.put("/api/annuaire/", &body));
    assert_eq!(
        (first.status, second.status),
        (200, 200),
        "{}",
        first.text()
    );
    assert_ne!(
        first.json(),
        second.json(),
        "the second changes nothing: {}",
        first.text()
    );
    assert_eq!(counts(database), ["1 4 3 4"]);
    let changed = user.get("/api/parents/2/").json();
    assert_eq!(
        (&changed["nom"], &changed["etudiants"]),
        (&json!("Nouveau"), &json!([3, 1]))
    );
    assert_eq!(user.get("/api/parents/1/").json()["nom"], "Tuteur1");
    // The next number comes after them.
    assert_eq!(
        user.post("/api/parents/", &json!({ "nom": "x" })).json()["id"],
        4
    );
    assert_eq!(user.put("/api/annuaire/", &json!({})).status, 200);
}

fn one_fault_and_nothing_is_taken_over(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    let before = counts(database);
    let fine = |id: i64| json!({ "id": id, "nom": "x" });
    for (list, rows, path) in [
        (
            "parents",
            json!([fine(7), fine(8), fine(9), { "id": 10 }]),
            "parents[3].nom",
        ),
        (
            "parents",
            json!([fine(7), { "id": 8, "nom": "x", "etudiants": [1, 99] }]),
            "parents[1].etudiants",
        ),
        (
            "parents",
            json!([fine(7), { "id": 8, "telephone": "06" }]),
            "parents[1].nom",
        ),
        ("parents", json!([fine(7), fine(7)]), "parents[1].id"),
        ("parents", json!([fine(7), { "nom": "x" }]), "parents[1].id"),
        (
            "parents",
            json!([fine(7), { "id": 8, "nom": "x\ny" }]),
            "parents[1].nom",
        ),
        ("parents", json!([fine(7), "x"]), "parents[1]"),
        ("parents", json!({}), "parents"),
        (
            "etudiants",
            json!([fine(7), { "id": 8, "nom": "x", "classe": 99 }]),
            "etudiants[1].classe",
        ),
        (
            "etudiants",
            json!([{ "id": 0, "nom": "x" }]),
            "etudiants[0].id",
        ),
        (
            "classes",
            json!([fine(7), { "id": 8, "nom": "x".repeat(200) }]),
            "classes[1].nom",
        ),
        ("classes", Value::Null, "classes"),
    ] {
        let mut body = json!({ "classes": [fine(5)] });
        body[list] = rows;
        let refused = user.put("/api/annuaire/", &body);
        let told = refused.json();
        assert_eq!(
            (refused.status, told[path].is_array()),
            (400, true),
            "{path}: {told}"
        );
        assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
        assert_eq!(counts(database), before, "{path}");
    }
    let many = json!({ "parents": (1..=500).map(|id| json!({ "id": id })).collect::<Vec<_>>() });
    let refused = user.put("/api/annuaire/", &many).json();
    assert!(
        (10..=50).contains(&refused.as_object().unwrap().len()),
        "many are told, not all"
    );
    for odd in ["[]", "1", "", "{", "{\"parents\":[", "\u{feff}{}"] {
        let sent = Some(("application/json", odd.as_bytes()));
        let refused = user.try_send("PUT", "/api/annuaire/", sent).unwrap();
        assert_eq!(refused.status, 400, "{odd}: {}", refused.text());
    }
}

fn what_is_not_said_of_a_parent_stays(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let one = json!({ "id": 1, "nom": "Traoré", "prenom": "Awa", "telephone": "0612345601", "email": "awa@exemple.example", "notifications_sms": false, "notifications_email": false, "etudiants": [1] });
    let school = json!({ "classes": [{ "id": 1, "nom": "6e A", "niveau": "6e" }], "etudiants": [{ "id": 1, "nom": "E", "prenom": "F", "classe": 1 }], "parents": [one] });
    assert_eq!(user.put("/api/annuaire/", &school).status, 200);
    let before = ["/api/parents/1/", "/api/etudiants/1/", "/api/classes/1/"]
        .map(|path| user.get(path).json());
    let silent = json!({ "classes": [{ "id": 1 }], "etudiants": [{ "id": 1, "prenom": "F" }], "parents": [{ "id": 1, "nom": "Traoré" }] });
    let answer = user.put("/api/annuaire/", &silent).json();
    assert_eq!(answer["parents"]["inchanges"], 1, "{answer}");
    let after = ["/api/parents/1/", "/api/etudiants/1/", "/api/classes/1/"]
        .map(|path| user.get(path).json());
    assert_eq!(before, after);
    // New ones get no e-mail unless it is said.
    user.put(
        "/api/annuaire/",
        &json!({ "parents": [{ "id": 2, "nom": "Neuf" }] }),
    );
    let posted = user.post("/api/parents/", &json!({ "nom": "Neuf" })).json();
    for new in [user.get("/api/parents/2/").json(), posted] {
        assert_eq!(
            (&new["notifications_sms"], &new["notifications_email"]),
            (&json!(true), &json!(false))
        );
    }
    user.put(
        "/api/annuaire/",
        &json!({ "parents": [{ "id": 1, "etudiants": [] }] }),
    );
    assert_eq!(user.get("/api/parents/1/").json()["etudiants"], json!([]));
}

fn who_is_not_in_a_complete_directory_leaves(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(9, 1);
    let parents = |ids: std::ops::Range<i64>| json!({ "parents": ids.map(|id| json!({ "id": id })).collect::<Vec<_>>() });
    let partis = |user: &Client<'_>| {
        let list = user.get("/api/parents/").json();
        list.as_array()
            .unwrap()
            .iter()
            .filter(|row| row["parti"] == true)
            .count()
    };
    let refused = user.put("/api/annuaire/?complet=true", &parents(1..6));
    assert_eq!(
        (refused.status, &refused.json()["absents"]),
        (409, &json!(4)),
        "{}",
        refused.text()
    );
    let tried = user
        .put("/api/annuaire/?complet=true&essai=true", &parents(1..7))
        .json();
    assert_eq!((&tried["partis"], partis(&user)), (&json!(3), 0));
    let left = user
        .put("/api/annuaire/?complet=true", &parents(1..7))
        .json();
    assert_eq!(
        (&left["partis"], &left["absents"], partis(&user)),
        (&json!(3), &json!(3), 3)
    );
    let meant = user.put("/api/annuaire/?complet=true&oui=true", &parents(1..2));
    assert_eq!((meant.status, partis(&user)), (200, 8));
    let back = user.put("/api/annuaire/", &parents(9..10)).json();
    assert_eq!((&back["revenus"], partis(&user)), (&json!(1), 7));
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    assert_eq!(preview["destinataires"].as_array().unwrap().len(), 2);
}

fn a_town_is_taken_over(database: &Database) {
    const PARENTS: i64 = 20_000;
    let server = start(database);
    let user = Client::user(&server);
    let begun = Instant::now();
    user.school(PARENTS, 400);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(counts(database), ["400 20000 20000 20000"]);
    let list = user.get("/api/parents/?ordering=id").json();
    let rows = list.as_array().unwrap();
    assert_eq!(i64::try_from(rows.len()).unwrap(), PARENTS);
    for (n, row) in (1..).zip(rows) {
        let expected = (json!(n), json!(number(n)), json!(mailbox(n)), json!([n]));
        let got = (
            &row["id"],
            &row["telephone"],
            &row["email"],
            &row["etudiants"],
        );
        assert_eq!(got, (&expected.0, &expected.1, &expected.2, &expected.3));
    }
}

/// More than the server reads at once.
fn everybody_in_a_large_school_is_listed(database: &Database) {
    const PARENTS: usize = 1200;
    let server = start(database);
    let user = Client::user(&server);
    user.school(1200, 40);
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    let sent = user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    assert_eq!((sent.status, &sent.json()["success"]), (200, &json!(true)));
    let path = format!("/api/messages/{id}/envois");
    assert_eq!(user.get(&path).json().as_array().unwrap().len(), PARENTS);
    let sent = user.get(&format!("{path}/?etat=envoye")).json();
    assert_eq!(sent.as_array().unwrap().len(), PARENTS);
    assert_eq!(user.get(&format!("{path}/?etat=echec")).text(), "[]");
    let table = user.get(&format!("{path}.csv")).text();
    assert_eq!(table.lines().count(), PARENTS + 1);
    for n in 1..=1200 {
        assert_eq!(table.matches(&number(n)).count(), 1, "{n}");
    }
    let preview = user.get(&format!("/api/messages/{id}/preview/")).json();
    assert_eq!(preview["destinataires"].as_array().unwrap().len(), PARENTS);
}
