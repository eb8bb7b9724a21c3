//! Sending again, which only a person decides.

use crate::harness::{DAY, School, To, accepted, message};
use messages_core::model::NewMessage;
use messages_core::store::{Error, messages};
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    only_the_failed_and_the_uncertain_with_an_address_are_sent_to_again,
    what_is_sent_again_begins_anew_and_can_be_told_apart,
    with_nobody_to_send_to_again_nothing_changes,
    a_message_that_was_never_sent_cannot_be_sent_again,
    a_closed_message_is_open_until_the_second_sending_ends,
);

fn only_the_failed_and_the_uncertain_with_an_address_are_sent_to_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 6);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Echec, Some(Motif::Permanent));
    school.ends(3, Etat::Incertain, Some(Motif::ResultatInconnu));
    school.ends(4, Etat::Ignore, Some(Motif::Opposition));
    school.ends(5, Etat::Echec, Some(Motif::Permanent));
    database.execute("UPDATE envois SET adresse = NULL WHERE parent = 5");
    school.ends(6, Etat::Echec, Some(Motif::Expire));
    school.run("run").close(10);
    assert_eq!(
        messages::resend(&mut school.conn(), message, None, DAY).unwrap(),
        3
    );
    assert_eq!(
        school.states(message),
        [
            "envoye",
            "a_envoyer",
            "a_envoyer",
            "ignore opposition",
            "echec permanent",
            "a_envoyer"
        ]
    );
    assert_eq!(
        school.count("envois", "renvois = 1 AND etat = 'a_envoyer'"),
        3
    );
    assert_eq!(school.count("envois", "renvois = 0"), 3);
}

fn what_is_sent_again_begins_anew_and_can_be_told_apart(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let first = run.send(Canal::Email, 1).remove(0);
    database.execute(
        "UPDATE envois SET etat = 'incertain', motif = 'resultat_inconnu', ambigus = 3, code = '451',
                           detail = 'x', expire = '2026-02-03T04:05:06Z', bail_jusqua = NULL",
    );
    run.close(10);
    let before = run.conn.now().unwrap();
    messages::resend(&mut run.conn, message, None, DAY).unwrap();
    let clean = "motif IS NULL AND code IS NULL AND detail IS NULL AND termine_le IS NULL AND emis_le IS NULL";
    assert_eq!(school.count("envois", clean), 1);
    let again = run.send(Canal::Email, 1).remove(0);
    assert_eq!((again.id, again.jeton, again.renvois), (first.id, 3, 1));
    assert_eq!((again.tentatives, again.ambigus), (1, 0));
    assert!(again.expire >= before + DAY && again.emis_le >= before);
}

fn with_nobody_to_send_to_again_nothing_changes(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Ignore, Some(Motif::Opposition));
    let mut run = school.run("run");
    run.close(10);
    let outcome = messages::resend(&mut run.conn, message, None, DAY);
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_eq!(school.sums(message), "envoye 2 1 0 0 1");
    assert_eq!(school.count("messages", "details_erreur IS NOT NULL"), 1);
    assert!(matches!(
        messages::resend(&mut run.conn, 9999, None, DAY),
        Err(Error::NotFound)
    ));
}

fn a_message_that_was_never_sent_cannot_be_sent_again(database: &Database) {
    let school = School::new(database);
    let draft = NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::All)
    };
    for id in [school.insert(&draft), school.programme(Canal::Sms, To::All)] {
        let outcome = messages::resend(&mut school.conn(), id, None, DAY);
        assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    }
}

fn a_closed_message_is_open_until_the_second_sending_ends(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Echec, Some(Motif::Epuise));
    let mut run = school.run("run");
    run.close(10);
    messages::resend(&mut run.conn, message, None, DAY).unwrap();
    assert_eq!(
        school.count(
            "messages",
            "statut = 'en_attente' AND details_erreur IS NULL"
        ),
        1
    );
    assert_eq!(run.close(10), []);
    let granted = run.send(Canal::Sms, 10);
    run.record(&[accepted(&granted[0])]);
    run.close(10);
    assert_eq!(school.sums(message), "envoye 2 2 0 0 0");
    assert_eq!(school.count("messages", "details_erreur IS NULL"), 1);
}
