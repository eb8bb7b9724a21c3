//! Keys of programs: shown once, kept as a sum, revoked for ever.

use crate::harness::School;
use messages_core::store::{Error, appels::cles};
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use std::collections::BTreeSet;
use std::time::Duration;

stories!(
    a_key_is_found_by_its_prefix,
    the_database_does_not_hold_the_key,
    no_two_keys_are_alike,
    scopes_are_kept_in_the_order_of_the_contract,
    a_scope_of_a_newer_program_allows_nothing,
    a_revoked_key_is_found_as_such,
    a_key_is_revoked_once,
    the_last_use_is_noted_once_an_hour,
);

fn a_key_is_found_by_its_prefix(database: &Database) {
    let mut conn = School::new(database).conn();
    let before = conn.now().unwrap() - Duration::from_secs(60);
    let (key, made) = cles::create(&mut conn, "Vie scolaire", &[Portee::Lecture]).unwrap();
    let (_, other) = cles::create(&mut conn, "Comptabilité", &[Portee::Envoi]).unwrap();
    assert_eq!(cles::prefixe(key.expose()), Some(made.prefixe.as_str()));
    let found = cles::find(&mut conn, &made.prefixe).unwrap().unwrap();
    assert_eq!(found, made);
    assert_eq!(found.nom, "Vie scolaire");
    assert_eq!(found.portees, [Portee::Lecture]);
    assert_eq!(found.empreinte, cles::empreinte(key.expose()));
    assert_eq!(found.revoquee_le, None);
    assert!(found.creee_le > before && found.creee_le <= conn.now().unwrap());
    assert_eq!(cles::list(&mut conn).unwrap(), [made, other]);
    assert_eq!(cles::find(&mut conn, "00000000").unwrap(), None);
    assert_eq!(cles::find(&mut conn, "%").unwrap(), None);
}

fn the_database_does_not_hold_the_key(database: &Database) {
    let mut conn = School::new(database).conn();
    let (key, made) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    let row = database.texts(
        "SELECT nom || ' ' || prefixe || ' ' || empreinte || ' ' || portees AS v FROM cles_api",
    );
    let secret = key.expose().rsplit('_').next().unwrap();
    assert_eq!(secret.len(), 64);
    assert_eq!(
        row,
        [format!("nom {} {} lecture", made.prefixe, made.empreinte)]
    );
    assert!(!row[0].contains(secret));
    assert!(!format!("{key:?} {made:?}").contains(secret));
}

fn no_two_keys_are_alike(database: &Database) {
    let mut conn = School::new(database).conn();
    let keys: BTreeSet<String> = (0..50)
        .map(|_| {
            let (key, _) = cles::create(&mut conn, "nom", &[]).unwrap();
            key.expose().rsplit('_').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(keys.len(), 50);
}

fn scopes_are_kept_in_the_order_of_the_contract(database: &Database) {
    let mut conn = School::new(database).conn();
    let asked = [Portee::Envoi, Portee::Lecture, Portee::Envoi];
    let (_, made) = cles::create(&mut conn, "nom", &asked).unwrap();
    assert_eq!(made.portees, [Portee::Lecture, Portee::Envoi]);
    assert_eq!(
        database.texts("SELECT portees AS v FROM cles_api"),
        ["lecture envoi"]
    );
    let (_, none) = cles::create(&mut conn, "nom", &[]).unwrap();
    assert_eq!(none.portees, []);
}

fn a_scope_of_a_newer_program_allows_nothing(database: &Database) {
    let mut conn = School::new(database).conn();
    let (_, made) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    database.execute("UPDATE cles_api SET portees = 'lecture administration'");
    let found = cles::find(&mut conn, &made.prefixe).unwrap().unwrap();
    assert_eq!(found.portees, [Portee::Lecture]);
}

fn a_revoked_key_is_found_as_such(database: &Database) {
    let mut conn = School::new(database).conn();
    let (_, kept) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    let (_, made) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    cles::revoke(&mut conn, made.id).unwrap();
    let found = cles::find(&mut conn, &made.prefixe).unwrap().unwrap();
    assert!(found.revoquee_le.is_some());
    let [first, second] = cles::list(&mut conn).unwrap().try_into().unwrap();
    assert_eq!((first, second), (kept, found));
}

fn a_key_is_revoked_once(database: &Database) {
    let mut conn = School::new(database).conn();
    let (_, made) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    cles::revoke(&mut conn, made.id).unwrap();
    let since = cles::list(&mut conn).unwrap()[0].revoquee_le;
    let again = cles::revoke(&mut conn, made.id);
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!(cles::list(&mut conn).unwrap()[0].revoquee_le, since);
    let missing = cles::revoke(&mut conn, made.id + 1);
    assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
}

fn the_last_use_is_noted_once_an_hour(database: &Database) {
    let mut conn = School::new(database).conn();
    let (_, made) = cles::create(&mut conn, "nom", &[Portee::Lecture]).unwrap();
    let now = conn.now().unwrap();
    assert!(made.is_to_note(now));
    let mut used = || {
        cles::note_use(&mut conn, made.id).unwrap();
        cles::find(&mut conn, &made.prefixe).unwrap().unwrap()
    };
    let first = used();
    let at = first.utilisee_le.unwrap();
    assert!(!first.is_to_note(at) && first.is_to_note(at + cles::NOTED_EVERY));
    assert_eq!(used(), first, "not again within the hour");
    let before = at - cles::NOTED_EVERY;
    database.execute(&format!("UPDATE cles_api SET utilisee_le = '{before}'"));
    assert!(used().utilisee_le >= first.utilisee_le);
}
