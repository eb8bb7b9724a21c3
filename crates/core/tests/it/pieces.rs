//! Files that travel with e-mails: they leave with all of a message or with nothing of it, and go when it
//! does.

use crate::harness::{School, To, message, parent};
use crate::oubli::{age, forget};
use messages_core::model::{Fiche, Fichier, NewMessage};
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conflict, Conn, Error, acces, messages, pieces, verify};
use messages_core::vocabulary::{Canal, Regle, Statut};
use messages_testing::db::Database;
use messages_testing::figures::{figure, rounds};
use messages_testing::stories;
use std::sync::Barrier;
use std::thread::scope;
use std::time::Duration;

stories!(
    a_file_that_races_with_a_run_wins_before_it_or_not_at_all,
    two_that_are_added_at_once_are_never_too_much_together,
    files_go_with_their_message,
    an_erased_parent_leaves_no_file,
    who_asks_is_told_of_the_files,
    an_sms_with_a_file_is_told,
);

fn fichier(name: &str, length: usize) -> Fichier {
    Fichier {
        nom_fichier: name.to_owned(),
        type_mime: "application/pdf".to_owned(),
        contenu: vec![b'x'; length],
    }
}

fn a_file_that_races_with_a_run_wins_before_it_or_not_at_all(database: &Database) {
    let school = School::new(database);
    school.parents((1..=20).map(parent));
    let small = fichier("plan.pdf", 100_000);
    let (all, mut before) = (rounds(60, 300), 0);
    for round in 0..all {
        let id = school.programme(Canal::Email, To::All);
        let barrier = Barrier::new(2);
        let added = scope(|threads| {
            let adds = threads.spawn(|| {
                let mut conn = school.conn();
                barrier.wait();
                std::thread::sleep(Duration::from_micros(
                    u64::try_from(round % 10).unwrap() * 500,
                ));
                pieces::add(&mut conn, id, &small)
            });
            threads.spawn(|| {
                barrier.wait();
                school.expand();
            });
            adds.join().unwrap()
        });
        // On PostgreSQL a run passes over what somebody holds.
        school.expand();
        let statut = messages::one(&mut school.conn(), id).unwrap().statut;
        assert_eq!(statut, Statut::EnAttente);
        let there = school.count("pieces_jointes", &format!("message = {id}"));
        match added {
            Ok(_) => {
                before += 1;
                assert_eq!(there, 1);
            }
            Err(Error::Conflict(Conflict::Statut(Statut::EnAttente, _))) => assert_eq!(there, 0),
            Err(other) => panic!("{other}"),
        }
        // The text that is read now is that of what is announced.
        let mut run = school.run("run");
        let announced = run.send(Canal::Email, 5);
        let text = messages::contents(&mut school.conn(), &[id])
            .unwrap()
            .remove(0);
        assert!(announced.iter().all(|envoi| envoi.version == text.version));
        let late = pieces::add(&mut school.conn(), id, &small);
        assert!(matches!(late, Err(Error::Conflict(Conflict::Statut(..)))));
        database.execute(&format!("DELETE FROM messages WHERE id = {id}"));
    }
    figure(&format!(
        "files that race with a run, {}: {before} of {all} came before it, the others were refused",
        database.kind()
    ));
}

fn two_that_are_added_at_once_are_never_too_much_together(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let six = fichier("six.pdf", 6 * 1024 * 1024);
    let id = school.programme(Canal::Email, To::All);
    let added = scope(|threads| {
        let both = [(); 2].map(|()| threads.spawn(|| pieces::add(&mut school.conn(), id, &six)));
        both.map(|one| one.join().unwrap().is_ok())
    });
    assert_eq!(added.iter().filter(|ok| **ok).count(), 1);
    assert_eq!(school.count("pieces_jointes", "true"), 1);
}

/// A message with a file that was sent.
fn sent(school: &School<'_>, to: To) -> i64 {
    let id = school.programme(Canal::Email, to);
    pieces::add(&mut school.conn(), id, &fichier("plan.pdf", 3_000_000)).unwrap();
    school.expand();
    school.database.execute(&format!(
        "UPDATE envois SET etat = 'envoye', termine_le = '2026-05-01T08:00:00.000000Z' WHERE message = {id};
         UPDATE messages SET statut = 'envoye' WHERE id = {id}"
    ));
    id
}

fn files_go_with_their_message(database: &Database) {
    let school = School::new(database);
    school.parents((1..=3).map(parent));
    let mut conn = school.conn();
    let draft = NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Email, To::All)
    };
    let draft = school.insert(&draft);
    pieces::add(&mut conn, draft, &fichier("a.pdf", 10)).unwrap();
    messages::delete(&mut conn, draft).unwrap();
    assert_eq!(school.count("pieces_jointes", "true"), 0);
    for _ in 0..3 {
        sent(&school, To::All);
    }
    age(database, "true");
    assert_eq!(forget(&mut conn).messages, 3);
    assert_eq!(school.count("pieces_jointes", "true"), 0);
    assert_eq!(breaches(&mut conn), 0);
}

fn breaches(conn: &mut Conn) -> usize {
    verify::breaches(conn, Regle::Pieces, &[], 10)
        .unwrap()
        .len()
}

fn an_erased_parent_leaves_no_file(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    sent(&school, To::Parent(1));
    let other = sent(&school, To::All);
    let mut conn = school.conn();
    Fiche::delete(&mut conn, 1).unwrap();
    assert_eq!(
        database.texts("SELECT CAST(message AS TEXT) AS v FROM pieces_jointes"),
        [other.to_string()]
    );
    assert_eq!(breaches(&mut conn), 0);
}

fn who_asks_is_told_of_the_files(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    sent(&school, To::All);
    let told = acces::of_parent(&mut school.conn(), 1).unwrap();
    let files = &told.messages[0].pieces_jointes;
    assert_eq!(
        (files[0].nom_fichier.as_str(), files[0].taille),
        ("plan.pdf", 3_000_000)
    );
}

fn an_sms_with_a_file_is_told(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let id = sent(&school, To::All);
    let mut conn = school.conn();
    assert_eq!(breaches(&mut conn), 0);
    database.execute(&format!("UPDATE messages SET type = 'sms' WHERE id = {id}"));
    assert_eq!(breaches(&mut conn), 1);
}
