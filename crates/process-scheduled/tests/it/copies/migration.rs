//! The backup before the tables of a SQLite file are changed.

use super::{beside, done, gateway, mode, school};
use crate::program::Program;
use messages_testing::db::Database;

/// As an older program had them.
pub(crate) fn goes_down(database: &Database) {
    database.execute(
        "DROP TABLE doutes; DROP TABLE generations; DROP TABLE origine;
         DELETE FROM __diesel_schema_migrations WHERE version = '20261128130000'",
    );
}

#[test]
fn the_last_three_backups_before_migrations_are_kept() {
    let database = Database::sqlite();
    let program = school(&database, &gateway());
    assert!(
        beside(&database, "avant-migration").is_empty(),
        "it was new"
    );
    let mut all = Vec::new();
    for _ in 0..5 {
        goes_down(&database);
        done(&program, &["migrate"]);
        all.extend(beside(&database, "avant-migration"));
        // Their names have the second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 5);
    let kept = beside(&database, "avant-migration");
    assert_eq!(kept, all[2..], "the last three");
    assert!(kept.iter().all(|path| mode(path) == 0o600));
    // It is put back like any other, and brought up to date.
    done(&program, &["restore", kept[0].to_str().unwrap()]);
    program.verify();
}

#[test]
fn an_empty_database_is_migrated_without_one() {
    let database = Database::sqlite();
    let program = Program::new(&database);
    goes_down(&database);
    done(&program, &["migrate"]);
    assert!(beside(&database, "avant-migration").is_empty());
}
