//! Answers: written under their token, welcome late while nobody else has tried.

use crate::harness::{DAY, LATER, School, accepted, lost, parent, postponed, refused};
use messages_core::model::Parent;
use messages_core::store::envois::{self, Outcome, Recorded};
use messages_core::store::messages;
use messages_core::vocabulary::{Canal, Etat, Verdict};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;
use std::time::{Duration, Instant};

stories!(
    an_accepted_envoi_is_final_with_what_the_peer_said,
    a_refused_envoi_is_final_with_its_reason,
    a_postponed_envoi_waits_for_its_date_and_counts_the_attempt,
    an_attempt_that_the_channel_spoiled_is_given_back,
    an_answer_is_written_once,
    answers_of_several_envois_are_written_together,
    a_late_success_of_an_email_that_waits_again_is_welcome,
    a_late_success_of_an_uncertain_sms_opens_its_message_again,
    a_late_success_that_meets_a_close_is_not_left_beside_a_failed_message,
    a_late_refusal_of_an_uncertain_sms_is_welcome,
    what_was_in_doubt_is_uncertain_whatever_stops_it_and_a_late_success_is_welcome,
    a_late_temporary_failure_changes_nothing,
    a_retry_that_was_recorded_is_not_ended_by_the_same_answer_read_again,
    a_late_answer_to_what_is_final_changes_nothing,
);

fn an_accepted_envoi_is_final_with_what_the_peer_said(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1).remove(0);
    let answer = Outcome {
        reference: Some("gw-17".to_owned()),
        detail: Some("it's \"queued\" \\ ✓".to_owned()),
        ..accepted(&granted)
    };
    assert_eq!(
        run.record(&[answer]),
        [Recorded {
            id: granted.id,
            message
        }]
    );
    assert_eq!(school.states(message), ["envoye", "a_envoyer"]);
    assert_eq!(
        school.envoi(granted.id, "code || ' ' || reference || ' ' || detail"),
        "250 gw-17 it's \"queued\" \\ ✓"
    );
    let free =
        "termine_le IS NOT NULL AND proprio IS NULL AND bail_jusqua IS NULL AND tentatives = 1";
    assert_eq!(school.count("envois", free), 1);
    assert_eq!(
        school.count(
            "tentatives",
            "verdict = 'accepte' AND code = '250' AND fin >= debut"
        ),
        1
    );
}

fn a_refused_envoi_is_final_with_its_reason(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    run.record(&[refused(&granted[0])]);
    assert_eq!(school.states(message), ["echec permanent"]);
    assert_eq!(
        school.count("tentatives", "verdict = 'permanent' AND code = '550 5.1.1'"),
        1
    );
    assert_eq!(run.claim(Canal::Email, 1), []);
}

fn a_postponed_envoi_waits_for_its_date_and_counts_the_attempt(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    let next = run.conn.now().unwrap() + LATER;
    assert_eq!(run.record(&[postponed(&granted[0], next)]).len(), 1);
    let expected = format!(
        "etat = 'a_envoyer' AND motif IS NULL AND prochaine = '{next}' AND tentatives = 1
         AND proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NULL"
    );
    assert_eq!(school.count("envois", &expected), 1);
    assert_eq!(run.claim(Canal::Email, 1), []);
    database.execute("UPDATE envois SET prochaine = '2026-02-03T04:05:06Z'");
    let again = run.send(Canal::Email, 1).remove(0);
    assert_eq!((again.jeton, again.tentatives, again.ambigus), (2, 2, 0));
}

fn an_attempt_that_the_channel_spoiled_is_given_back(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1).remove(0);
    let now = run.conn.now().unwrap();
    let answer = Outcome {
        verdict: Verdict::Config,
        rendues: 1,
        ..postponed(&granted, now)
    };
    run.record(&[answer]);
    assert_eq!(
        school.envoi(granted.id, "etat || ' ' || tentatives"),
        "a_envoyer 0"
    );
    assert_eq!(run.send(Canal::Sms, 1)[0].tentatives, 1);
}

