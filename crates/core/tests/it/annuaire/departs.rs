//! Who is not in a complete directory is no recipient any more.

use super::school_of;
use crate::harness::{School, To, accepted, parent, refused, resend, take_over};
use messages_core::model::{Fiche, ParentPatch};
use messages_core::store::annuaire::{self, Annuaire, Resource, departs};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    who_left_is_in_no_audience_and_keeps_the_history,
    a_single_message_to_who_left_says_why,
    what_waits_for_who_left_is_ended,
    what_is_leased_is_not_announced,
    who_is_named_again_is_back,
    who_left_is_not_written_to_by_a_resend,
    a_third_is_many,
);

fn leave(school: &School<'_>, ids: &[i64]) -> usize {
    annuaire::take_over(&mut school.conn(), |conn| departs::leave(conn, ids)).unwrap()
}

fn who_left_is_in_no_audience_and_keeps_the_history(database: &Database) {
    let school = School::new(database);
    take_over(&mut school.conn(), &school_of(4)).unwrap();
    let before = school.programme(Canal::Sms, To::All);
    school.expand();
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 4);
    run.record(&granted.iter().map(accepted).collect::<Vec<_>>());
    run.close(10);
    assert_eq!(leave(&school, &[1, 9]), 1);
    assert_eq!(leave(&school, &[1]), 0, "once");
    let all = school.programme(Canal::Sms, To::All);
    let class = school.programme(Canal::Email, To::Classe(1));
    school.expand();
    assert_eq!(school.count("envois", &format!("message = {all}")), 3);
    // Of the parents 1 and 4 of the class.
    assert_eq!(school.count("envois", &format!("message = {class}")), 1);
    assert_eq!(school.sums(before), "envoye 4 4 0 0 0");
    let kept = Fiche::one(&mut school.conn(), 1).unwrap();
    assert!(kept.parti_le.is_some() && kept.parent == parent(1));
    // Erased as anybody else.
    Fiche::delete(&mut school.conn(), 1).unwrap();
    assert_eq!(school.sums(before), "envoye 4 4 0 0 0");
}

fn a_single_message_to_who_left_says_why(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    leave(&school, &[1]);
    let message = school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    assert_eq!(school.states(message), ["ignore efface"]);
    school.run("run").close(10);
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        "1 destinataire non atteint : 1 retiré de l'annuaire."
    );
}

fn what_waits_for_who_left_is_ended(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    leave(&school, &[1]);
    assert_eq!(school.states(message), ["ignore efface", "a_envoyer"]);
}

/// As for an envoi that was being worked out when the parent left.
fn what_is_leased_is_not_announced(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 2);
    database.execute("UPDATE parents SET parti_le = '2026-02-03T04:05:06.000000Z' WHERE id = 1");
    let (granted, refused) = run.announce(&leased);
    assert_eq!((granted.len(), refused.len()), (1, 1));
    assert_eq!(school.states(message), ["ignore efface", "emission"]);
}

fn who_is_named_again_is_back(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(2)).unwrap();
    leave(&school, &[1, 2]);
    let again = Annuaire {
        parents: vec![ParentPatch {
            id: 2,
            ..ParentPatch::default()
        }],
        ..Annuaire::default()
    };
    let changes = take_over(&mut conn, &again).unwrap();
    assert_eq!((changes.revenus, changes.parents.modifies), (1, 1));
    assert_eq!(Fiche::one(&mut conn, 2).unwrap().parti_le, None);
    let message = school.programme(Canal::Sms, To::All);
    school.expand();
    assert_eq!(school.count("envois", &format!("message = {message}")), 1);
}

fn who_left_is_not_written_to_by_a_resend(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[refused(&granted[0])]);
    run.close(10);
    leave(&school, &[1]);
    resend(&mut run.conn, message, None).ok();
    let leased = run.claim(Canal::Sms, 1);
    let (granted, _) = run.announce(&leased);
    assert_eq!(granted, []);
}

fn a_third_is_many(database: &Database) {
    let school = School::new(database);
    school.parents((1..=9).map(parent));
    let mut conn = school.conn();
    let mut left = |named: &[i64]| {
        let absents = departs::absents(&mut conn, named).unwrap();
        (absents.absents.len(), absents.is_many())
    };
    assert_eq!(left(&[1, 2, 3, 4, 5, 6]), (3, false));
    assert_eq!(left(&[1, 2, 3, 4, 5]), (4, true));
    assert_eq!(left(&[]), (9, true));
    leave(&school, &[9]);
    let absents = departs::absents(&mut conn, &[1]).unwrap();
    assert_eq!((absents.absents.len(), absents.presents), (7, 8));
}
