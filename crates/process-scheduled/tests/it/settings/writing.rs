//! `check` writes where a run has to write, as the user who calls it.

use crate::program::{Ended, Program};
use messages_testing::cluster::is_root;
use messages_testing::db::Database;
use messages_testing::figures::skipped;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

/// Somebody who is not root and owns nothing.
const NOBODY: u32 = 65_534;

/// `check`, by somebody else than the owner of the files.
fn check_as_nobody(database: &Database) -> Ended {
    // The program is where others may not go.
    let program = database.folder().join("process-scheduled");
    fs::copy(env!("CARGO_BIN_EXE_process-scheduled"), &program).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            "--",
        ])
        .arg(&program)
        .arg("check")
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("MESSAGES_MODE", "fichier")
        .env("MESSAGES_OUTBOX", "/tmp")
        .current_dir(database.folder());
    command.output().unwrap().into()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_database_of_somebody_elses_is_told_before_a_run_fails_on_it() {
    if !is_root() {
        return skipped("only root can be somebody else");
    }
    let database = Database::sqlite();
    let folder = database.folder();
    Program::new(&database);
    mode(folder, 0o777);
    for name in ["messages.sqlite3", "scheduled_messages.log"] {
        mode(&folder.join(name), 0o644);
    }
    let ended = check_as_nobody(&database);
    assert_ne!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("ERREUR"), "{ended:?}");
    // Its own file in a folder where it can make no other.
    for name in ["messages.sqlite3", "scheduled_messages.log"] {
        chown(folder.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    mode(folder, 0o755);
    let ended = check_as_nobody(&database);
    assert_ne!(ended.code, 0, "{ended:?}");
    // Its own folder.
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    let ended = check_as_nobody(&database);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("ok     Écriture"), "{ended:?}");
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().contains("essai")),
        "{left:?}"
    );
}

#[test]
fn a_log_or_a_journal_that_cannot_be_written_is_named() {
    let database = Database::sqlite();
    let program = Program::new(&database);
    let file = database.folder().join("fichier");
    fs::write(&file, "").unwrap();
    let below = file.join("dessous").display().to_string();
    for setting in ["LOG_FILE", "MESSAGES_JOURNAL"] {
        let ended = program.clone().set(setting, &below).run(&["check"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(
            ended
                .stdout
                .contains(&format!("ERREUR Écriture : {setting} : ")),
            "{ended:?}"
        );
    }
    assert_eq!(program.run(&["check"]).code, 0);
}
