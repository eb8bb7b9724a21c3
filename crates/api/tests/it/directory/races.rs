//! Two changes of one row at once: neither is lost.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use serde_json::{Value, json};
use std::thread::scope;

const ROUNDS: usize = 40;

/// Both halves of a pair are asked for at once, again and again.
#[track_caller]
fn both_are_kept(user: &Client<'_>, path: &str, pair: fn(usize) -> [Value; 2]) {
    let mut lost = 0;
    for round in 0..ROUNDS {
        let changes = pair(round);
        scope(|scope| {
            for change in &changes {
                scope.spawn(move || assert_eq!(user.patch(path, change).status, 200));
            }
        });
        let now = user.get(path).json();
        for change in &changes {
            let mut members = change.as_object().unwrap().iter();
            lost += usize::from(members.any(|(name, value)| now[name] != *value));
        }
    }
    assert_eq!(lost, 0, "of {ROUNDS} pairs");
}

#[test]
fn a_refusal_is_not_undone_by_a_change_of_the_number() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    both_are_kept(&user, "/api/parents/1/", |n| {
        [
            json!({ "notifications_sms": n % 2 == 0 }),
            json!({ "telephone": format!("06{n:08}") }),
        ]
    });
}

#[test]
fn two_changes_of_a_message_are_both_kept() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    user.write(&json!({ "type": "email", "contenu": "x", "parent": 1 }));
    both_are_kept(&user, "/api/messages/1/", |n| {
        [
            json!({ "contenu": format!("texte {n}") }),
            json!({ "sujet": format!("sujet {n}") }),
        ]
    });
}
