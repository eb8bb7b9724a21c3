//! The counters always say what a full count would.

mod law;
mod periods;
mod recount;

use crate::harness::{Run, School, To, accepted, message, parent, place, resend, take_over};
use crate::whole::Whole;
use chrono::NaiveDate;
use messages_core::instant::Instant;
use messages_core::model::{Classe, NewMessage};
use messages_core::store::annuaire::Annuaire;
use messages_core::store::appels::statistiques::{self, Selection};
use messages_core::store::messages::Filter;
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::{Canal, Etat, Motif};
use messages_testing::db::Database;
use messages_testing::stories;
use recount::recount;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

stories!(
    the_statistics_are_those_of_the_recording,
    an_empty_school_has_zeros,
    open_envois_are_counted_where_they_are,
    the_oldest_due_is_a_message_or_an_envoi,
    writers_at_once_are_all_counted,
    what_was_there_before_is_counted,
    a_file_of_messages_is_counted,
    a_table_that_is_emptied_counts_nothing,
);

/// Classes 1 to `classes`.
pub(crate) fn with_classes(school: &School<'_>, classes: i64) {
    let annuaire = Annuaire {
        classes: (1..=classes)
            .map(|id| Classe {
                id,
                nom: format!("Classe {id}"),
                niveau: String::new(),
                annee_scolaire: String::new(),
                ..Classe::default()
            })
            .map(Whole::whole)
            .collect(),
        parents: (1..=5).map(|id| parent(id).whole()).collect(),
        ..Annuaire::default()
    };
    take_over(&mut school.conn(), &annuaire).unwrap();
}

fn the_statistics_are_those_of_the_recording(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 2);
    database.execute(
        "INSERT INTO messages (type, contenu, statut, date_programmee, classe, est_message_groupe) VALUES
           ('sms', 'x', 'envoye', NULL, NULL, false), ('email', 'x', 'envoye', NULL, 1, true),
           ('sms', 'x', 'echec', NULL, NULL, false),
           ('email', 'x', 'programme', '2026-03-02T10:00:00Z', NULL, false),
           ('sms', 'x', 'programme', '2026-03-02T10:00:00Z', 2, false)",
    );
    let found = statistiques::messages(&mut school.conn(), &Selection::default()).unwrap();
    assert_eq!(found.total(), 5);
    assert_eq!(
        found.types,
        BTreeMap::from([(Canal::Sms, 3), (Canal::Email, 2)])
    );
    assert_eq!(
        found.statuts.values().copied().collect::<Vec<_>>(),
        [0, 2, 0, 2, 1]
    );
    let classes: Vec<_> = found
        .classes
        .iter()
        .map(|c| (c.classe, c.nom.as_str(), c.nombre))
        .collect();
    assert_eq!(classes, [(1, "Classe 1", 1), (2, "Classe 2", 0)]);
    assert_eq!((found.emails_envoyes, found.emails_lus), (1, 0));
    assert_eq!(found.read_rate().to_string(), "0");
    database.execute("UPDATE messages SET est_lu = true WHERE statut = 'envoye'");
    database.execute("INSERT INTO messages (type, contenu, statut) VALUES ('email', 'x', 'envoye'), ('email', 'x', 'envoye')");
    let found = statistiques::messages(&mut school.conn(), &Selection::default()).unwrap();
    assert_eq!((found.emails_envoyes, found.emails_lus), (3, 1));
    assert_eq!(found.read_rate().to_string(), "33.3");
    let second = Selection {
        classe: Some(2),
        ..Selection::default()
    };
    assert_eq!(
        statistiques::messages(&mut school.conn(), &second)
            .unwrap()
            .total(),
        1
    );
    recount(&school);
}

fn an_empty_school_has_zeros(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let found = statistiques::messages(&mut conn, &Selection::default()).unwrap();
    assert_eq!((found.total(), found.statuts.len()), (0, 5));
    assert_eq!(found.read_rate().to_string(), "0");
    assert_eq!(found.envois.len(), 14);
    assert_eq!(messages::count(&mut conn, &Filter::default()).unwrap(), 0);
    let now = conn.now().unwrap();
    assert_eq!(statistiques::oldest_due(&mut conn, now).unwrap(), None);
}

