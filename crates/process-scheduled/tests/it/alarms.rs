//! What needs a person is told once when it begins, once a day while it lasts, once when it ends.

mod mail;
mod once;
mod ping;
mod seen;

use crate::program::{Program, mailbox};
use messages_testing::smtp::{Script, Server};

const USER: &str = "ecole@exemple.example";
const PASSWORD: &str = "mot-de-passe-1";

/// A relay that takes this password only.
fn relay(password: &str) -> Server {
    Server::start(Script::default().auth(USER, password))
}

/// Sends there, with [`PASSWORD`].
fn through<'d>(program: &Program<'d>, relay: &Server) -> Program<'d> {
    program
        .clone()
        .relay(relay)
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD)
}

/// Runs with `--quiet`; what cron would mail, which is about nobody.
fn told(program: &Program<'_>, code: i32) -> Vec<String> {
    let ended = program.run(&["--quiet"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{ended:?}");
    is_about_nobody(&ended.stderr);
    ended.stderr.lines().map(str::to_owned).collect()
}

fn is_about_nobody(text: &str) {
    for somebodys in [
        PASSWORD,
        "Nom1",
        &mailbox(1),
        "612000001",
        "6 12 00",
        "Réunion",
    ] {
        assert!(!text.contains(somebodys), "{somebodys}: {text}");
    }
}

/// `status --check`: its exit code, and its first line.
fn checked(program: &Program<'_>) -> (i32, String) {
    let ended = program.run(&["status", "--check"]);
    is_about_nobody(&ended.stdout);
    let first = ended.stdout.lines().next().unwrap_or_default().to_owned();
    (ended.code, first)
}

/// As if what is open had begun, and been told, long ago.
fn a_day_passes(program: &Program<'_>) {
    program.database.execute(
        "UPDATE incidents SET debut = '2026-11-01T08:00:00.000000Z', dit_le = '2026-11-01T08:00:00.000000Z'",
    );
}

fn ok() -> (i32, String) {
    (0, "OK : rien ne demande quelqu'un.".to_owned())
}

fn alert(number: &str) -> (i32, String) {
    (1, format!("ALERTE : {number}."))
}
