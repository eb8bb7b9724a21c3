//! Tokens: a run that lost its lease changes nothing any more.

use crate::harness::{School, accepted, lease, postponed, refused};
use messages_core::store::{Error, envois, messages, verify};
use messages_core::vocabulary::{Canal, Regle};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    the_first_owner_of_a_reservation_announces_nothing_after_a_second_claim,
    the_first_sender_records_nothing_after_a_second_claim,
    a_late_success_to_what_was_claimed_again_and_stopped_is_no_breach,
    an_older_token_of_the_same_run_is_worth_nothing,
    another_run_cannot_announce_what_it_did_not_claim,
    a_token_that_was_announced_once_is_never_announced_again,
);

fn the_first_owner_of_a_reservation_announces_nothing_after_a_second_claim(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 3);
    let (mut first, mut second) = (school.run("first"), school.run("second"));
    let stale = first.claim(Canal::Sms, 3);
    school.leases_are_over();
    assert_eq!(second.recover().len(), 3);
    let fresh = second.claim(Canal::Sms, 3);
    assert_eq!(first.announce(&stale), (Vec::new(), Vec::new()));
    assert_eq!(school.count("tentatives", "1 = 1"), 0);
    assert_eq!(
        school.count(
            "envois",
            "etat = 'reserve' AND proprio = 'second' AND jeton = 2"
        ),
        3
    );
    assert_eq!(second.announce(&fresh).0.len(), 3);
}

fn the_first_sender_records_nothing_after_a_second_claim(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 3);
    let (mut first, mut second) = (school.run("first"), school.run("second"));
    let stale = first.send(Canal::Email, 3);
    school.leases_are_over();
    second.recover();
    let reserved = second.claim(Canal::Email, 1);
    let now = first.conn.now().unwrap();
    let late = [
        accepted(&stale[0]),
        refused(&stale[0]),
        postponed(&stale[0], now),
    ];
    for answer in &late {
        assert_eq!(first.record(std::slice::from_ref(answer)), []);
        assert_eq!(
            school.envoi(reserved[0].id, "etat || ' ' || proprio || ' ' || jeton"),
            "reserve second 2"
        );
    }
    second.announce(&reserved);
    for answer in &late {
        assert_eq!(first.record(std::slice::from_ref(answer)), []);
        assert_eq!(
            school.envoi(reserved[0].id, "etat || ' ' || proprio || ' ' || jeton"),
            "emission second 2"
        );
    }
    // A late success is kept beside the attempt that it belongs to, and only there; anything less
    // leaves that attempt in doubt, as the envoi is.
    assert_eq!(
        database.texts(&format!(
            "SELECT jeton || ' ' || COALESCE(verdict, '-') AS v FROM tentatives WHERE envoi = {} ORDER BY jeton",
            stale[0].id
        )),
        ["1 accepte", "2 -"]
    );
}

/// The envoi stays in doubt; the attempt that was accepted after all is proof enough of it.
fn a_late_success_to_what_was_claimed_again_and_stopped_is_no_breach(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let (mut first, mut second) = (school.run("first"), school.run("second"));
    let stale = first.send(Canal::Email, 1);
    school.leases_are_over();
    second.recover();
    second.claim(Canal::Email, 1);
    messages::cancel(&mut school.conn(), message).unwrap();
    assert_eq!(first.record(&[accepted(&stale[0])]), []);
    second.close(10);
    assert_eq!(school.states(message), ["incertain resultat_inconnu"]);
    for regle in Regle::ALL {
        let breaches = verify::breaches(&mut school.conn(), *regle, &[], 1).unwrap();
        assert_eq!(breaches.len(), 0, "{regle}");
    }
}

fn an_older_token_of_the_same_run_is_worth_nothing(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let stale = run.claim(Canal::Sms, 1);
    run.conn
        .write(|conn| envois::give_back(conn, "run", Canal::Sms))
        .unwrap();
    let fresh = run.claim(Canal::Sms, 1);
    assert_eq!(run.announce(&stale), (Vec::new(), Vec::new()));
    assert_eq!(run.announce(&fresh).0.len(), 1);
}

fn another_run_cannot_announce_what_it_did_not_claim(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let leased = school.run("owner").claim(Canal::Sms, 1);
    let mut thief = school.run("thief");
    assert_eq!(thief.announce(&leased), (Vec::new(), Vec::new()));
    assert_eq!(thief.announce_again(&leased), (Vec::new(), Vec::new()));
    assert_eq!(
        school.envoi(leased[0].id, "etat || ' ' || proprio"),
        "reserve owner"
    );
}

fn a_token_that_was_announced_once_is_never_announced_again(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 2);
    let debut = run.conn.now().unwrap();
    // As if the token had been given out before, such as by a restored backup.
    database.execute(&format!(
        "INSERT INTO tentatives (envoi, jeton, passage, debut) VALUES ({}, 1, 'ghost', '{debut}')",
        leased[1].id
    ));
    let intents: Vec<_> = leased.iter().map(|envoi| lease(*envoi)).collect();
    let outcome = envois::settle(
        &mut run.conn,
        "run",
        &[],
        &intents,
        false,
        &crate::harness::reading(),
    );
    let error = outcome.unwrap_err();
    assert!(
        !matches!(error, Error::Unavailable(_)),
        "{error}: trying again cannot help"
    );
    assert_eq!(
        school.count("envois", "etat = 'reserve' AND tentatives = 0"),
        2
    );
    assert_eq!(school.count("tentatives", "passage = 'run'"), 0);
}
