//! What dead runs leave, and what waited too long.

use crate::harness::{School, To};
use messages_core::store::envois;
use messages_core::vocabulary::{Canal, Etat};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;

stories!(
    what_was_only_reserved_waits_again,
    an_sms_without_an_answer_becomes_uncertain,
    an_email_without_an_answer_is_sent_again_twice_and_then_uncertain,
    a_lease_written_by_a_clock_that_ran_ahead_is_void,
    a_live_lease_is_left_alone,
    an_attempt_without_an_answer_is_noted_as_ambiguous,
    two_recoveries_at_once_take_each_envoi_once,
    what_waited_too_long_ends_and_the_rest_waits_on,
);

fn what_was_only_reserved_waits_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 1);
    school.leases_are_over();
    let recovered = run.recover();
    let [found] = recovered.as_slice() else {
        panic!("{recovered:?}")
    };
    assert_eq!(
        (found.id, found.jeton, found.message),
        (leased[0].id, 1, message)
    );
    assert_eq!((found.canal, found.etat), (Canal::Sms, Etat::AEnvoyer));
    let expected = "etat = 'a_envoyer' AND proprio IS NULL AND bail_jusqua IS NULL
                    AND jeton = 1 AND tentatives = 0 AND ambigus = 0";
    assert_eq!(school.count("envois", expected), 1);
    // Nothing left the machine: it may leave at once.
    assert_eq!(
        run.claim(Canal::Sms, 2)
            .iter()
            .map(|l| l.jeton)
            .sum::<i64>(),
        2 + 1
    );
}

fn an_sms_without_an_answer_becomes_uncertain(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    run.send(Canal::Sms, 1);
    school.leases_are_over();
    assert_eq!(run.recover()[0].etat, Etat::Incertain);
    assert_eq!(school.states(message), ["incertain resultat_inconnu"]);
    let expected = "proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL
                    AND ambigus = 1";
    assert_eq!(school.count("envois", expected), 1);
    assert_eq!(run.claim(Canal::Sms, 1), []);
    assert_eq!(run.recover(), []);
}

fn an_email_without_an_answer_is_sent_again_twice_and_then_uncertain(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    for lost in 1..=2 {
        assert_eq!(
            run.send(Canal::Email, 1).len(),
            1,
            "after {lost} lost answers"
        );
        school.leases_are_over();
        assert_eq!(run.recover()[0].etat, Etat::AEnvoyer);
        let expected = format!("etat = 'a_envoyer' AND ambigus = {lost} AND termine_le IS NULL");
        assert_eq!(school.count("envois", &expected), 1);
    }
    assert_eq!(run.send(Canal::Email, 1).len(), 1);
    school.leases_are_over();
    assert_eq!(run.recover()[0].etat, Etat::Incertain);
    assert_eq!(school.states(message), ["incertain resultat_inconnu"]);
    assert_eq!(run.claim(Canal::Email, 1), []);
    assert_eq!(school.count("tentatives", "1 = 1"), 3);
}

fn a_lease_written_by_a_clock_that_ran_ahead_is_void(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    run.send(Canal::Sms, 1);
    run.claim(Canal::Sms, 1);
    database.execute("UPDATE envois SET bail_jusqua = '2100-01-01T00:00:00Z'");
    assert_eq!(run.recover().len(), 2);
    assert_eq!(
        school.states(message),
        ["incertain resultat_inconnu", "a_envoyer"]
    );
}

fn a_live_lease_is_left_alone(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 3);
    let mut run = school.run("run");
    run.send(Canal::Email, 1);
    run.claim(Canal::Email, 1);
    assert_eq!(school.run("other").recover(), []);
    assert_eq!(school.states(message), ["emission", "reserve", "a_envoyer"]);
}

fn an_attempt_without_an_answer_is_noted_as_ambiguous(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("run");
    run.send(Canal::Sms, 1);
    run.send(Canal::Email, 1);
    school.leases_are_over();
    run.recover();
    assert_eq!(
        school.count("tentatives", "verdict = 'ambigu' AND fin IS NOT NULL"),
        2
    );
    run.send(Canal::Email, 1);
    assert_eq!(
        school.count(
            "tentatives",
            "verdict IS NULL AND fin IS NULL AND jeton = 2"
        ),
        1
    );
}

fn two_recoveries_at_once_take_each_envoi_once(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 400);
    let mut run = school.run("run");
    run.send(Canal::Email, 200);
    run.claim(Canal::Email, 200);
    school.leases_are_over();
    let recovered: usize = thread::scope(|scope| {
        let sweepers = ["one", "two", "three"].map(|passage| {
            let mut run = school.run(passage);
            scope.spawn(move || run.recover().len())
        });
        sweepers
            .into_iter()
            .map(|sweeper| sweeper.join().unwrap())
            .sum()
    });
    assert_eq!(recovered, 400);
    assert_eq!(school.count("envois", "etat = 'a_envoyer'"), 400);
    assert_eq!(school.count("envois", "ambigus = 1"), 200);
}

fn what_waited_too_long_ends_and_the_rest_waits_on(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 4);
    let mut run = school.run("run");
    run.send(Canal::Email, 1);
    run.claim(Canal::Email, 1);
    database.execute("UPDATE envois SET expire = '2026-02-03T04:05:06Z' WHERE parent <> 4");
    let ended = run.conn.write(|conn| {
        let now = conn.now()?;
        envois::expire(conn, now)
    });
    assert_eq!(ended.unwrap(), [Etat::Echec]);
    // What a run holds is its own business: the intent looks at the date itself.
    assert_eq!(
        school.states(message),
        ["emission", "reserve", "echec expire", "a_envoyer"]
    );
    assert_eq!(
        school.count("envois", "etat = 'echec' AND termine_le IS NOT NULL"),
        1
    );
}
