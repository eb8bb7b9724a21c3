//! What a mail server is told when something is wrong: to keep the message and come again.

use super::{key, piped, report, sent, states};
use crate::program::Program;
use messages_testing::db::Database;
use std::time::{Duration, Instant};

#[test]
fn where_nothing_works_the_mail_server_comes_again() {
    let database = Database::sqlite();
    let (program, _relay) = sent(&database, 1, &[]);
    let message = report(&key(&program, 1), "failed", "5.1.1");
    let nowhere = "sqlite://nulle/part.sqlite3";
    for (name, value) in [
        ("DATABASE_URL", nowhere),
        ("DATABASE_URL", "postgres://127.0.0.1:9/rien"),
        ("EMAIL_PORT", "beaucoup"),
    ] {
        let broken = program.clone().set(name, value);
        let ended = piped(&broken, &["bounces"], message.as_bytes());
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (75, ""),
            "{name} {ended:?}"
        );
        assert!(!ended.stderr.is_empty());
    }
    // A person is told what it is.
    let broken = program.clone().set("DATABASE_URL", nowhere);
    assert_eq!(broken.run(&["bounces", "--maildir", "."]).code, 78);
    assert_eq!(piped(&program, &["bounces"], message.as_bytes()).code, 0);
    assert_eq!(states(&program), ["envoye non_remis 5.1.1"]);
}

#[test]
fn of_twenty_megabytes_the_first_is_read() {
    let database = Database::sqlite();
    let (program, _relay) = sent(&database, 1, &[]);
    let mut message = report(&key(&program, 1), "failed", "5.3.4").into_bytes();
    message.truncate(message.len() - "--b--\r\n".len());
    let line = "x".repeat(76) + "\r\n";
    message.extend(line.as_bytes().iter().cycle().take(20 * 1024 * 1024));
    let begun = Instant::now();
    let ended = with_little_memory(&program, &message);
    assert_eq!(ended, 0);
    assert_eq!(states(&program), ["envoye non_remis 5.3.4"]);
    assert!(begun.elapsed() < Duration::from_secs(30));
}

/// With as much address space as a small virtual machine has for it.
fn with_little_memory(program: &Program<'_>, message: &[u8]) -> i32 {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let inner = program.command(&["bounces"]);
    let mut command = Command::new("prlimit");
    command
        .arg("--data=100000000")
        .arg("--")
        .arg(inner.get_program())
        .args(inner.get_args());
    command.current_dir(program.database.folder()).env_clear();
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(message).unwrap();
    child.wait().unwrap().code().unwrap()
}
