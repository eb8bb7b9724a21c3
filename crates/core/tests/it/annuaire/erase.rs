//! Erasing a parent, alone and against running dispatchers.

use crate::harness::{School, To, accepted, moments, parent, postponed, refused, resend};
use messages_core::model::Fiche;
use messages_core::store::annuaire::Resource;
use messages_core::store::envois::Outcome;
use messages_core::store::expansion::{self, NewEnvoi};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Canal, Etat};
use messages_testing::db::Database;
use messages_testing::stories;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

stories!(
    a_programmed_message_to_an_erased_parent_reaches_nobody,
    what_waits_for_an_erased_parent_is_ended,
    a_sent_message_keeps_its_sums_and_forgets_the_address,
    nothing_is_changed_while_an_envoi_is_under_way,
    what_is_leased_is_neither_announced_nor_refused,
    a_late_answer_counts_and_brings_nothing_back,
    a_late_answer_to_what_was_ended_is_told_and_brings_no_address_back,
    an_envoi_that_is_being_added_is_ended_too,
    nothing_is_announced_after_the_commit_of_an_erasure,
);

/// Nothing is left of who the parent was.
fn assert_forgotten(school: &School<'_>, id: i64) {
    assert_eq!(school.count("parents", &format!("id = {id}")), 0);
    assert_eq!(school.count("envois", &format!("parent = {id}")), 0);
    let kept = "parent IS NULL AND (adresse IS NOT NULL OR detail IS NOT NULL)";
    assert_eq!(school.count("envois", kept), 0);
}

fn erase(conn: &mut Conn, id: i64) {
    Fiche::delete(conn, id).unwrap();
}

/// `etat motif` of the envois that have no parent any more.
fn orphans(school: &School<'_>) -> Vec<String> {
    school.database.texts(
        "SELECT trim(etat || ' ' || COALESCE(motif, '')) AS v FROM envois
          WHERE parent IS NULL ORDER BY id",
    )
}

fn with_words(finished: Outcome) -> Outcome {
    Outcome {
        detail: Some("parent1@exemple.example said so".to_owned()),
        reference: None,
        ..finished
    }
}

fn a_programmed_message_to_an_erased_parent_reaches_nobody(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1), parent(2)]);
    let single = school.programme(Canal::Sms, To::Parent(1));
    let group = school.programme(Canal::Sms, To::All);
    erase(&mut school.conn(), 1);
    assert_forgotten(&school, 1);
    assert_eq!(school.statut(single), "programme");
    let step = school.expand();
    assert_eq!((step.messages, step.recipients), (2, 1));
    school.ends(2, Etat::Envoye, None);
    school.run("run").close(10);
    assert_eq!(school.sums(single), "echec 0 0 0 0 0");
    assert_eq!(school.sums(group), "envoye 1 1 0 0 0");
}

fn what_waits_for_an_erased_parent_is_ended(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 3);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    let later = run.conn.now().unwrap() + Duration::from_secs(60);
    run.record(&[with_words(postponed(&granted[0], later))]);
    erase(&mut run.conn, 1);
    assert_forgotten(&school, 1);
    assert_eq!(
        school
            .states(message)
            .iter()
            .filter(|s| *s == "a_envoyer")
            .count(),
        2
    );
    assert_eq!(orphans(&school), ["ignore efface"]);
    let free =
        "motif = 'efface' AND proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL";
    assert_eq!(school.count("envois", free), 1);
    school.ends(2, Etat::Envoye, None);
    assert_eq!(run.close(10), [], "one still waits");
    erase(&mut run.conn, 3);
    run.close(10);
    assert_eq!(school.sums(message), "envoye 3 1 0 0 2");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        "2 destinataires non atteints : 2 retirés de l'annuaire."
    );
}

