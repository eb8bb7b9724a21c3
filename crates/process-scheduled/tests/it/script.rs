//! What cron calls: it goes to its folder, runs the program there and keeps its exit code.

use messages_testing::db::Database;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder as an administrator lays it out: the script and the program in `scripts`.
fn install(folder: &Path) -> PathBuf {
    let scripts = folder.join("scripts");
    std::fs::create_dir(&scripts).unwrap();
    let script = scripts.join("process_scheduled_messages.sh");
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/process_scheduled_messages.sh"
    );
    std::fs::copy(source, &script).unwrap();
    symlink(
        env!("CARGO_BIN_EXE_process-scheduled"),
        scripts.join("process-scheduled"),
    )
    .unwrap();
    script
}

fn code(script: &Path, command: &[&str]) -> Option<i32> {
    let mut called = Command::new(script);
    called
        .args(command)
        .arg("--quiet")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/");
    called.status().unwrap().code()
}

#[test]
fn the_script_runs_in_its_folder_and_keeps_the_exit_code() {
    let database = Database::sqlite();
    let folder = database.folder();
    let script = install(folder);
    // Where no database is, none is made.
    assert_eq!(code(&script, &[]), Some(78));
    assert!(!folder.join("messages.sqlite3").exists());
    assert_eq!(code(&script, &["migrate"]), Some(0));
    assert_eq!(code(&script, &[]), Some(0));
    assert!(folder.join("messages.sqlite3").exists());
    assert!(folder.join("scheduled_messages.log").exists());
    std::fs::write(folder.join(".env"), "MESSAGES_MODE=vrai\n").unwrap();
    assert_eq!(code(&script, &[]), Some(78));
}

#[test]
fn the_script_finds_its_folder_through_links() {
    let database = Database::sqlite();
    let script = install(database.folder());
    assert_eq!(code(&script, &["migrate"]), Some(0));
    let elsewhere = tempfile::tempdir().unwrap();
    // As in /etc/cron.hourly, whose names have no dot; by a full path, by another link's name, and
    // by a path from the link's own folder.
    let names = ["messages", "again", "beside"].map(|name| elsewhere.path().join(name));
    let beside = database.folder().join("lien");
    symlink(&script, &names[0]).unwrap();
    symlink("messages", &names[1]).unwrap();
    symlink("scripts/process_scheduled_messages.sh", &beside).unwrap();
    symlink(&beside, &names[2]).unwrap();
    for link in &names {
        assert_eq!(code(link, &[]), Some(0), "{}", link.display());
    }
    assert!(!elsewhere.path().join("messages.sqlite3").exists());
}
