//! Small steps: each whole, none twice, and what is left of a large message is found again.

use super::{OLD, age, forget, is_forgotten, limit, sent, step};
use crate::harness::{School, To, parent, resend};
use messages_core::store::oubli::{self, CHUNK, Cours, Oublies};
use messages_core::store::{Conflict, Error};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;

stories!(
    a_large_message_is_forgotten_from_the_first_step_on,
    a_step_that_fails_changes_nothing,
    two_at_once_forget_each_row_once,
    what_is_alive_among_what_is_old_is_passed_over,
);

/// A table of the numbers from one on, with the column `n`.
fn series(database: &Database, name: &str, count: usize) -> String {
    if database.is_postgres() {
        format!("generate_series(1, {count}) AS {name}(n)")
    } else {
        format!(
            "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})
              SELECT n FROM s) AS {name}"
        )
    }
}

/// Old messages of so many envois each.
fn old(school: &School<'_>, messages: usize, envois: usize) {
    let each = series(school.database, "un", messages);
    let recipients = series(school.database, "autre", envois);
    school.database.execute(&format!(
        "INSERT INTO messages (type, contenu, statut, est_message_groupe, date_creation, etendu_le,
                               date_envoi, nb_destinataires, nb_envoyes)
         SELECT 'sms', 'texte ' || un.n, 'envoye', true, '{OLD}', '{OLD}', '{OLD}', {envois}, {envois}
           FROM {each};
         INSERT INTO envois (message, canal, adresse, etat, prochaine, expire, termine_le)
         SELECT m.id, 'sms', '+336' || autre.n, 'envoye', '{OLD}', '{OLD}', '{OLD}'
           FROM messages m CROSS JOIN {recipients};
         INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict)
         SELECT id, jeton, 'p', '{OLD}', '{OLD}', 'accepte' FROM envois;"
    ));
}

fn a_large_message_is_forgotten_from_the_first_step_on(database: &Database) {
    let school = School::new(database);
    old(&school, 1, 2 * CHUNK + 7);
    old_small(&school);
    let mut conn = school.conn();
    let mut cours = Cours::new(limit());
    let first = step(&mut conn, &mut cours);
    assert_eq!(
        (first.messages, first.envois, first.tentatives),
        (1, CHUNK, CHUNK)
    );
    assert!(is_forgotten(&school, 1));
    assert_eq!(school.count("messages", "id = 1 AND contenu <> ''"), 0);
    let left = school.count("envois", "adresse IS NOT NULL");
    assert_eq!(usize::try_from(left).unwrap(), CHUNK + 7 + 2);
    let outcome = resend(&mut conn, 1, None);
    assert!(
        matches!(outcome, Err(Error::Conflict(Conflict::Forgotten))),
        "{outcome:?}"
    );
    // That process is gone: the next one begins at the beginning.
    let due = oubli::due(&mut conn, limit()).unwrap();
    let rest = forget(&mut conn);
    assert_eq!(
        (rest.messages, rest.envois, rest.tentatives),
        (2, CHUNK + 7 + 2, CHUNK + 7 + 2)
    );
    assert_eq!(
        (due.messages, due.envois, due.tentatives),
        (rest.messages, rest.envois, rest.tentatives)
    );
    assert_eq!(school.count("envois", "adresse IS NOT NULL"), 0);
    assert_eq!(
        school.count("tentatives", "1 = 1") + school.count("oublis", "1 = 1"),
        0
    );
    assert!(forget(&mut conn).is_nothing());
}

/// Two of one envoi each.
fn old_small(school: &School<'_>) {
    school.database.execute(&format!(
        "INSERT INTO messages (type, contenu, statut, date_creation, etendu_le, nb_destinataires)
         VALUES ('sms', 'un', 'echec', '{OLD}', '{OLD}', 1), ('sms', 'deux', 'echec', '{OLD}', '{OLD}', 1);
         INSERT INTO envois (message, canal, adresse, etat, motif, prochaine, expire, termine_le)
         SELECT id, 'sms', '+33', 'echec', 'permanent', '{OLD}', '{OLD}', '{OLD}' FROM messages WHERE id > 1;
         INSERT INTO tentatives (envoi, jeton, passage, debut)
         SELECT id, jeton, 'p', '{OLD}' FROM envois WHERE message > 1;"
    ));
}

fn a_step_that_fails_changes_nothing(database: &Database) {
    let school = School::new(database);
    school.parents((1..=3).map(parent));
    sent(&school, Canal::Sms, To::All, 3);
    age(database, "1 = 1");
    let all =
        "SELECT m.contenu || COALESCE(e.adresse, '-') || (SELECT count(*) FROM tentatives) AS v
                 FROM messages m JOIN envois e ON e.message = m.id ORDER BY e.id";
    let before = database.texts(all);
    let mut conn = school.conn();
    let mut cours = Cours::new(limit());
    let outcome = conn.write(|conn| {
        assert_eq!(oubli::step(conn, &mut cours)?.envois, 3);
        Err::<(), _>(Error::Stale)
    });
    assert!(outcome.is_err());
    assert_eq!(database.texts(all), before);
    assert!(!is_forgotten(&school, 1));
    assert_eq!(forget(&mut conn).envois, 3);
}

fn two_at_once_forget_each_row_once(database: &Database) {
    let school = School::new(database);
    old(&school, 400, 9);
    let sums: Vec<Oublies> = thread::scope(|scope| {
        let both = [0; 3].map(|_| {
            let mut conn = school.conn();
            scope.spawn(move || forget(&mut conn))
        });
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut sum = Oublies::default();
    for one in sums {
        sum += one;
    }
    // What one of them held when the others came by is the next run's.
    sum += forget(&mut school.conn());
    assert_eq!(
        (sum.messages, sum.envois, sum.tentatives),
        (400, 3600, 3600)
    );
    assert_eq!(
        school.count("messages", "oublie_le IS NULL OR contenu <> ''"),
        0
    );
    assert_eq!(school.count("envois", "adresse IS NOT NULL"), 0);
    assert_eq!(school.count("oublis", "1 = 1"), 0);
}

fn what_is_alive_among_what_is_old_is_passed_over(database: &Database) {
    let school = School::new(database);
    old(&school, 700, 1);
    // More than are looked at in a step: their envois ended lately, or somebody has just looked at them.
    database.execute(
        "UPDATE envois SET termine_le = '2026-07-01T00:00:00Z' WHERE message <= 350;
         INSERT INTO historique (acteur, action, objet, numero)
         SELECT 'anonyme', 'renvoye', 'message', id FROM messages WHERE id BETWEEN 351 AND 680;",
    );
    let forgotten = forget(&mut school.conn());
    assert_eq!((forgotten.messages, forgotten.envois), (20, 20));
    assert_eq!(
        school.count("messages", "oublie_le IS NOT NULL AND id > 680"),
        20
    );
}