fn a_sent_message_keeps_its_sums_and_forgets_the_address(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 3);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 3);
    run.record(&[
        with_words(accepted(&granted[0])),
        with_words(refused(&granted[1])),
        accepted(&granted[2]),
    ]);
    run.close(10);
    let ended = school.one("SELECT CAST(max(termine_le) AS TEXT) AS v FROM envois");
    erase(&mut run.conn, 1);
    erase(&mut run.conn, 2);
    assert_forgotten(&school, 1);
    assert_eq!(orphans(&school), ["envoye", "echec permanent"]);
    assert_eq!(school.sums(message), "envoye 3 2 1 0 0");
    assert_eq!(school.count("envois", "adresse IS NOT NULL"), 1);
    assert_eq!(
        school.one("SELECT CAST(max(termine_le) AS TEXT) AS v FROM envois WHERE parent IS NULL"),
        ended
    );
    let outcome = resend(&mut run.conn, message, None);
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_eq!(school.sums(message), "envoye 3 2 1 0 0");
}

fn nothing_is_changed_while_an_envoi_is_under_way(database: &Database) {
    let school = School::new(database);
    let first = school.leaving(Canal::Sms, 1);
    let mail = school.programme(Canal::Email, To::Parent(1));
    school.expand();
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    let outcome = Fiche::delete(&mut school.conn(), 1);
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_eq!(school.states(first), ["emission"]);
    assert_eq!(school.states(mail), ["a_envoyer"]);
    assert_eq!(
        school.count("envois", "adresse IS NOT NULL AND parent = 1"),
        2
    );
    assert_eq!(run.record(&[accepted(&granted[0])]).len(), 1);
    erase(&mut school.conn(), 1);
    assert_forgotten(&school, 1);
    assert_eq!(orphans(&school), ["envoye", "ignore efface"]);
}

fn what_is_leased_is_neither_announced_nor_refused(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 2);
    erase(&mut school.conn(), 1);
    let (granted, refused) = run.announce(&leased);
    assert_eq!((granted.len(), refused), (1, Vec::new()));
    run.record(&[accepted(&granted[0])]);
    run.close(10);
    assert_forgotten(&school, 1);
    assert_eq!(school.sums(message), "envoye 2 1 0 0 1");
}

fn a_late_answer_counts_and_brings_nothing_back(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 2);
    school.leases_are_over();
    run.recover();
    school.run("other").close(10);
    assert_eq!(school.sums(message), "echec 2 0 0 2 0");
    erase(&mut school.conn(), 1);
    assert_eq!(school.sums(message), "echec 2 0 0 2 0");
    assert_eq!(orphans(&school), ["incertain resultat_inconnu"]);
    let late = [
        with_words(accepted(&granted[0])),
        with_words(refused(&granted[1])),
    ];
    assert_eq!(run.record(&late).len(), 2);
    run.close(10);
    assert_forgotten(&school, 1);
    assert_eq!(school.sums(message), "envoye 2 1 1 0 0");
    assert_eq!(
        school.count("envois", "parent = 2 AND detail IS NOT NULL"),
        1
    );
}

fn a_late_answer_to_what_was_ended_is_told_and_brings_no_address_back(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    school.leases_are_over();
    run.recover();
    assert_eq!(school.states(message), ["a_envoyer"]);
    erase(&mut school.conn(), 1);
    run.close(10);
    assert_eq!(orphans(&school), ["incertain resultat_inconnu"]);
    assert_eq!(run.record(&[with_words(accepted(&granted[0]))]).len(), 1);
    run.close(10);
    assert_forgotten(&school, 1);
    assert_eq!(orphans(&school), ["envoye"]);
    assert_eq!(school.sums(message), "envoye 1 1 0 0 0");
}

/// The envoi that a run adds while parent 1 is being erased.
fn envoi(conn: &mut Conn, message: i64) -> NewEnvoi {
    let now = conn.now().unwrap();
    NewEnvoi {
        message,
        parent: 1,
        canal: Canal::Sms,
        adresse: Some(parent(1).telephone),
        etat: Etat::AEnvoyer,
        motif: None,
        detail: None,
        rang: 0,
        prochaine: now,
        expire: now + Duration::from_secs(60),
        termine_le: None,
    }
}

