//! A full disk while a backup is written, put back, or made before a migration: nothing is left of it.

use super::small::SmallDisk;
use crate::program::{Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_backup_on_a_full_disk_leaves_nothing_behind() {
    let Some(disk) = SmallDisk::mount(2) else {
        return;
    };
    let database = Database::sqlite();
    let program = Program::new(&database);
    program.school(2, 1);
    disk.fill();
    let to = disk.path().join("b.sqlite3");
    let ended = program.run(&["backup", to.to_str().unwrap()]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(ended.stderr.contains("sauvegarde impossible"), "{ended:?}");
    assert_eq!(names(disk.path()), ["ballast"]);
    disk.free();
    assert_eq!(program.run(&["backup", to.to_str().unwrap()]).code, 0);
}

#[test]
fn a_database_whose_disk_is_full_is_neither_replaced_nor_migrated() {
    let Some(disk) = SmallDisk::mount(8) else {
        return;
    };
    let database = Database::sqlite_in(disk.path());
    let program = Program::new(&database);
    program.school(2, 1);
    let id = program.programme(Canal::Sms, To::All);
    let backup = database.folder().join("b.sqlite3");
    let backup = backup.to_str().unwrap();
    assert_eq!(program.run(&["backup", backup]).code, 0);
    database.execute("UPDATE messages SET contenu = 'depuis'; PRAGMA wal_checkpoint(TRUNCATE)");
    disk.fill();
    let ended = program.run(&["restore", backup]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(
        !names(disk.path())
            .iter()
            .any(|name| name.contains("restauration")),
        "{:?}",
        names(disk.path())
    );
    disk.free();
    let text = format!("SELECT contenu AS v FROM messages WHERE id = {id}");
    assert_eq!(database.texts(&text), ["depuis"]);
    crate::copies::migration::goes_down(&database);
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    disk.fill();
    // Enough to open the database, and not for another one.
    let ballast = std::fs::OpenOptions::new()
        .write(true)
        .open(disk.path().join("ballast"))
        .unwrap();
    let size = ballast.metadata().unwrap().len();
    ballast.set_len(size - 150_000).unwrap();
    drop(ballast);
    let ended = program.run(&["migrate"]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(ended.stderr.contains("rien n'est changé"), "{ended:?}");
    disk.free();
    let tables = "SELECT CAST(count(*) AS TEXT) AS v FROM sqlite_master WHERE name = 'origine'";
    assert_eq!(database.number(tables), 0);
    assert_eq!(program.run(&["migrate"]).code, 0);
    assert_eq!(program.run(&["restore", backup]).code, 0);
    program.verify();
}
