//! What staff may change of a message, and when.

use crate::harness::{DAY, School, To, message, parent, resend};
use messages_core::model::NewMessage;
use messages_core::store::messages;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_message_can_be_changed_until_a_run_takes_it,
    a_message_that_went_on_since_it_was_read_is_not_changed,
    programming_and_a_new_date_begin_the_lateness_anew,
    a_message_is_deleted_unless_it_is_leaving,
    sending_now_makes_it_due_now,
    only_an_email_is_marked_as_read_and_the_first_time_counts,
    chosen_envois_alone_are_sent_again,
);

fn edit(conn: &mut Conn, id: i64, change: impl FnOnce(&mut NewMessage)) -> Result<(), Error> {
    let seen = messages::one(conn, id)?;
    let mut edit = NewMessage::from(seen.clone());
    change(&mut edit);
    messages::update(conn, &seen, &edit)
}

fn a_message_can_be_changed_until_a_run_takes_it(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for statut in Statut::ALL {
        let id = school.programme(Canal::Sms, To::All);
        database.execute(&format!(
            "UPDATE messages SET statut = '{statut}' WHERE id = {id}"
        ));
        let outcome = edit(&mut conn, id, |edit| "autre".clone_into(&mut edit.contenu));
        let fixed = matches!(statut, Statut::EnAttente | Statut::Envoye);
        assert_eq!(outcome.is_err(), fixed, "{statut}");
        let contenu = messages::one(&mut conn, id).unwrap().contenu;
        assert_eq!(contenu == "autre", !fixed, "{statut}");
        assert!(edit(&mut conn, id, |_| {}).is_ok(), "nothing changes");
    }
    assert!(matches!(
        messages::one(&mut conn, 999),
        Err(Error::NotFound)
    ));
}

fn a_message_that_went_on_since_it_was_read_is_not_changed(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let id = school.programme(Canal::Sms, To::All);
    let mut conn = school.conn();
    let seen = messages::one(&mut conn, id).unwrap();
    school.expand();
    let edit = NewMessage {
        contenu: "trop tard".to_owned(),
        ..NewMessage::from(seen.clone())
    };
    let outcome = messages::update(&mut conn, &seen, &edit);
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_ne!(messages::one(&mut conn, id).unwrap().contenu, "trop tard");
    database.execute("DELETE FROM messages");
    let gone = messages::update(&mut conn, &seen, &edit);
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
}

fn programming_and_a_new_date_begin_the_lateness_anew(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let id = school.programme(Canal::Sms, To::All);
    let long_ago = "UPDATE messages SET programme_le = '2020-01-01T00:00:00.000000Z'";
    let is_old = || school.count("messages", "programme_le < '2021-01-01T00:00:00.000000Z'") == 1;
    database.execute(long_ago);
    edit(&mut conn, id, |edit| "texte".clone_into(&mut edit.contenu)).unwrap();
    assert!(is_old(), "the text says nothing of the time");
    let yesterday = conn.now().unwrap() - DAY;
    edit(&mut conn, id, |edit| edit.date_programmee = Some(yesterday)).unwrap();
    assert!(!is_old(), "a date typed today");
    edit(&mut conn, id, |edit| edit.statut = Statut::Brouillon).unwrap();
    assert_eq!(school.count("messages", "programme_le IS NULL"), 1);
    edit(&mut conn, id, |edit| edit.statut = Statut::Programme).unwrap();
    assert_eq!(school.count("messages", "programme_le IS NOT NULL"), 1);
}

fn a_message_is_deleted_unless_it_is_leaving(database: &Database) {
    let school = School::new(database);
    let id = school.leaving(Canal::Sms, 2);
    let mut conn = school.conn();
    let leaving = messages::delete(&mut conn, id);
    assert!(matches!(leaving, Err(Error::Conflict(_))), "{leaving:?}");
    assert_eq!(school.count("envois", "true"), 2);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Envoye, None);
    school.run("run").close(1);
    messages::delete(&mut conn, id).unwrap();
    assert_eq!(school.count("envois", "true"), 0);
    let gone = messages::delete(&mut conn, id);
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
}

fn sending_now_makes_it_due_now(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let mut conn = school.conn();
    let id = school.insert(&NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::All)
    });
    messages::send_now(&mut conn, id).unwrap();
    let now = conn.now().unwrap();
    assert_eq!(messages::due(&mut conn, now).unwrap(), 1);
    school.expand();
    assert_eq!(school.statut(id), "en_attente");
    let again = messages::send_now(&mut conn, id);
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let none = messages::send_now(&mut conn, 999);
    assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
}

fn only_an_email_is_marked_as_read_and_the_first_time_counts(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let sms = school.programme(Canal::Sms, To::All);
    let email = school.programme(Canal::Email, To::All);
    assert!(matches!(
        messages::mark_read(&mut conn, sms),
        Err(Error::Conflict(_))
    ));
    assert!(matches!(
        messages::mark_read(&mut conn, 999),
        Err(Error::NotFound)
    ));
    messages::mark_read(&mut conn, email).unwrap();
    let first = messages::one(&mut conn, email).unwrap();
    assert!(first.est_lu && first.date_lecture.is_some());
    messages::mark_read(&mut conn, email).unwrap();
    let second = messages::one(&mut conn, email).unwrap();
    assert_eq!(second.date_lecture, first.date_lecture);
}

fn chosen_envois_alone_are_sent_again(database: &Database) {
    let school = School::new(database);
    let id = school.leaving(Canal::Sms, 3);
    for n in 1..=3 {
        school.ends(n, Etat::Echec, Some(Motif::Permanent));
    }
    school.run("run").close(1);
    let chosen = database.number("SELECT CAST(id AS TEXT) AS v FROM envois WHERE parent = 2");
    let mut conn = school.conn();
    let nobody = resend(&mut conn, id, Some(&[999]));
    assert!(matches!(nobody, Err(Error::Conflict(_))), "{nobody:?}");
    assert_eq!(school.statut(id), "echec", "nothing half done");
    let again = resend(&mut conn, id, Some(&[chosen])).unwrap();
    assert_eq!(again, 1);
    assert_eq!(
        school.states(id),
        ["echec permanent", "a_envoyer", "echec permanent"]
    );
}