fn an_answer_is_written_once(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 2);
    let next = run.conn.now().unwrap() + DAY;
    let answers = [
        accepted(&granted[0]),
        Outcome {
            verdict: Verdict::Ambigu,
            ambigus: 1,
            rendues: 1,
            ..postponed(&granted[1], next)
        },
    ];
    assert_eq!(run.record(&answers).len(), 2);
    // After a commit whose answer was lost, the same is written again.
    assert_eq!(run.record(&answers), []);
    assert_eq!(school.states(message), ["envoye", "a_envoyer"]);
    assert_eq!(
        school.envoi(granted[1].id, "tentatives || ' ' || ambigus"),
        "0 1"
    );
}

fn answers_of_several_envois_are_written_together(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 5);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 5);
    let next = run.conn.now().unwrap() + DAY;
    let stolen = Outcome {
        jeton: granted[3].jeton + 1,
        ..accepted(&granted[3])
    };
    let recorded = run.record(&[
        lost(&granted[4]),
        accepted(&granted[0]),
        stolen,
        postponed(&granted[2], next),
        refused(&granted[1]),
    ]);
    assert_eq!(recorded.len(), 4);
    assert!(
        recorded
            .iter()
            .all(|r| r.id != granted[3].id && r.message == message)
    );
    assert_eq!(
        school.states(message),
        [
            "envoye",
            "echec permanent",
            "a_envoyer",
            "emission",
            "incertain resultat_inconnu"
        ]
    );
}

fn a_late_success_of_an_email_that_waits_again_is_welcome(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let (mut slow, mut other) = (school.run("slow"), school.run("other"));
    let granted = slow.send(Canal::Email, 1);
    school.leases_are_over();
    other.recover();
    assert_eq!(slow.record(&[accepted(&granted[0])]).len(), 1);
    assert_eq!(school.states(message), ["envoye"]);
    assert_eq!(school.statut(message), "en_attente");
    assert_eq!(school.count("tentatives", "verdict = 'accepte'"), 1);
    assert_eq!(other.claim(Canal::Email, 1), []);
}

fn a_late_success_of_an_uncertain_sms_opens_its_message_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let (mut slow, mut other) = (school.run("slow"), school.run("other"));
    let granted = slow.send(Canal::Sms, 2);
    slow.record(&[refused(&granted[1])]);
    school.leases_are_over();
    other.recover();
    assert_eq!(other.close(10).len(), 1);
    assert_eq!(school.sums(message), "echec 2 0 1 1 0");
    assert_eq!(slow.record(&[accepted(&granted[0])]).len(), 1);
    assert_eq!(school.statut(message), "en_attente");
    assert_eq!(other.close(10).len(), 1);
    assert_eq!(school.sums(message), "envoye 2 1 1 0 0");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        "1 destinataire non atteint : 1 refusé définitivement."
    );
    assert_eq!(school.count("messages", "date_envoi IS NOT NULL"), 1);
}

/// The close has counted and is not committed yet when another machine hears a late answer.
fn a_late_success_that_meets_a_close_is_not_left_beside_a_failed_message(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let (mut slow, mut other) = (school.run("slow"), school.run("other"));
    let granted = slow.send(Canal::Sms, 1);
    school.leases_are_over();
    other.recover();
    let answers = [accepted(&granted[0])];
    let late = other.conn.write(|conn| {
        let closed = messages::close(conn, 10, |_| None)?;
        assert_eq!(closed.len(), 1);
        let late = thread::spawn(move || slow.record(&answers));
        let begun = Instant::now();
        while !late.is_finished() && begun.elapsed() < Duration::from_secs(1) {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(late)
    });
    assert_eq!(late.unwrap().join().unwrap().len(), 1);
    other.close(10);
    assert_eq!(school.sums(message), "envoye 1 1 0 0 0");
}

fn a_late_refusal_of_an_uncertain_sms_is_welcome(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[lost(&granted[0])]);
    run.close(10);
    assert_eq!(school.sums(message), "echec 1 0 0 1 0");
    assert_eq!(run.record(&[refused(&granted[0])]).len(), 1);
    run.close(10);
    assert_eq!(school.sums(message), "echec 1 0 1 0 0");
    assert_eq!(school.states(message), ["echec permanent"]);
}

