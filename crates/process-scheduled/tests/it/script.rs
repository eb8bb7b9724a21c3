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

fn code(script: &Path) -> Option<i32> {
    let mut command = Command::new(script);
    command
        .arg("--quiet")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/");
    command.status().unwrap().code()
}

#[test]
fn the_script_runs_in_its_folder_and_keeps_the_exit_code() {
    let database = Database::sqlite();
    let folder = database.folder();
    let script = install(folder);
    assert_eq!(code(&script), Some(0));
    assert!(folder.join("messages.sqlite3").exists());
    assert!(folder.join("scheduled_messages.log").exists());
    std::fs::write(folder.join(".env"), "MESSAGES_MODE=vrai\n").unwrap();
    assert_eq!(code(&script), Some(78));
}
