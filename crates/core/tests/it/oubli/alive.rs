//! What something happened to lately, or is still to happen to, is not touched.

use super::{LIMIT, age, forget, is_forgotten, limit, sent};
use crate::harness::{DAY, School, To, message, parent, resend};
use messages_core::config::{Config, Vars};
use messages_core::model::NewMessage;
use messages_core::preview;
use messages_core::store::{Conflict, Error, messages, oubli};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    what_is_programmed_or_leaving_is_never_forgotten,
    the_age_counts_from_the_last_thing_that_happened,
    what_was_forgotten_says_so_when_somebody_wants_something_of_it,
);

fn what_is_programmed_or_leaving_is_never_forgotten(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let leaving = school.programme(Canal::Email, To::All);
    school.expand();
    let programmed = school.programme(Canal::Sms, To::All);
    let later = school.insert(&NewMessage {
        date_programmee: Some(limit() + DAY * 9999),
        ..message(Canal::Sms, To::All)
    });
    age(database, "1 = 1");
    let all = "SELECT statut || contenu || COALESCE(CAST(oublie_le AS TEXT), '') AS v FROM messages ORDER BY id";
    let before = database.texts(all);
    let forgotten = forget(&mut school.conn());
    assert_eq!((forgotten.messages, forgotten.envois), (0, 0));
    assert_eq!(database.texts(all), before);
    assert_eq!(
        school.count("envois", "adresse IS NOT NULL AND parent IS NOT NULL"),
        2
    );
    for id in [leaving, programmed, later] {
        assert!(!is_forgotten(&school, id));
    }
}

fn the_age_counts_from_the_last_thing_that_happened(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let draft = |_| {
        school.insert(&NewMessage {
            statut: Statut::Brouillon,
            ..message(Canal::Email, To::All)
        })
    };
    let [untouched, edited, written, dated] = [0; 4].map(draft);
    let sent: Vec<i64> = (0..6)
        .map(|_| sent(&school, Canal::Email, To::All, 2))
        .collect();
    age(database, "1 = 1");
    database.execute(&format!(
        "UPDATE historique SET fait_le = '{LIMIT}' WHERE numero = {edited} AND objet = 'message';
         UPDATE messages SET date_creation = '{LIMIT}' WHERE id = {written};
         UPDATE messages SET date_programmee = '{LIMIT}' WHERE id IN ({dated}, {});
         UPDATE messages SET date_envoi = '{LIMIT}' WHERE id = {};
         UPDATE messages SET annule_le = '{LIMIT}' WHERE id = {};
         UPDATE messages SET etendu_le = '{LIMIT}' WHERE id = {};
         UPDATE envois SET termine_le = '{LIMIT}'
          WHERE id = (SELECT max(id) FROM envois WHERE message = {});",
        sent[1], sent[2], sent[3], sent[4], sent[5]
    ));
    let due = oubli::due(&mut school.conn(), limit()).unwrap();
    let forgotten = forget(&mut school.conn());
    assert_eq!(forgotten, due);
    let gone: Vec<i64> = [untouched, edited, written, dated]
        .into_iter()
        .chain(sent.iter().copied())
        .filter(|id| is_forgotten(&school, *id))
        .collect();
    assert_eq!(gone, [untouched, sent[0]]);
    // A moment later it is their turn.
    let mut cours = oubli::Cours::new(limit() + std::time::Duration::from_secs(1));
    let mut conn = school.conn();
    while !cours.is_over() {
        super::step(&mut conn, &mut cours);
    }
    assert_eq!(school.count("messages", "oublie_le IS NULL"), 0);
}

fn what_was_forgotten_says_so_when_somebody_wants_something_of_it(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let id = sent(&school, Canal::Sms, To::All, 2);
    let draft = school.insert(&NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::All)
    });
    age(database, "1 = 1");
    forget(&mut school.conn());
    let mut conn = school.conn();
    let forgotten = |outcome: Result<(), Error>| {
        assert!(
            matches!(outcome, Err(Error::Conflict(Conflict::Forgotten))),
            "{outcome:?}"
        );
    };
    forgotten(resend(&mut conn, id, None).map(drop));
    forgotten(messages::send_now(&mut conn, draft));
    let seen = messages::one(&mut conn, draft).unwrap();
    let edit = NewMessage {
        contenu: "Encore".to_owned(),
        ..NewMessage::from(seen.clone())
    };
    forgotten(messages::update(&mut conn, &seen, &edit));
    let config = Config::load(Vars::default()).unwrap();
    forgotten(preview::one(&mut conn, &config, id).map(drop));
    assert_eq!(school.statut(id), "envoye");
    let mut seen = [messages::one(&mut conn, id).unwrap()];
    messages_core::waiting::explain(&mut conn, &config.messages, &mut seen).unwrap();
    assert!(
        seen[0].contenu.starts_with("[Texte oublié le "),
        "{}",
        seen[0].contenu
    );
    messages::delete(&mut conn, id).unwrap();
}