fn an_envoi_that_is_being_added_is_ended_too(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let message = school.programme(Canal::Sms, To::All);
    let mut run = school.run("run");
    let mut office = school.conn();
    thread::scope(|scope| {
        let (added, wait) = mpsc::channel();
        let erasing = scope.spawn(move || {
            wait.recv().unwrap();
            Fiche::delete(&mut office, 1)
        });
        let added = run.conn.write(|conn| {
            let now = conn.now()?;
            let envoi = envoi(conn, message);
            expansion::insert(conn, &[envoi], now)?;
            added.send(()).unwrap();
            // The erasure has to wait for this transaction.
            thread::sleep(Duration::from_millis(300));
            Ok(())
        });
        added.unwrap();
        erasing.join().unwrap().unwrap();
    });
    assert_forgotten(&school, 1);
    assert_eq!(orphans(&school), ["ignore efface"]);
}

/// SQLite has one writer, so nothing comes between.
#[test]
fn an_envoi_to_a_parent_who_is_gone_meanwhile_is_a_conflict() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let school = School::new(&database);
    school.parents([parent(1)]);
    let message = school.programme(Canal::Sms, To::All);
    let mut run = school.run("run");
    let outcome = run.conn.write(|conn| {
        let now = conn.now()?;
        let envoi = envoi(conn, message);
        erase(&mut school.conn(), 1);
        expansion::insert(conn, &[envoi], now)
    });
    // At which the run looks again; see `Expander::step`.
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
}

/// Messages to each parent.
const EACH: i64 = 4;

fn nothing_is_announced_after_the_commit_of_an_erasure(database: &Database) {
    let school = School::new(database);
    let rounds = if database.is_postgres() { 80 } else { 200 };
    school.parents((1..=rounds).map(parent));
    school.programme_many(EACH.try_into().unwrap(), Canal::Sms, To::All);
    school.expand();
    let (mut sender, mut office) = (school.run("sender"), school.conn());
    let moments = moments(rounds.unsigned_abs(), sender.conn.now().unwrap());
    let turns: Vec<String> = (1..=rounds)
        .zip(&moments)
        .map(|(id, at)| format!("UPDATE envois SET prochaine = '{at}' WHERE parent = {id};"))
        .collect();
    database.execute(&format!("BEGIN; {} COMMIT;", turns.concat()));
    let mut erased = 0;
    for (id, now) in (1..=rounds).zip(moments) {
        let outcome = thread::scope(|scope| {
            scope.spawn(|| sender.send_one_by_one(now, id % 2 == 0));
            thread::sleep(Duration::from_micros(400 * (id.unsigned_abs() % 8)));
            Fiche::delete(&mut office, id)
        });
        let of_it = |condition| school.count("envois", &format!("parent = {id} AND {condition}"));
        match outcome {
            Ok(()) => erased += 1,
            // What the erasure held for a moment was passed over by the claim, and still waits.
            Err(Error::Conflict(_)) => {
                assert!(of_it("etat = 'emission'") > 0, "round {id}: no reason");
                let kept = of_it("adresse IS NOT NULL AND motif IS NULL");
                assert_eq!(kept, EACH, "round {id}");
            }
            Err(error) => panic!("round {id}: {error}"),
        }
        let ended = "parent IS NULL AND motif = 'efface' AND adresse IS NULL";
        assert_eq!(school.count("envois", ended), EACH * erased, "round {id}");
    }
    let announced = "envoi IN (SELECT id FROM envois WHERE parent IS NULL)";
    assert_eq!(school.count("tentatives", announced), 0);
    assert_eq!(school.count("parents", "1 = 1"), rounds - erased);
    assert!(0 < erased && erased < rounds, "no race: {erased} erased");
}
