//! Parents who want no more e-mails, by the link of one.

use crate::harness::{School, To};
use messages_core::model::Fiche;
use messages_core::store::Error;
use messages_core::store::annuaire::Resource as _;
use messages_core::store::annuaire::desinscription::{parent, unsubscribe};
use messages_core::tracking;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    only_the_true_token_speaks_for_its_parent,
    the_token_of_an_sms_or_of_somebody_erased_speaks_for_nobody,
);

/// The token of a parent's envoi of this message.
fn token(school: &School<'_>, message: i64, parent: i64) -> String {
    let envoi = school.database.number(&format!(
        "SELECT CAST(id AS TEXT) AS v FROM envois WHERE message = {message} AND parent = {parent}"
    ));
    tracking::unsubscription(&key(school, message), envoi)
}

fn key(school: &School<'_>, message: i64) -> String {
    school.one(&format!(
        "SELECT cle_lecture AS v FROM messages WHERE id = {message}"
    ))
}

fn deeds(school: &School<'_>) -> Vec<String> {
    school.database.texts(
        "SELECT acteur || ' ' || action || ' ' || numero AS v FROM historique
          WHERE objet = 'parent' AND action = 'modifie'",
    )
}

fn only_the_true_token_speaks_for_its_parent(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 3);
    let sms = school.programme(Canal::Sms, To::All);
    school.expand();
    let right = token(&school, message, 2);
    let (number, _) = right.split_once('-').unwrap();
    let number: i64 = number.parse().unwrap();
    let mut conn = school.conn();
    for forged in [
        "",
        "-",
        "x",
        "1-",
        "999-abc",
        &right[..right.len() - 1],
        &right.to_uppercase(),
        &right.replace(&format!("{number}-"), &format!("{}-", number + 1)),
        // What tells of reading says nothing of wishes.
        &tracking::token(&key(&school, message), number),
    ] {
        let refused = unsubscribe(&mut conn, forged);
        assert!(
            matches!(refused, Err(Error::NotFound)),
            "{forged} {refused:?}"
        );
        assert!(parent(&mut conn, forged).is_err());
    }
    assert_eq!(parent(&mut conn, &right).unwrap(), 2);
    assert_eq!(school.count("parents", "notifications_email"), 3);
    let before = deeds(&school).len();
    for _ in 0..3 {
        unsubscribe(&mut conn, &right).unwrap();
        assert_eq!(deeds(&school).len(), before + 1);
    }
    assert_eq!(deeds(&school).pop().unwrap(), "ligne de commande modifie 2");
    assert_eq!(
        school.count("parents", "NOT notifications_email AND id = 2"),
        1
    );
    assert_eq!(school.count("parents", "notifications_sms"), 3);
    let waiting = ["a_envoyer", "ignore opposition", "a_envoyer"];
    assert_eq!(school.states(message), waiting);
    assert_eq!(school.states(sms), ["a_envoyer"; 3]);
    let later = school.programme(Canal::Email, To::All);
    school.expand();
    assert_eq!(school.states(later)[1], "ignore opposition");
}

fn the_token_of_an_sms_or_of_somebody_erased_speaks_for_nobody(database: &Database) {
    let school = School::new(database);
    let email = school.leaving(Canal::Email, 2);
    let sms = school.programme(Canal::Sms, To::All);
    school.expand();
    let erased = token(&school, email, 1);
    let mut conn = school.conn();
    Fiche::delete(&mut conn, 1).unwrap();
    for token in [erased, token(&school, sms, 2)] {
        let refused = unsubscribe(&mut conn, &token);
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(school.count("parents", "notifications_email"), 1);
}
