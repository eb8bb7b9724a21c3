//! Who may do what: every path, every method, every kind of caller.

use crate::client::{Client, key};
use crate::harness::{Server, conn};
use crate::scopes::table::{ENDPOINTS, Needs, PUBLIC};
use crate::token::{KEY, mint};
use messages_core::store::appels::cles;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;
use std::collections::BTreeSet;

mod discreet;
pub(crate) mod table;

stories!(
    every_caller_may_do_what_it_was_allowed_and_nothing_else,
    whoever_is_refused_changes_nothing,
);

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE",
];

/// Somebody who asks, and the scopes that they have; `None` is somebody who is not known.
type Caller = (&'static str, Option<String>, Option<&'static [Portee]>);

fn callers(database: &Database) -> Vec<Caller> {
    let (revoked, id) = key(database, Portee::ALL);
    cles::revoke(&mut conn(database), id).unwrap();
    let mut other_secret = key(database, Portee::ALL).0;
    other_secret.replace_range(20..24, "0000");
    let single = |portee| Some(key(database, &[portee]).0);
    vec![
        ("nobody", None, None),
        ("garbage", Some("x.y.z".to_owned()), None),
        ("no key", Some("msg_00000000_00".to_owned()), None),
        ("a revoked key", Some(revoked), None),
        ("a key with another secret", Some(other_secret), None),
        ("an expired token", Some(mint("expired")), None),
        ("a refresh token", Some(mint("refresh")), None),
        (
            "a key to read",
            single(Portee::Lecture),
            Some(&[Portee::Lecture]),
        ),
        (
            "a key to write",
            single(Portee::Ecriture),
            Some(&[Portee::Ecriture]),
        ),
        (
            "a key to send",
            single(Portee::Envoi),
            Some(&[Portee::Envoi]),
        ),
        (
            "a key to watch",
            single(Portee::Supervision),
            Some(&[Portee::Supervision]),
        ),
        (
            "a key to audit",
            single(Portee::Historique),
            Some(&[Portee::Historique]),
        ),
        (
            "a key without a scope",
            Some(key(database, &[]).0),
            Some(&[]),
        ),
        ("a user", Some(mint("access")), Some(Portee::ALL)),
    ]
}

/// Nothing has this number, so that nothing is done where all is allowed.
const NOWHERE: &str = "999999999";

fn every_caller_may_do_what_it_was_allowed_and_nothing_else(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let mut faults = Vec::new();
    for (who, bearer, scopes) in callers(database) {
        let mut client = Client::nobody(&server);
        if let Some(bearer) = &bearer {
            client = client.bearer(bearer);
        }
        for (path, operations) in ENDPOINTS {
            for method in METHODS {
                let needs = operations.iter().find(|(known, _)| *known == method);
                let path = path.replace("{id}", NOWHERE);
                let got = client.ask(method, &path, None).status;
                let right = match (scopes, needs) {
                    (None, _) => got == 401,
                    (Some(_), None) => got == 405,
                    (Some(scopes), Some((_, Needs::Scope(scope)))) if !scopes.contains(scope) => {
                        got == 403
                    }
                    // Allowed: nothing is there, or nothing was said.
                    _ => matches!(got, 200 | 400 | 404),
                };
                if !right {
                    faults.push(format!("{who}: {method} {path}: {got}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn whoever_is_refused_changes_nothing(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(2, 1);
    let due = json!({ "type": "sms", "contenu": "x", "parent": 1, "statut": "programme",
                      "date_programmee": "2026-01-01T10:00:00Z" });
    assert_eq!(user.write(&due), 1);
    let callers = callers(database);
    let before = content(database);
    // One body that every endpoint could do something with.
    let body = json!({
        "type": "sms", "contenu": "y", "message": "y", "parent": 1, "tous_parents": true,
        "nom": "Autre", "classes": [{ "id": 7, "nom": "7" }],
    });
    let mut refused = 0;
    for (_, bearer, scopes) in &callers {
        let client = Client::nobody(&server).bearer(bearer.as_deref().unwrap_or_default());
        for (path, operations) in ENDPOINTS {
            for (method, needs) in *operations {
                let Needs::Scope(scope) = needs else { continue };
                if *method == "GET" || scopes.is_some_and(|scopes| scopes.contains(scope)) {
                    continue;
                }
                let answer = client.ask(method, &path.replace("{id}", "1"), Some(&body));
                assert!(
                    matches!(answer.status, 401 | 403),
                    "{method} {path}: {answer:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 200, "{refused}");
    assert_eq!(content(database), before);
}

fn content(database: &Database) -> Vec<String> {
    let count = |table| database.texts(&format!("SELECT CAST(count(*) AS TEXT) AS v FROM {table}"));
    let mut content = database.texts(
        "SELECT concat_ws(' ', id, type, contenu, statut, parent, est_lu, jeton) AS v
           FROM messages ORDER BY id",
    );
    content.extend(database.texts(
        "SELECT concat_ws(' ', 'parent', id, nom, telephone) AS v FROM parents
          UNION ALL SELECT concat_ws(' ', 'etudiant', id, nom, classe) FROM etudiants
          UNION ALL SELECT concat_ws(' ', 'classe', id, nom) FROM classes ORDER BY 1",
    ));
    for table in [
        "pieces_jointes",
        "envois",
        "passages",
        "idempotences",
        "parents_etudiants",
    ] {
        content.extend(count(table));
    }
    content
}

/// A path, a method, and the scope that a key needs for it.
type Told = BTreeSet<(String, String, Option<String>)>;

/// The table above is what the server says of itself, no more and no less.
#[test]
fn the_table_is_that_of_the_documentation() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let schema = Client::nobody(&server).get("/api/schema/").json();
    let mut told = Told::new();
    for (path, operations) in schema["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let mut scopes = operation["security"].as_array().unwrap().iter();
            let scope = scopes.find_map(|one| one["cleApi"][0].as_str());
            let scope = scope.map(ToOwned::to_owned);
            told.insert((path.clone(), method.to_uppercase(), scope));
        }
    }
    let mut known = Told::new();
    for (path, operations) in ENDPOINTS {
        for (method, needs) in *operations {
            if let (Needs::Scope(scope), true) = (needs, *method != "HEAD") {
                let scope = Some(scope.to_string());
                known.insert(((*path).to_owned(), (*method).to_owned(), scope));
            }
        }
    }
    let public = PUBLIC
        .iter()
        .map(|path| ((*path).to_owned(), "GET".to_owned(), None));
    known.extend(public);
    for path in [
        "/api/receipts/{passerelle}/{jeton}/",
        "/api/desinscription/{jeton}/",
    ] {
        known.insert((path.to_owned(), "POST".to_owned(), None));
    }
    assert_eq!(told, known);
}

#[test]
fn what_is_public_asks_nobody_who_they_are() {
    let database = Database::sqlite();
    let settings = [
        ("JWT_SIGNING_KEY", KEY),
        ("MESSAGES_READ_TRACKING", "true"),
        ("BASE_URL", "https://ecole.example"),
    ];
    let server = Server::start(&database, &settings);
    for path in PUBLIC {
        // Without a true token nothing is told there.
        let tells = ["/api/receipts/", "/api/desinscription/"]
            .iter()
            .all(|begin| !path.starts_with(begin));
        let expected = if tells { 200 } else { 404 };
        let path = path.replace("{passerelle}", "twilio");
        let path = path.replace("{jeton}", "0123456789abcdef");
        for client in [Client::nobody(&server), Client::nobody(&server).bearer("x")] {
            assert_eq!(client.get(&path).status, expected, "{path}");
        }
    }
}
