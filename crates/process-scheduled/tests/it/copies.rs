//! Backups, what is put back, and what must not leave again then.

mod backup;
mod held;
pub(crate) mod migration;
#[cfg(feature = "failpoints")]
mod places;
#[cfg(feature = "postgres")]
mod server;

use crate::program::{Ended, Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use std::path::{Path, PathBuf};

fn gateway() -> Gateway {
    Gateway::start(GatewayScript::default())
}

/// Two parents, in earnest.
fn school<'d>(database: &'d Database, gateway: &Gateway) -> Program<'d> {
    let program = Program::new(database).gateway(gateway);
    program.school(2, 1);
    program
}

/// A message to both, which is due.
fn due(program: &Program<'_>) -> i64 {
    program.programme(Canal::Sms, To::All)
}

fn done(program: &Program<'_>, arguments: &[&str]) -> Ended {
    let ended = program.run(arguments);
    assert_eq!(ended.code, 0, "{arguments:?} {ended:?}");
    ended
}

/// The file of a SQLite database.
fn file(database: &Database) -> PathBuf {
    database.url().strip_prefix("sqlite://").unwrap().into()
}

/// What is beside the database and is called so.
fn beside(database: &Database, part: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(file(database).parent().unwrap()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| name(path).contains(part)).collect();
    found.sort_unstable();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs, and is told that nothing leaves.
fn held(program: &Program<'_>) -> String {
    let ended = program.run(&[]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(ended.stderr.contains("rien n'est envoyé"), "{ended:?}");
    for somebodys in ["Nom1", "612000001", "6 12 00", "Bonjour"] {
        assert!(!ended.stderr.contains(somebodys), "{ended:?}");
    }
    ended.stderr
}
