//! Opening a database of any age.

use crate::harness::{School, place};
use messages_core::store::{Conn, Error, migrations};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;

stories!(
    a_migration_is_applied_once,
    migrations_at_once_are_applied_once,
    tables_of_a_newer_program_are_refused,
);

fn a_migration_is_applied_once(database: &Database) {
    database.empty();
    let mut conn = Conn::create(&place(database)).unwrap();
    let missing = migrations::pending(&mut conn).unwrap();
    assert!(missing > 0);
    assert_eq!(migrations::migrate(&mut conn).unwrap().len(), missing);
    assert_eq!(migrations::pending(&mut conn).unwrap(), 0);
    assert_eq!(migrations::migrate(&mut conn).unwrap(), [""; 0]);
    migrations::open(&place(database)).unwrap();
}

fn migrations_at_once_are_applied_once(database: &Database) {
    database.empty();
    let place = place(database);
    let missing = migrations::pending(&mut Conn::create(&place).unwrap()).unwrap();
    let applied: usize = thread::scope(|scope| {
        let migrators = [0; 4].map(|_| {
            scope.spawn(|| {
                migrations::migrate(&mut Conn::create(&place).unwrap())
                    .unwrap()
                    .len()
            })
        });
        migrators
            .into_iter()
            .map(|migrator| migrator.join().unwrap())
            .sum()
    });
    assert!(missing > 0);
    assert_eq!(applied, missing);
    assert_eq!(School::new(database).count("canaux", "1 = 1"), 2);
}

fn tables_of_a_newer_program_are_refused(database: &Database) {
    School::new(database);
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959')");
    let outcome = migrations::open(&place(database)).map(drop);
    let Err(Error::Config(text)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(text.contains("99991231235959"), "{text}");
}

#[test]
fn a_file_without_tables_can_be_opened_by_eight_at_once() {
    for round in 0..20 {
        let database = Database::sqlite();
        let place = place(&database);
        Conn::create(&place).unwrap();
        thread::scope(|scope| {
            let openers = [0; 8].map(|_| scope.spawn(|| migrations::open(&place).map(drop)));
            for opener in openers {
                let outcome = opener.join().unwrap();
                assert!(outcome.is_ok(), "round {round}: {outcome:?}");
            }
        });
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let _conn = migrations::open(&place(&database)).unwrap();
    for name in ["messages.sqlite3", "messages.sqlite3-wal"] {
        let mode = std::fs::metadata(database.folder().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_server_without_tables_says_what_to_run() {
    let Some(database) = Database::postgres() else {
        return;
    };
    database.empty();
    let outcome = migrations::open(&place(&database)).map(drop);
    let Err(Error::Config(text)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(text.contains("migrate"), "{text}");
    assert_eq!(database.texts("SELECT table_name::text AS v FROM information_schema.tables WHERE table_schema = current_schema()"), [""; 0]);
}

#[test]
fn a_server_that_does_not_answer_is_unavailable() {
    let Some(_) = Database::postgres() else {
        return;
    };
    let away =
        messages_core::config::Database::from_url("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    let outcome = Conn::open(&away).map(drop);
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}
