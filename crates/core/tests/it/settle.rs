//! The dispatcher's commit: answers and intents of several senders, all or none.

use crate::harness::{DAY, LATER, LEASE, School, To, accepted, lease, number, postponed};
use messages_core::store::envois::{self, Ready, Settled};
use messages_core::vocabulary::{Canal, Etat};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    nothing_to_settle_settles_nothing,
    answers_and_intents_are_settled_together,
    each_intent_has_its_own_lease,
    what_is_late_or_refused_hinders_nothing_else,
    after_a_lost_commit_the_same_can_be_settled_again,
    a_fault_keeps_neither_answers_nor_intents,
);

fn nothing_to_settle_settles_nothing(database: &Database) {
    let school = School::new(database);
    let mut run = school.run("run");
    assert_eq!(run.settle(&[], &[], false), Settled::default());
    assert_eq!(run.settle(&[], &[], true), Settled::default());
}

fn answers_and_intents_are_settled_together(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 4);
    let mut run = school.run("run");
    let first = run.send(Canal::Sms, 2);
    let leased = run.claim(Canal::Sms, 2);
    let next = run.conn.now().unwrap() + DAY;
    let settled = run.settle(
        &[accepted(&first[0]), postponed(&first[1], next)],
        &leased,
        false,
    );
    assert_eq!(settled.recorded.len(), 2);
    assert_eq!(
        settled
            .announced
            .iter()
            .map(|g| g.adresse.clone())
            .collect::<Vec<_>>(),
        [number(3), number(4)]
    );
    assert_eq!(settled.refused, []);
    assert_eq!(
        school.states(message),
        ["envoye", "a_envoyer", "emission", "emission"]
    );
    assert_eq!(school.count("tentatives", "fin IS NULL"), 2);
    assert_eq!(school.count("tentatives", "fin IS NOT NULL"), 2);
}

fn each_intent_has_its_own_lease(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("run");
    let long = Duration::from_millis(240_250);
    let leased = [
        lease(run.claim(Canal::Sms, 1)[0]),
        Ready {
            lease: long,
            ..lease(run.claim(Canal::Email, 1)[0])
        },
    ];
    let before = run.conn.now().unwrap();
    let settled = envois::settle(
        &mut run.conn,
        "run",
        &[],
        &leased,
        false,
        &crate::harness::reading(),
    )
    .unwrap();
    let after = run.conn.now().unwrap();
    assert_eq!(settled.announced.len(), 2);
    for (canal, lease) in [("sms", LEASE), ("email", long)] {
        let within = format!(
            "canal = '{canal}' AND bail_jusqua BETWEEN '{}' AND '{}'",
            before + lease,
            after + lease
        );
        assert_eq!(school.count("envois", &within), 1, "{canal}");
    }
}

fn what_is_late_or_refused_hinders_nothing_else(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 5);
    let mut run = school.run("run");
    let late = run.send(Canal::Email, 1).remove(0);
    school.leases_are_over();
    run.recover();
    let next = run.conn.now().unwrap() + LATER;
    database.execute(&format!(
        "UPDATE envois SET prochaine = '{next}' WHERE parent = 1"
    ));
    let in_time = run.send(Canal::Email, 1).remove(0);
    let leased = run.claim(Canal::Email, 3);
    database.execute("UPDATE parents SET notifications_email = FALSE WHERE id = 4");
    let settled = run.settle(&[accepted(&late), accepted(&in_time)], &leased, false);
    assert_eq!(settled.recorded.len(), 2);
    assert_eq!(settled.announced.len(), 2);
    assert_eq!(
        settled
            .refused
            .iter()
            .map(|refused| refused.etat)
            .collect::<Vec<_>>(),
        [Etat::Ignore]
    );
    assert_eq!(
        school.states(message),
        [
            "envoye",
            "envoye",
            "emission",
            "ignore opposition",
            "emission"
        ]
    );
    assert_eq!(school.count("tentatives", "1 = 1"), 4);
}

fn after_a_lost_commit_the_same_can_be_settled_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let first = run.send(Canal::Sms, 1);
    let leased = run.claim(Canal::Sms, 2);
    let answers = [accepted(&first[0])];
    let kept = run.settle(&answers, &leased, false);
    let again = run.settle(&answers, &leased, true);
    assert_eq!(
        again.recorded, kept.recorded,
        "it counts, written before or now"
    );
    let ids = |settled: &Settled| {
        settled
            .announced
            .iter()
            .map(|g| (g.id, g.jeton))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&again), ids(&kept));
    assert_eq!(school.states(message), ["envoye", "emission", "emission"]);
    assert_eq!(school.count("tentatives", "jeton = 1"), 3);
}

fn a_fault_keeps_neither_answers_nor_intents(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let first = run.send(Canal::Sms, 1);
    let leased: Vec<Ready> = run.claim(Canal::Sms, 2).into_iter().map(lease).collect();
    // A token that was given out before: the second intent fails.
    database.execute(&format!(
        "INSERT INTO tentatives (envoi, jeton, passage, debut) VALUES ({}, 1, 'ghost', '2026-02-03T04:05:06Z')",
        leased[1].envoi.id
    ));
    envois::settle(
        &mut run.conn,
        "run",
        &[accepted(&first[0])],
        &leased,
        false,
        &crate::harness::reading(),
    )
    .unwrap_err();
    assert_eq!(school.states(message), ["emission", "reserve", "reserve"]);
    assert_eq!(
        school.count("tentatives", "passage = 'run' AND fin IS NULL"),
        1
    );
    // The connection is still of use.
    assert_eq!(run.record(&[accepted(&first[0])]).len(), 1);
}
