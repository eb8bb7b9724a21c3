//! What is left of what was forgotten: numbers, states and days, and nothing of anybody.

use super::{age, forget, sent, written};
use crate::harness::{School, To, message, parent};
use messages_core::model::{Fiche, NewMessage};
use messages_core::store::annuaire::Resource;
use messages_core::store::appels::statistiques::{self, Selection, Statistics};
use messages_core::store::messages::Filter;
use messages_core::store::verify::{self, States};
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::{Canal, Regle};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    nothing_of_anybody_is_left_of_what_is_old,
    statistics_states_and_sums_stay,
    whoever_is_erased_takes_along_what_was_written_to_them_alone,
    parents_who_left_long_ago_go_with_the_pupils_that_nobody_else_has,
);

/// Stands in every text of what is old.
const SECRET: &str = "Zorglubine";

/// Stands in every text of what is young.
const YOUNG: &str = "Wanderfalke";

fn with(secret: &str, to: To) -> NewMessage {
    NewMessage {
        sujet: Some(format!("Absence de {secret}")),
        contenu: format!("Votre enfant {secret} est absent."),
        contenu_html: Some(format!("<p>Votre enfant {secret} est absent.</p>")),
        ..message(Canal::Email, to)
    }
}

/// What runs and people leave in the columns that they write.
fn leave(database: &Database, secret: &str, which: &str) {
    database.execute(&format!(
        "UPDATE messages SET details_erreur = '{secret}', auteur = 'utilisateur {secret}' WHERE {which};
         UPDATE envois SET adresse = '{secret}' || id || '@exemple.example', reference = '{secret}',
                code = '{secret}', detail = '{secret}', remise_code = '{secret}'
          WHERE message IN (SELECT id FROM messages WHERE {which});
         UPDATE tentatives SET code = '{secret}', passage = '{secret}' || envoi
          WHERE envoi IN (SELECT e.id FROM envois e JOIN messages m ON m.id = e.message WHERE m.{which});
         UPDATE historique SET acteur = 'utilisateur {secret}', ip = '{secret}', demande = '{secret}',
                bilan = '{secret}'
          WHERE objet = 'message' AND numero IN (SELECT id FROM messages WHERE {which});"
    ));
}

