//! The intent: the last look before the first byte leaves.

use crate::harness::{DAY, LEASE, School, To, number};
use messages_core::store::envois::Claimed;
use messages_core::store::messages;
use messages_core::vocabulary::{Canal, Etat, Motif};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    an_intent_says_all_that_the_delivery_needs,
    every_intent_leaves_a_trace,
    who_opted_out_meanwhile_is_not_written_to,
    what_may_have_arrived_is_uncertain_when_no_copy_may_follow,
    a_cancelled_message_does_not_leave,
    what_a_cancel_took_out_of_our_hands_is_neither_granted_nor_refused,
    an_erased_parent_is_not_written_to,
    what_is_too_late_does_not_leave,
    a_refusal_is_final_and_the_rest_still_leaves,
    a_lease_that_is_over_grants_nothing_and_is_left_to_recovery,
    an_intent_is_given_once,
    after_a_lost_commit_what_is_in_emission_with_our_token_is_ours,
    the_first_attempt_gives_the_date_of_all,
);

fn an_intent_says_all_that_the_delivery_needs(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 1);
    let before = run.conn.now().unwrap();
    let (granted, refused) = run.announce(&leased);
    let after = run.conn.now().unwrap();
    assert_eq!(refused, []);
    let [granted] = granted.as_slice() else {
        panic!("{granted:?}")
    };
    assert_eq!(
        (granted.id, granted.jeton, granted.message),
        (leased[0].id, 1, message)
    );
    assert_eq!(granted.adresse, number(1));
    assert_eq!(
        (granted.tentatives, granted.ambigus, granted.renvois),
        (1, 0, 0)
    );
    assert!((before..=after).contains(&granted.emis_le));
    assert!(granted.expire > before && granted.expire < before + DAY);
    let expected = format!(
        "etat = 'emission' AND proprio = 'run' AND emis_le = '{}' AND expire = '{}'
         AND bail_jusqua BETWEEN '{}' AND '{}'",
        granted.emis_le,
        granted.expire,
        before + LEASE,
        after + LEASE
    );
    assert_eq!(school.count("envois", &expected), 1);
}

fn every_intent_leaves_a_trace(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 3);
    let granted = school.run("run").send(Canal::Email, 2);
    assert_eq!(granted.len(), 2);
    assert_eq!(
        school.count(
            "tentatives",
            "passage = 'run' AND jeton = 1 AND fin IS NULL AND verdict IS NULL"
        ),
        2
    );
    assert_eq!(school.count("tentatives", "1 = 1"), 2);
}

/// Claims one envoi, lets something happen behind the run's back, and announces it: it must be
/// refused, and final with this state and reason.
fn refused_after(database: &Database, canal: Canal, happens: &str, etat: Etat, motif: Motif) {
    let school = School::new(database);
    let message = school.leaving(canal, 1);
    let mut run = school.run("run");
    let leased = run.claim(canal, 1);
    database.execute(happens);
    let (granted, refused) = run.announce(&leased);
    assert_eq!(granted, []);
    let [refused] = refused.as_slice() else {
        panic!("{refused:?}")
    };
    assert_eq!((refused.id, refused.message), (leased[0].id, message));
    assert_eq!((refused.etat, refused.motif), (etat, Some(motif)));
    assert_is_final(&school, &leased[0], &format!("{etat} {motif}"));
    assert_eq!(school.count("tentatives", "1 = 1"), 0);
}

fn assert_is_final(school: &School<'_>, leased: &Claimed, expected: &str) {
    assert_eq!(school.envoi(leased.id, "etat || ' ' || motif"), expected);
    let free = "proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL";
    assert_eq!(
        school.count("envois", &format!("id = {} AND {free}", leased.id)),
        1
    );
}

fn who_opted_out_meanwhile_is_not_written_to(database: &Database) {
    // The other channel's wish is the parent's own business.
    let happens = "UPDATE parents SET notifications_sms = FALSE, notifications_email = TRUE";
    refused_after(
        database,
        Canal::Sms,
        happens,
        Etat::Ignore,
        Motif::Opposition,
    );
    let happens = "UPDATE parents SET notifications_sms = TRUE";
    database.execute(happens);
    let school = School::new(database);
    let mail = school.programme(Canal::Email, To::Parent(1));
    school.expand();
    let mut run = school.run("run");
    let leased = run.claim(Canal::Email, 1);
    database.execute("UPDATE parents SET notifications_email = FALSE");
    let (granted, refused) = run.announce(&leased);
    assert_eq!((granted.len(), refused.len()), (0, 1));
    assert_eq!(school.states(mail), ["ignore opposition"]);
}