fn open_envois_are_counted_where_they_are(database: &Database) {
    let school = School::new(database);
    let sent = school.leaving(Canal::Sms, 7);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 3);
    run.record(&[accepted(&granted[0])]);
    run.claim(Canal::Sms, 2);
    let states = |school: &School<'_>| -> Vec<i64> {
        statistiques::envois_by_state(&mut school.conn())
            .unwrap()
            .iter()
            .filter(|((canal, _), _)| *canal == Canal::Sms)
            .map(|(_, nombre)| *nombre)
            .collect()
    };
    assert_eq!(states(&school), [2, 2, 2, 1, 0, 0, 0]);
    for n in 1..=7 {
        school.ends(n, Etat::Envoye, None);
    }
    school.ends(7, Etat::Incertain, Some(Motif::ResultatInconnu));
    assert_eq!(states(&school), [0, 0, 0, 6, 0, 1, 0]);
    run.close(10);
    assert_eq!(states(&school), [0, 0, 0, 6, 0, 1, 0]);
    resend(&mut school.conn(), sent, None).unwrap();
    assert_eq!(states(&school), [1, 0, 0, 6, 0, 0, 0]);
    recount(&school);
}

fn the_oldest_due_is_a_message_or_an_envoi(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 1);
    let mut conn = school.conn();
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let now = at("2026-03-01T12:00:00Z");
    for date in ["2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z"] {
        school.insert(&NewMessage {
            date_programmee: Some(at(date)),
            ..message(Canal::Sms, To::Parent(1))
        });
    }
    let oldest = |conn: &mut Conn| statistiques::oldest_due(conn, now).unwrap();
    assert_eq!(oldest(&mut conn), Some(at("2026-03-01T11:00:00Z")));
    database.execute(
        "INSERT INTO envois (message, parent, canal, adresse, etat, prochaine, expire)
         SELECT max(id), 1, 'sms', 'a', 'a_envoyer', '2026-03-01T10:00:00.000000Z', '2026-03-02T10:00:00.000000Z' FROM messages",
    );
    assert_eq!(oldest(&mut conn), Some(at("2026-03-01T10:00:00Z")));
    database.execute("UPDATE messages SET statut = 'brouillon'; UPDATE envois SET prochaine = '2026-03-01T12:00:00.000001Z'");
    assert_eq!(oldest(&mut conn), None);
}

/// Ends what one run holds, and closes.
fn close_all(run: &mut Run) {
    for _ in 0..100 {
        if !messages::has_closable(&mut run.conn).unwrap() {
            return;
        }
        run.close(7);
    }
}

/// Raises a flag at its end, whatever ends it: whoever waits for the flag does not wait for ever.
struct Raise<'f>(&'f AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn writers_at_once_are_all_counted(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    let mut ids = Vec::new();
    for n in 1..=3 {
        ids.extend(school.programme_many(100, Canal::Email, To::Parent(n)));
    }
    school.expand();
    for n in 1..=3 {
        school.ends(n, Etat::Envoye, None);
    }
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let school = &school;
        let end = Raise(&over);
        let closers = ["one", "two", "three", "four"].map(|passage| {
            let mut run = school.run(passage);
            scope.spawn(move || close_all(&mut run))
        });
        let reader = ids.clone();
        // Marks in the other order than the closers take them.
        let marker = scope.spawn(move || {
            for chunk in reader.chunks(20).rev() {
                let ids: Vec<String> = chunk.iter().rev().map(i64::to_string).collect();
                school.database.execute(&format!(
                    "UPDATE messages SET est_lu = true WHERE id IN ({})",
                    ids.join(", ")
                ));
            }
        });
        let writer = scope.spawn(move || {
            for n in 0..60 {
                school.programme(Canal::Sms, To::Classe(n % 3 + 1));
            }
        });
        let counters = [0; 2].map(|_| {
            let over = &over;
            scope.spawn(move || {
                let mut conn = school.conn();
                while !over.load(Ordering::Acquire) {
                    // A statement sees all of a change or nothing of it.
                    let emails = Filter {
                        r#type: Some(Canal::Email),
                        ..Filter::default()
                    };
                    assert_eq!(messages::count(&mut conn, &emails).unwrap(), 300);
                }
            })
        });
        for closer in closers {
            closer.join().unwrap();
        }
        marker.join().unwrap();
        writer.join().unwrap();
        drop(end);
        for counter in counters {
            counter.join().unwrap();
        }
    });
    assert_eq!(
        school.count("messages", "statut = 'envoye' AND est_lu"),
        300
    );
    recount(&school);
}

