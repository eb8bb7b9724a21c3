//! Sending again, which only a person decides.

use crate::harness::{DAY, School, To, accepted, message, refused, resend, rules};
use messages_core::model::NewMessage;
use messages_core::readdress;
use messages_core::store::Error;
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    only_the_failed_and_the_uncertain_are_sent_to_again,
    what_is_sent_again_begins_anew_and_can_be_told_apart,
    with_nobody_to_send_to_again_nothing_changes,
    a_message_that_was_never_sent_cannot_be_sent_again,
    a_closed_message_is_open_until_the_second_sending_ends,
    addresses_are_read_again_and_stay_unique,
    a_doubt_stays_whatever_the_directory_says_now,
);

fn only_the_failed_and_the_uncertain_are_sent_to_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 6);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Echec, Some(Motif::Permanent));
    school.ends(3, Etat::Incertain, Some(Motif::ResultatInconnu));
    school.ends(4, Etat::Ignore, Some(Motif::Opposition));
    school.ends(5, Etat::Ignore, Some(Motif::Annule));
    school.ends(6, Etat::Echec, Some(Motif::Expire));
    school.run("run").close(10);
    assert_eq!(resend(&mut school.conn(), message, None).unwrap(), 3);
    assert_eq!(
        school.states(message),
        [
            "envoye",
            "a_envoyer",
            "a_envoyer",
            "ignore opposition",
            "ignore annule",
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
    resend(&mut run.conn, message, None).unwrap();
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
    let outcome = resend(&mut run.conn, message, None);
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_eq!(school.sums(message), "envoye 2 1 0 0 1");
    assert_eq!(school.count("messages", "details_erreur IS NOT NULL"), 1);
    assert!(matches!(
        resend(&mut run.conn, 9999, None),
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
        let outcome = resend(&mut school.conn(), id, None);
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
    resend(&mut run.conn, message, None).unwrap();
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

/// Two parents have exchanged their addresses, one has another's, one has none, one opposes.
fn addresses_are_read_again_and_stay_unique(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 6);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 6);
    let refusals: Vec<_> = granted.iter().map(refused).collect();
    run.record(&refusals);
    run.close(10);
    database.execute(
        "UPDATE parents SET email = 'p2@exemple.example' WHERE id = 1;
         UPDATE parents SET email = 'parent1@exemple.example' WHERE id = 2;
         UPDATE parents SET email = 'Parent6@exemple.example' WHERE id = 3;
         UPDATE parents SET email = '' WHERE id = 4;
         UPDATE parents SET notifications_email = FALSE WHERE id = 5;",
    );
    let again = readdress::resend(&mut run.conn, &rules(&[]), message, None).unwrap();
    assert_eq!(again.envois.len(), 3);
    let reasons: Vec<_> = again.sans_suite.into_iter().collect();
    let expected = [Motif::SansAdresse, Motif::Opposition, Motif::Doublon];
    assert_eq!(reasons, expected.map(|motif| (motif, 1)));
    assert_eq!(
        database.texts(
            "SELECT trim(etat || ' ' || COALESCE(motif, '') || ' ' || COALESCE(adresse, '-')) AS v
               FROM envois ORDER BY parent"
        ),
        [
            "a_envoyer  p2@exemple.example",
            "a_envoyer  parent1@exemple.example",
            "a_envoyer  Parent6@exemple.example",
            "ignore sans_adresse -",
            "ignore opposition -",
            "ignore doublon -",
        ]
    );
    let granted = run.send(Canal::Email, 6);
    assert_eq!(granted.len(), 3);
}

fn a_doubt_stays_whatever_the_directory_says_now(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    run.send(Canal::Sms, 2);
    school.leases_are_over();
    run.recover();
    run.close(10);
    database.execute(
        "UPDATE parents SET notifications_sms = FALSE WHERE id = 1;
         UPDATE parents SET telephone = '+33612000001' WHERE id = 2;",
    );
    let again = readdress::resend(&mut run.conn, &rules(&[]), message, None).unwrap();
    // The second has the number of one who opposes.
    assert!(again.envois.is_empty());
    assert_eq!(again.sans_suite, [(Motif::Opposition, 2)].into());
    let uncertain = "incertain resultat_inconnu";
    assert_eq!(school.states(message), [uncertain, uncertain]);
    run.close(10);
    assert_eq!(school.sums(message), "echec 2 0 0 2 0");
}