/// Cancelled, opposed or too late: of the first copy nobody knows.
fn what_may_have_arrived_is_uncertain_when_no_copy_may_follow(database: &Database) {
    let school = School::new(database);
    let mut run = school.run("run");
    for happens in [
        "UPDATE parents SET notifications_email = FALSE",
        "UPDATE envois SET expire = '2026-02-03T04:05:06Z'",
        "UPDATE messages SET annule_le = '2026-02-03T04:05:06Z'",
    ] {
        let message = school.leaving(Canal::Email, 1);
        run.send(Canal::Email, 1);
        school.leases_are_over();
        run.recover();
        let leased = run.claim(Canal::Email, 1);
        database.execute(happens);
        let (granted, refused) = run.announce(&leased);
        assert_eq!((granted.len(), refused.len()), (0, 1), "{happens}");
        assert_eq!(refused[0].etat, Etat::Incertain);
        assert_eq!(school.states(message), ["incertain resultat_inconnu"]);
    }
}

fn a_cancelled_message_does_not_leave(database: &Database) {
    let happens = "UPDATE messages SET annule_le = '2026-02-03T04:05:06Z'";
    refused_after(database, Canal::Sms, happens, Etat::Ignore, Motif::Annule);
}

fn what_a_cancel_took_out_of_our_hands_is_neither_granted_nor_refused(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 1);
    assert_eq!(messages::cancel(&mut school.conn(), message).unwrap(), 2);
    assert_eq!(run.announce(&leased), (Vec::new(), Vec::new()));
    assert_eq!(school.states(message), ["ignore annule", "ignore annule"]);
}

fn an_erased_parent_is_not_written_to(database: &Database) {
    refused_after(
        database,
        Canal::Email,
        "DELETE FROM parents",
        Etat::Ignore,
        Motif::Efface,
    );
}

fn what_is_too_late_does_not_leave(database: &Database) {
    let happens = "UPDATE envois SET expire = '2026-02-03T04:05:06Z'";
    refused_after(database, Canal::Sms, happens, Etat::Echec, Motif::Expire);
}

fn a_refusal_is_final_and_the_rest_still_leaves(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 5);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 5);
    database.execute(
        "UPDATE parents SET notifications_sms = FALSE WHERE id = 2;
         DELETE FROM parents WHERE id = 5;
         UPDATE envois SET expire = '2026-02-03T04:05:06Z' WHERE parent = 4;",
    );
    let (granted, refused) = run.announce(&leased);
    assert_eq!(
        granted
            .iter()
            .map(|g| g.adresse.clone())
            .collect::<Vec<_>>(),
        [number(1), number(3)]
    );
    assert_eq!(refused.len(), 3);
    let mut states = school.states(message);
    states.sort_unstable();
    assert_eq!(
        states,
        [
            "echec expire",
            "emission",
            "emission",
            "ignore efface",
            "ignore opposition"
        ]
    );
}

fn a_lease_that_is_over_grants_nothing_and_is_left_to_recovery(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 1);
    school.leases_are_over();
    assert_eq!(run.announce(&leased), (Vec::new(), Vec::new()));
    // Not even what could not leave anyway is ended: somebody else may be about to take it.
    database.execute("UPDATE messages SET annule_le = '2026-02-03T04:05:06Z'");
    assert_eq!(run.announce(&leased), (Vec::new(), Vec::new()));
    assert_eq!(
        school.envoi(leased[0].id, "etat || ' ' || proprio"),
        "reserve run"
    );
}

fn an_intent_is_given_once(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 1);
    assert_eq!(run.announce(&leased).0.len(), 1);
    assert_eq!(run.announce(&leased), (Vec::new(), Vec::new()));
    assert_eq!(
        school.envoi(leased[0].id, "etat || ' ' || tentatives"),
        "emission 1"
    );
}

fn after_a_lost_commit_what_is_in_emission_with_our_token_is_ours(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 3);
    // The commit of two was kept although its answer was lost; the third was not in it.
    let (kept, _) = run.announce(&leased[..2]);
    let (granted, refused) = run.announce_again(&leased);
    assert_eq!(refused, []);
    let ids: Vec<(i64, i64)> = granted.iter().map(|g| (g.id, g.jeton)).collect();
    assert_eq!(
        ids,
        leased.iter().map(|l| (l.id, l.jeton)).collect::<Vec<_>>()
    );
    assert_eq!(
        granted[0].emis_le, kept[0].emis_le,
        "the date of the first attempt stays"
    );
    assert_eq!(school.count("tentatives", "jeton = 1"), 3);
}

fn the_first_attempt_gives_the_date_of_all(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let first = run.send(Canal::Email, 1).remove(0);
    std::thread::sleep(Duration::from_millis(5));
    school.leases_are_over();
    run.recover();
    let second = run.send(Canal::Email, 1).remove(0);
    assert_eq!((second.id, second.emis_le), (first.id, first.emis_le));
    assert_eq!((second.jeton, second.tentatives, second.ambigus), (2, 2, 1));
}
