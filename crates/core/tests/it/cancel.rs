//! Cancelling, alone and against running dispatchers.

use crate::harness::{School, To, accepted, message, moments, parent, refused};
use messages_core::model::NewMessage;
use messages_core::store::{Error, messages};
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;
use std::time::Duration;

stories!(
    a_programmed_message_becomes_a_draft_again,
    of_a_leaving_message_what_is_not_in_emission_is_stopped,
    a_cancelled_message_closes_with_its_reason,
    an_answer_after_the_cancel_still_counts,
    what_cannot_be_cancelled_is_a_conflict,
    nothing_is_announced_after_the_commit_of_a_cancel,
);

fn a_programmed_message_becomes_a_draft_again(database: &Database) {
    let school = School::new(database);
    let message = school.programme(Canal::Sms, To::All);
    assert_eq!(messages::cancel(&mut school.conn(), message).unwrap(), 0);
    assert_eq!(
        school.count(
            "messages",
            "statut = 'brouillon' AND programme_le IS NULL AND annule_le IS NULL"
        ),
        1
    );
    assert_eq!(school.expand().messages, 0);
}

fn of_a_leaving_message_what_is_not_in_emission_is_stopped(database: &Database) {
    let school = School::new(database);
    let cancelled = school.leaving(Canal::Sms, 5);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 4);
    let granted = run.announce(&leased[..3]).0;
    run.record(&[accepted(&granted[0]), refused(&granted[1])]);
    let other = school.programme(Canal::Sms, To::All);
    school.expand();
    assert_eq!(messages::cancel(&mut school.conn(), cancelled).unwrap(), 2);
    assert_eq!(
        school.states(cancelled),
        [
            "envoye",
            "echec permanent",
            "emission",
            "ignore annule",
            "ignore annule"
        ]
    );
    let free =
        "motif = 'annule' AND proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL";
    assert_eq!(school.count("envois", free), 2);
    assert_eq!(
        school.statut(cancelled),
        "en_attente",
        "one envoi may still be on its way"
    );
    assert_eq!(school.states(other), ["a_envoyer"; 5]);
}

fn a_cancelled_message_closes_with_its_reason(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    messages::cancel(&mut school.conn(), message).unwrap();
    let closed = school.run("run").close(10);
    assert!(closed[0].annule);
    assert_eq!(closed[0].bilan[&(Etat::Ignore, Some(Motif::Annule))], 2);
    assert_eq!(school.sums(message), "echec 2 0 0 0 2");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        "2 destinataires non atteints : 2 annulés avant l'envoi."
    );
}

fn an_answer_after_the_cancel_still_counts(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    messages::cancel(&mut school.conn(), message).unwrap();
    assert_eq!(run.close(10), []);
    assert_eq!(run.record(&[accepted(&granted[0])]).len(), 1);
    run.close(10);
    assert_eq!(school.sums(message), "envoye 2 1 0 0 1");
}

fn what_cannot_be_cancelled_is_a_conflict(database: &Database) {
    let school = School::new(database);
    let draft = school.insert(&NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::All)
    });
    let nobody = school.programme(Canal::Sms, To::All);
    school.expand();
    school.run("run").close(10);
    let sent = school.leaving(Canal::Sms, 1);
    school.ends(1, Etat::Envoye, None);
    school.run("run").close(10);
    let leaving = school.leaving(Canal::Sms, 1);
    let mut conn = school.conn();
    messages::cancel(&mut conn, leaving).unwrap();
    for (id, statut) in [
        (draft, "brouillon"),
        (nobody, "echec"),
        (sent, "envoye"),
        (leaving, "en_attente"),
    ] {
        let outcome = messages::cancel(&mut conn, id);
        assert!(
            matches!(outcome, Err(Error::Conflict(_))),
            "{statut}: {outcome:?}"
        );
        assert_eq!(school.statut(id), statut);
    }
    assert!(matches!(
        messages::cancel(&mut conn, 9999),
        Err(Error::NotFound)
    ));
}

/// Envois of one message.
const EACH: i64 = 4;

fn nothing_is_announced_after_the_commit_of_a_cancel(database: &Database) {
    let school = School::new(database);
    let rounds = if database.is_postgres() { 80 } else { 200 };
    school.parents((1..=EACH).map(parent));
    let ids = school.programme_many(rounds, Canal::Sms, To::All);
    school.expand();
    let (mut sender, mut canceller) = (school.run("sender"), school.run("canceller"));
    let moments = moments(rounds.try_into().unwrap(), sender.conn.now().unwrap());
    let turns: Vec<String> = ids
        .iter()
        .zip(&moments)
        .map(|(id, at)| format!("UPDATE envois SET prochaine = '{at}' WHERE message = {id};"))
        .collect();
    database.execute(&format!("BEGIN; {} COMMIT;", turns.concat()));
    for (n, (id, now)) in (0..).zip(ids.into_iter().zip(moments)) {
        let (at_commit, at_end) = thread::scope(|scope| {
            let sending = scope.spawn(|| sender.send_one_by_one(now, n % 2 == 0));
            thread::sleep(Duration::from_micros(400 * (n % 8)));
            messages::cancel(&mut canceller.conn, id).unwrap();
            let at_commit = canceller.in_emission();
            sending.join().unwrap();
            (at_commit, canceller.in_emission())
        });
        assert_eq!(
            at_commit, at_end,
            "round {n}: announced after the cancel was committed"
        );
    }
    let announced = school.count("envois", "etat = 'emission'");
    let stopped = school.count("envois", "etat = 'ignore' AND motif = 'annule'");
    assert_eq!(announced + stopped, EACH * i64::try_from(rounds).unwrap());
    assert_eq!(announced, school.count("tentatives", "1 = 1"));
    assert!(
        announced > 0 && stopped > 0,
        "no race: {announced} announced, {stopped} stopped"
    );
}