/// As before the migration `compteurs`.
fn without_counters(database: &Database) -> String {
    let folder = if database.is_postgres() {
        "postgres"
    } else {
        "sqlite"
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../migrations")
        .join(folder)
        .join("2026-11-22-100400_compteurs");
    database.execute(&std::fs::read_to_string(folder.join("down.sql")).unwrap());
    std::fs::read_to_string(folder.join("up.sql")).unwrap()
}

fn what_was_there_before_is_counted(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    let up = without_counters(database);
    school.programme_many(40, Canal::Email, To::All);
    school.programme_many(10, Canal::Sms, To::Classe(2));
    school.expand();
    for n in 1..=4 {
        school.ends(n, Etat::Envoye, None);
    }
    school.ends(5, Etat::Ignore, Some(Motif::Doublon));
    school.run("run").close(45);
    school.programme_many(3, Canal::Sms, To::Parent(1));
    database.execute("UPDATE messages SET est_lu = true WHERE id % 7 = 0");
    database.execute(&up);
    recount(&school);
    database.execute("DELETE FROM messages WHERE id % 3 = 0");
    recount(&school);
}

/// Many rows in one statement, of many days.
pub(crate) fn bulk(database: &Database, count: i64) {
    let (series, n) = if database.is_postgres() {
        (format!("generate_series(1, {count}) AS s(n)"), "s.n")
    } else {
        (
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s) AS s"
            ),
            "s.n",
        )
    };
    let at = |days: i64, second: i64| {
        let seconds =
            format!("1767225600 + ({n} * 7919 % {days}) * 86400 + {n} * 104729 % 86400 + {second}");
        if database.is_postgres() {
            format!("to_timestamp({seconds})")
        } else {
            format!("strftime('%Y-%m-%dT%H:%M:%S.000000Z', {seconds}, 'unixepoch')")
        }
    };
    database.execute(&format!(
        "INSERT INTO messages (type, contenu, statut, classe, est_message_groupe, est_lu, date_creation, date_envoi, nb_envoyes, nb_echecs)
         SELECT CASE {n} % 2 WHEN 0 THEN 'sms' ELSE 'email' END, 'x',
                CASE {n} % 5 WHEN 0 THEN 'echec' WHEN 1 THEN 'brouillon' ELSE 'envoye' END,
                CASE WHEN {n} % 4 = 0 THEN NULL ELSE {n} % 3 + 1 END, {n} % 3 = 0, {n} % 10 = 1,
                {created}, CASE WHEN {n} % 5 > 1 THEN {sent} END, {n} % 4, {n} % 2
           FROM {series}",
        created = at(40, 0),
        sent = at(40, 4321),
    ));
}

fn a_file_of_messages_is_counted(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    bulk(database, 5000);
    recount(&school);
    bulk(database, 5000);
    recount(&school);
    database.execute("UPDATE messages SET est_lu = NOT est_lu");
    recount(&school);
    let day = NaiveDate::from_ymd_opt(2026, 1, 10).unwrap();
    let mut conn = Conn::open(&place(database)).unwrap();
    let found = statistiques::by_day(&mut conn, chrono_tz::UTC, day, day, None).unwrap();
    assert!(found[0].1 > 0, "{found:?}");
}

fn a_table_that_is_emptied_counts_nothing(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    bulk(database, 50);
    recount(&school);
    database.execute(if database.is_postgres() {
        "TRUNCATE messages CASCADE"
    } else {
        "DELETE FROM messages"
    });
    recount(&school);
    assert_eq!(school.count("compteurs", "nombre <> 0"), 0);
}
