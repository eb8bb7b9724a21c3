//! Where no database of this program is: nothing is made there but by who makes databases.

use crate::program::{Ended, Program};
use messages_testing::db::Database;
use std::path::Path;

const LOOKING: [&[&str]; 7] = [
    &[],
    &["run", "--quiet"],
    &["--dry-run"],
    &["status"],
    &["verify"],
    &["resend", "1"],
    &["check"],
];

/// Refused by every command but those that make one, and nothing is left behind but the log.
fn refused(program: &Program<'_>, named: &[&str]) {
    for arguments in LOOKING {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 78, "{arguments:?}: {ended:?}");
        let said = said(&ended);
        for name in named {
            assert!(said.contains(name), "{arguments:?}, {name}: {ended:?}");
        }
        assert_eq!(said.matches("DATABASE_URL").count(), 1, "{ended:?}");
    }
}

/// `check` tells on stdout what it found, the others on stderr why they ended.
fn said(ended: &Ended) -> String {
    let faults = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("ERREUR"));
    faults.chain(ended.stderr.lines()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn no_command_makes_a_database_where_none_is() {
    let database = Database::sqlite();
    let folder = database.folder();
    let program = Program::without_settings(&database);
    let place = folder.join("messages.sqlite3");
    let told = format!("pas de base à {}", place.display());
    refused(&program, &[&told, "réglages lus : aucun"]);
    std::fs::write(folder.join(".env"), "MESSAGES_MODE=reel\n").unwrap();
    let origin = format!("réglages lus : .env de {}", folder.display());
    refused(&program, &[&told, &origin]);
    assert_eq!(names(folder), [".env", "scheduled_messages.log"]);
    // A folder that is not there is not made by anybody.
    let nowhere = program
        .clone()
        .set("DATABASE_URL", "sqlite://absent/m.sqlite3");
    refused(&nowhere, &["le dossier", "absent n'existe pas"]);
    assert_eq!(nowhere.run(&["migrate"]).code, 78);
}

#[test]
fn migrate_and_import_make_one_and_the_demonstration_its_own() {
    for arguments in [&["migrate"][..], &["import", "ecole.csv"]] {
        let database = Database::sqlite();
        let program = Program::without_settings(&database);
        let school = "parent_id,nom,prenom,telephone,email,notifications_sms,notifications_email,\
                      etudiant_id,etudiant_nom,etudiant_prenom,classe_id,classe\n\
                      1,A,B,0612345678,,oui,oui,1,A,C,1,6e\n";
        std::fs::write(database.folder().join("ecole.csv"), school).unwrap();
        let ended = program.run(arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
        for arguments in LOOKING
            .iter()
            .filter(|words| words.first() != Some(&"resend"))
        {
            let ended = program.run(arguments);
            assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        }
        assert_eq!(program.run(&["resend", "1"]).code, 1);
    }
    let database = Database::sqlite();
    let program = Program::without_settings(&database);
    assert_eq!(program.run(&["demo"]).code, 0);
    let settings = ["--env-file", "messages-demo/reglages.env"];
    for command in ["status", "run", "verify", "check"] {
        let ended = program.run(&[settings[0], settings[1], command]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    assert!(!database.folder().join("messages.sqlite3").exists());
}

#[test]
fn what_is_no_database_of_ours_is_named_and_left_alone() {
    let database = Database::sqlite();
    let folder = database.folder();
    let file = folder.join("messages.sqlite3");
    let program = Program::without_settings(&database);
    std::fs::write(&file, "").unwrap();
    refused(&program, &["le fichier est vide"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"");
    std::fs::write(&file, "parent_id,nom,prenom\n1,A,B\n").unwrap();
    refused(&program, &["n'est pas une base SQLite"]);
    assert_eq!(program.run(&["migrate"]).code, 78);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    refused(&program, &["est un dossier"]);
    std::fs::remove_dir(&file).unwrap();
    // Django's own, which the old application had.
    database.execute(
        "CREATE TABLE django_migrations (id INTEGER); CREATE TABLE messages (id INTEGER);",
    );
    let before = std::fs::read(&file).unwrap();
    refused(&program, &["autre application"]);
    std::fs::write(folder.join("x.csv"), "parent_id,nom\n1,A\n").unwrap();
    for command in [&["migrate"][..], &["import", "x.csv"]] {
        let ended = program.run(command);
        assert!(
            ended.code == 78 && ended.stderr.contains("autre application"),
            "{ended:?}"
        );
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // Another program's that keeps its migrations the same way.
    std::fs::remove_file(&file).unwrap();
    database.execute(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY, run_on TIMESTAMP);
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20180114171611');",
    );
    refused(&program, &["autre application"]);
}

#[test]
fn older_tables_are_not_touched_by_who_only_looks() {
    let database = Database::sqlite();
    let program = Program::without_settings(&database);
    assert_eq!(program.run(&["migrate"]).code, 0);
    let count = "SELECT CAST(count(*) AS TEXT) AS v FROM __diesel_schema_migrations";
    database.execute("DROP TABLE idempotences; DELETE FROM __diesel_schema_migrations WHERE version LIKE '20261122100500%';");
    let older = database.number(count);
    for arguments in [&["status"][..], &["verify"], &["--dry-run"], &["check"]] {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(
            said(&ended).contains("process-scheduled migrate"),
            "{ended:?}"
        );
        assert_eq!(database.number(count), older);
    }
    // A run brings a file that is ours up to date.
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(database.number(count), older + 1);
}

#[test]
fn a_database_that_goes_away_is_not_made_anew() {
    let database = Database::sqlite();
    let program = Program::new(&database);
    let place = messages_core::config::Database::from_url(database.url()).unwrap();
    let mut conn = messages_core::store::Conn::open(&place).unwrap();
    for name in names(database.folder()) {
        std::fs::remove_file(database.folder().join(name)).unwrap();
    }
    assert!(conn.reopen().is_err());
    assert_eq!(program.run(&[]).code, 78);
    assert!(!database.folder().join("messages.sqlite3").exists());
}
