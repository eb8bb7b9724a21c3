//! Whoever is killed between two steps of a backup, a restoration or a decision leaves the old or the new,
//! whole.

use super::{done, due, file, gateway, held, school};
use crate::program::Program;
use messages_core::failpoint::PLACES_OF_COPIES;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    whoever_is_killed_while_it_is_held_back,
    whoever_is_killed_while_it_is_said,
);

/// Dies there.
fn die(program: &Program<'_>, place: &str, arguments: &[&str]) {
    let mut command = program.command(arguments);
    let status = command.env("FAILPOINT", format!("{place}:0")).status();
    assert_eq!(status.unwrap().code(), None, "{place} is on the way");
}

fn places(beginning: &str) -> impl Iterator<Item = &'static str> {
    let all = PLACES_OF_COPIES.iter().copied();
    all.filter(move |place| place.starts_with(beginning))
}

#[test]
fn whoever_is_killed_while_a_backup_is_written() {
    let database = Database::sqlite();
    let program = school(&database, &gateway());
    for place in places("backup_") {
        let name = format!("{place}.sqlite3");
        die(&program, place, &["backup", &name]);
        program.verify();
        let file = database.folder().join(&name);
        assert_eq!(file.exists(), place == "backup_placed", "{place}");
        if !file.exists() {
            done(&program, &["backup", &name]);
        }
        let copy = format!("sqlite://{}", file.display());
        program.clone().set("DATABASE_URL", &copy).verify();
    }
}

#[test]
fn whoever_is_killed_while_a_backup_is_put_back() {
    let database = Database::sqlite();
    let gateway = gateway();
    let program = school(&database, &gateway);
    let old = due(&program);
    done(&program, &["backup", "b.sqlite3"]);
    done(&program, &[]);
    let statut = || program.statut(old);
    for place in places("restore_") {
        die(&program, place, &["restore", "b.sqlite3"]);
        assert!(file(&database).exists(), "{place}");
        let expected = if place == "restore_placed" {
            "programme"
        } else {
            "envoye"
        };
        assert_eq!(statut(), expected, "{place}");
        program.verify();
        if expected == "envoye" {
            done(&program, &[]);
        }
    }
    held(&program);
    assert_eq!(gateway.accepted_count(), 2);
}

fn whoever_is_killed_while_it_is_held_back(database: &Database) {
    let gateway = gateway();
    let program = school(database, &gateway);
    done(&program, &[]);
    due(&program);
    database.execute("UPDATE generations SET nombre = 0");
    for place in ["held_commit", "held"] {
        die(&program, place, &[]);
    }
    held(&program);
    done(&program, &["resume", "--all"]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
}

fn whoever_is_killed_while_it_is_said(database: &Database) {
    let gateway = gateway();
    let program = school(database, &gateway);
    done(&program, &[]);
    let ids = [due(&program), due(&program)];
    database.execute("UPDATE generations SET nombre = 0");
    held(&program);
    die(&program, "resume_commit", &["resume", "--none"]);
    assert_eq!(ids.map(|id| program.statut(id)), ["programme"; 2]);
    held(&program);
    die(&program, "resumed", &["resume", "--none"]);
    assert_eq!(ids.map(|id| program.statut(id)), ["echec"; 2]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 0);
    program.verify();
}
