//! Characters that are none, or are not to be seen, in every text of every body.

use super::fault;
use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    nul_is_refused_in_every_text_and_the_field_is_named,
    names_and_subjects_have_no_hidden_characters,
);

/// What a body is asked with, and its fields: texts of one line, texts of several lines, and
/// all others.
struct Form {
    request: &'static str,
    body: &'static str,
    lines: &'static str,
    texts: &'static str,
    others: &'static str,
}

const fn form(
    request: &'static str,
    body: &'static str,
    [lines, texts, others]: [&'static str; 3],
) -> Form {
    Form {
        request,
        body,
        lines,
        texts,
        others,
    }
}

const MESSAGE: [&str; 3] = [
    "sujet",
    "contenu contenu_html",
    "type statut date_programmee est_message_groupe parent classe",
];
const CLASSE: [&str; 3] = ["nom niveau annee_scolaire", "", ""];
const ETUDIANT: [&str; 3] = ["nom prenom", "", "classe"];
const SWITCHES: &str = "notifications_sms notifications_email etudiant etudiants";
const PARENT: [&str; 3] = ["nom prenom telephone email", "", SWITCHES];
const AUDIENCE: &str = "type classe_id tous_parents";

const NAMED: &str = r#"{"nom":"x"}"#;
const WRITTEN: &str = r#"{"type":"email","contenu":"x","sujet":"x","parent":1}"#;
const BULK_SMS: &str = r#"{"type":"sms","contenu":"x","classe_id":1}"#;
const BULK_EMAIL: &str = r#"{"type":"email","sujet":"x","contenu":"x","classe_id":1}"#;

const FORMS: &[Form] = &[
    form("POST /api/messages/", WRITTEN, MESSAGE),
    form("PUT /api/messages/1/", WRITTEN, MESSAGE),
    form("PATCH /api/messages/1/", "{}", MESSAGE),
    form("POST /api/messages/1/resend/", "{}", ["", "", "envois"]),
    form("POST /api/classes/", NAMED, CLASSE),
    form("POST /api/classes/", NAMED, ["", "", "id"]),
    form("PUT /api/classes/1/", NAMED, CLASSE),
    form("PATCH /api/classes/1/", "{}", CLASSE),
    form("POST /api/etudiants/", NAMED, ETUDIANT),
    form("PUT /api/etudiants/1/", NAMED, ETUDIANT),
    form("PATCH /api/etudiants/1/", "{}", ETUDIANT),
    form("POST /api/parents/", NAMED, PARENT),
    form("PUT /api/parents/1/", NAMED, PARENT),
    form("PATCH /api/parents/1/", "{}", PARENT),
    form("POST /api/parents/1/send_sms/", "{}", ["", "message", ""]),
    form(
        "POST /api/parents/1/send_email/",
        r#"{"message":"x"}"#,
        ["subject", "message", ""],
    ),
    form(
        "POST /api/parents/send_bulk_sms/",
        BULK_SMS,
        ["", "contenu sujet", AUDIENCE],
    ),
    form(
        "POST /api/parents/send_bulk_email/",
        BULK_EMAIL,
        ["sujet", "contenu", AUDIENCE],
    ),
];

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

fn start(database: &Database) -> Server {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1)
        .write(&json!({ "type": "email", "contenu": "x", "parent": 1 }));
    server
}

/// Sends `text` in one field after the other; it must be refused, by the field's name.
fn refused(user: &Client<'_>, forms: &[Form], text: &str, fields: fn(&Form) -> Vec<&'static str>) {
    let mut faults = Vec::new();
    for form in forms {
        let (method, path) = form.request.split_once(' ').unwrap();
        for field in fields(form) {
            let mut body: Value = form.body.parse().unwrap();
            body[field] = text.into();
            let answer = user.ask(method, path, Some(&body));
            let named = answer.status == 400 && answer.json().get(field).is_some();
            if !named || fault(&answer).is_some() {
                let (status, text) = (answer.status, answer.text());
                faults.push(format!("{method} {path} {body}: {status} {text}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn nul_is_refused_in_every_text_and_the_field_is_named(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let all = |form: &Form| [form.lines, form.texts, form.others].map(words).concat();
    for text in ["\0", "a\0b", "1\0"] {
        refused(&user, FORMS, text, all);
    }
    // As forms have them.
    for form in FORMS {
        let (method, path) = form.request.split_once(' ').unwrap();
        for field in all(form) {
            let body = format!("{field}=a%00b");
            let sent = Some(("application/x-www-form-urlencoded", body.as_bytes()));
            let answer = user.try_send(method, path, sent).unwrap();
            assert_eq!(
                (answer.status, fault(&answer)),
                (400, None),
                "{path} {body}"
            );
        }
    }
    for (list, field) in [
        ("classes", "nom"),
        ("etudiants", "prenom"),
        ("parents", "email"),
    ] {
        let mut row = json!({ "id": 1, "nom": "x" });
        row[field] = "a\0b".into();
        let mut body = json!({});
        body[list] = json!([{ "id": 2, "nom": "y" }, row]);
        let answer = user.put("/api/annuaire/", &body);
        assert_eq!(answer.status, 400, "{}", answer.text());
        let named = format!("{list}[1].{field}");
        assert!(answer.json().get(named).is_some(), "{}", answer.text());
    }
    let written = "SELECT CAST((SELECT count(*) FROM messages) + (SELECT count(*) FROM classes)
                              + (SELECT count(*) FROM envois) AS TEXT) AS v";
    assert_eq!(database.number(written), 2);
}

fn names_and_subjects_have_no_hidden_characters(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let controls = (1..32)
        .chain(127..160)
        .chain(0x202a..=0x202e)
        .chain(0x2066..=0x2069);
    for (n, code) in controls.enumerate() {
        let letter = char::from_u32(code).unwrap();
        // Every character in some fields, every field with some characters.
        let some = &FORMS[n % FORMS.len()..];
        refused(&user, some, &format!("Réunion{letter}Bcc: x"), |form| {
            words(form.lines)
        });
    }
    let emoji = "Réunion 🎒 – l’été, 学校, مدرسة";
    let written = json!({ "sujet": emoji, "contenu": "a\tb\nc" });
    let answer = user.patch("/api/messages/1/", &written).json();
    assert_eq!(
        (&answer["sujet"], &answer["contenu"]),
        (&written["sujet"], &written["contenu"])
    );
}