/// `table.column` of every text in the database that holds these letters.
fn places(database: &Database, letters: &str) -> Vec<String> {
    let columns = database.texts(if database.is_postgres() {
        "SELECT table_name || ' ' || column_name AS v FROM information_schema.columns
          WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')"
    } else {
        "SELECT t.name || ' ' || c.name AS v FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c
          WHERE t.type = 'table' AND t.name <> 'recherche'"
    });
    assert!(columns.len() > 60, "all tables are looked at: {columns:?}");
    let holds = |column: &&String| {
        let (table, column) = column.split_once(' ').unwrap();
        let question = format!(
            "SELECT CAST(count(*) AS TEXT) AS v FROM {table}
              WHERE lower(CAST(\"{column}\" AS TEXT)) LIKE '%{}%'",
            letters.to_lowercase()
        );
        database.number(&question) > 0
    };
    columns.iter().filter(holds).cloned().collect()
}

/// How often the letters stand in the file and in the one beside it.
fn in_the_file(database: &Database, letters: &str) -> usize {
    let file = database.url().trim_start_matches("sqlite://");
    let [file, wal] =
        ["", "-wal"].map(|end| std::fs::read(format!("{file}{end}")).unwrap_or_default());
    let is_there = |bytes: &[u8]| bytes.eq_ignore_ascii_case(letters.as_bytes());
    [file, wal]
        .iter()
        .map(|bytes| {
            bytes
                .windows(letters.len())
                .filter(|window| is_there(window))
                .count()
        })
        .sum()
}

fn nothing_of_anybody_is_left_of_what_is_old(database: &Database) {
    let school = School::new(database);
    school.parents((1..=3).map(parent));
    let old = written(&school, &with(SECRET, To::All), 3);
    let single = written(&school, &with(SECRET, To::Parent(2)), 1);
    let young = written(&school, &with(YOUNG, To::All), 3);
    let which = format!("id IN ({old}, {single})");
    leave(database, SECRET, &which);
    leave(database, YOUNG, &format!("id IN ({young})"));
    age(database, &which);
    let before = places(database, YOUNG);
    assert!(
        places(database, SECRET).len() >= 13,
        "{:?}",
        places(database, SECRET)
    );
    let mut conn = school.conn();
    let forgotten = forget(&mut conn);
    assert_eq!(
        (forgotten.messages, forgotten.envois, forgotten.tentatives),
        (2, 4, 4)
    );
    assert_eq!(places(database, SECRET), Vec::<String>::new());
    assert_eq!(places(database, YOUNG), before, "what is young stays");
    let theirs = format!("message IN (SELECT id FROM messages WHERE {which})");
    assert_eq!(
        school.count("envois", &format!("{theirs} AND parent IS NOT NULL")),
        0
    );
    assert_eq!(
        school.count("messages", &format!("{which} AND parent IS NOT NULL")),
        0
    );
    for (word, found) in [(SECRET, 0), (YOUNG, 1)] {
        let filter = Filter {
            search: vec![word.to_owned()],
            ..Filter::default()
        };
        assert_eq!(
            messages::ids(&mut conn, &filter).unwrap().len(),
            found,
            "{word}"
        );
    }
    if !database.is_postgres() {
        drop(conn);
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        assert_eq!(in_the_file(database, SECRET), 0);
        assert!(in_the_file(database, YOUNG) > 0);
        // Of the index too, which has words in pieces.
        database.execute("CREATE VIRTUAL TABLE morceaux USING fts5vocab(recherche, row)");
        let piece = |piece| school.count("morceaux", &format!("term = '{piece}'"));
        assert_eq!((piece("zor"), piece("wan")), (0, 1));
    }
}

/// What statistics and checks tell of everything.
fn told(conn: &mut Conn) -> (Statistics, Vec<States>, Vec<usize>) {
    let statistics = statistiques::messages(conn, &Selection::default()).unwrap();
    let breaches = Regle::ALL
        .iter()
        .map(|regle| verify::breaches(conn, *regle, &[], 10).unwrap().len());
    let breaches = breaches.collect();
    (statistics, verify::states(conn).unwrap(), breaches)
}

fn statistics_states_and_sums_stay(database: &Database) {
    let school = School::new(database);
    school.parents((1..=4).map(parent));
    let ids = [
        sent(&school, Canal::Email, To::All, 4),
        sent(&school, Canal::Sms, To::All, 4),
        sent(&school, Canal::Sms, To::Parent(2), 1),
    ];
    age(database, "1 = 1");
    database.execute("UPDATE messages SET est_lu = true WHERE type = 'email'");
    let mut conn = school.conn();
    let before = told(&mut conn);
    let sums = ids.map(|id| school.sums(id));
    let days = "SELECT COALESCE(CAST(date_envoi AS TEXT), '-') AS v FROM messages ORDER BY id";
    let sent_on = database.texts(days);
    assert_eq!(forget(&mut conn).messages, 3);
    assert_eq!(told(&mut conn), before);
    assert_eq!(before.2, vec![0; Regle::ALL.len()]);
    assert_eq!(ids.map(|id| school.sums(id)), sums);
    assert_eq!(database.texts(days), sent_on);
    assert_eq!(messages::count(&mut conn, &Filter::default()).unwrap(), 3);
}

fn whoever_is_erased_takes_along_what_was_written_to_them_alone(database: &Database) {
    let school = School::new(database);
    school.parents((1..=3).map(parent));
    let theirs = written(&school, &with(SECRET, To::Parent(1)), 1);
    let others = written(&school, &with(YOUNG, To::Parent(2)), 1);
    let class = written(&school, &with(YOUNG, To::All), 3);
    let sums = [theirs, others, class].map(|id| school.sums(id));
    Fiche::delete(&mut school.conn(), 1).unwrap();
    assert_eq!(places(database, SECRET), Vec::<String>::new());
    assert_eq!(school.count("messages", "oublie_le IS NOT NULL"), 1);
    assert_eq!([theirs, others, class].map(|id| school.sums(id)), sums);
    // What names the child to others goes by its age, like everything else.
    age(database, "1 = 1");
    assert_eq!(forget(&mut school.conn()).messages, 2);
    assert_eq!(places(database, YOUNG), Vec::<String>::new());
}

fn parents_who_left_long_ago_go_with_the_pupils_that_nobody_else_has(database: &Database) {
    let school = School::new(database);
    school.parents((1..=4).map(parent));
    database.execute(
        "INSERT INTO etudiants (id, nom) VALUES (1, 'Zorglubine'), (2, 'Deux'), (3, 'Trois');
         INSERT INTO parents_etudiants (parent, etudiant) VALUES (1, 1), (1, 2), (2, 2), (3, 3);",
    );
    // Of the third the last message is young; the fourth has just left.
    let old = sent(&school, Canal::Sms, To::Parent(1), 1);
    sent(&school, Canal::Sms, To::Parent(3), 1);
    age(database, &format!("id = {old}"));
    database.execute(
        "UPDATE parents SET parti_le = '2026-05-01T00:00:00Z' WHERE id IN (1, 3);
         UPDATE parents SET parti_le = '2026-06-02T00:00:00Z' WHERE id = 4;",
    );
    let mut conn = school.conn();
    let due = messages_core::store::oubli::due(&mut conn, super::limit()).unwrap();
    let forgotten = forget(&mut conn);
    assert_eq!((forgotten.parents, forgotten.etudiants), (1, 1));
    assert_eq!(forgotten, due);
    let left = |table| {
        database.texts(&format!(
            "SELECT CAST(id AS TEXT) AS v FROM {table} ORDER BY id"
        ))
    };
    assert_eq!(
        (left("parents"), left("etudiants")),
        (
            vec!["2".to_owned(), "3".into(), "4".into()],
            vec!["2".to_owned(), "3".into()]
        )
    );
    let deeds =
        "SELECT objet || ' ' || numero AS v FROM historique WHERE action = 'supprime' ORDER BY id";
    assert_eq!(database.texts(deeds), ["parent 1", "etudiant 1"]);
}