fn cancel(school: &School<'_>, message: i64) {
    assert_eq!(messages::cancel(&mut school.conn(), message).unwrap(), 1);
}

fn oppose(school: &School<'_>, _: i64) {
    school.parents([Parent {
        notifications_email: false,
        ..parent(1)
    }]);
}

fn expire(school: &School<'_>, message: i64) {
    school.database.execute(&format!(
        "UPDATE envois SET expire = '2026-02-03T04:05:06Z' WHERE message = {message}"
    ));
    let ended = school.conn().write(|conn| {
        let now = conn.now()?;
        envois::expire(conn, now)
    });
    assert_eq!(ended.unwrap(), [Etat::Incertain]);
}

/// What may have arrived is not said to have failed, nor never to have been tried.
fn what_was_in_doubt_is_uncertain_whatever_stops_it_and_a_late_success_is_welcome(
    database: &Database,
) {
    let school = School::new(database);
    let mut run = school.run("run");
    for stop in [cancel, oppose, expire] {
        let message = school.leaving(Canal::Email, 1);
        let granted = run.send(Canal::Email, 1);
        school.leases_are_over();
        run.recover();
        stop(&school, message);
        run.close(10);
        assert_eq!(school.states(message), ["incertain resultat_inconnu"]);
        assert_eq!(school.sums(message), "echec 1 0 0 1 0");
        assert_eq!(run.record(&[accepted(&granted[0])]).len(), 1);
        run.close(10);
        assert_eq!(school.states(message), ["envoye"]);
        assert_eq!(school.sums(message), "envoye 1 1 0 0 0");
    }
}

fn a_late_temporary_failure_changes_nothing(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    school.leases_are_over();
    run.recover();
    let row = "etat || ' ' || CAST(prochaine AS TEXT) || ' ' || tentatives || ' ' || ambigus";
    let before = school.envoi(granted[0].id, row);
    let next = run.conn.now().unwrap() + DAY;
    assert_eq!(run.record(&[postponed(&granted[0], next)]), []);
    assert_eq!(run.record(&[lost(&granted[0])]), []);
    assert_eq!(school.envoi(granted[0].id, row), before);
    assert_eq!(school.statut(message), "en_attente");
    // Nor what the history says of the attempt, which proves the doubt.
    assert_eq!(school.count("tentatives", "verdict = 'ambigu'"), 1);
}

fn a_retry_that_was_recorded_is_not_ended_by_the_same_answer_read_again(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 2);
    let next = run.conn.now().unwrap() + DAY;
    assert_eq!(run.record(&[postponed(&granted[0], next)]).len(), 1);
    // Read again from a journal, its next date may be too late by now, or it reads as meant for the parent.
    assert_eq!(run.record(&[refused(&granted[0])]), []);
    assert_eq!(school.states(message), ["a_envoyer", "emission"]);
    assert_eq!(run.record(&[accepted(&granted[0])]).len(), 1);
}

fn a_late_answer_to_what_is_final_changes_nothing(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[accepted(&granted[0])]);
    run.close(10);
    assert_eq!(run.record(&[refused(&granted[0])]), []);
    assert_eq!(school.states(message), ["envoye"]);
    assert_eq!(school.count("tentatives", "verdict = 'accepte'"), 1);
    assert_eq!(
        school.statut(message),
        "envoye",
        "nothing opens the message again"
    );
}
