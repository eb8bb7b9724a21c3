//! What a run writes beside the database may be lost: the log, its report, its complaints.

use super::small::SmallDisk;
use crate::faults::accounts::settled;
use crate::faults::crew::{judge, programme_all};
use crate::faults::peers::Peers;
use crate::program::{Ended, Program};
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const PARENTS: i64 = 50;

/// A run that is started in an odd way ends as any other, and everybody is written to.
fn goes_on(case: &str, run: impl Fn(Program<'_>) -> Ended) {
    for _ in 0..amount(1, 20) {
        let database = Database::sqlite();
        let peers = Peers::start(Duration::ZERO);
        let program = peers.school(&database, PARENTS);
        programme_all(&program);
        let ended = run(peers.program(&database));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(!ended.stderr.contains("pani"), "{ended:?}");
        let accounts = settled(&program, &peers.gateway, &peers.relay);
        figure(&format!("S4 {case}: {accounts}"));
    }
}

/// With its log in this place, it tells once that it cannot be written.
fn goes_on_without(log: &Path, case: &str) {
    goes_on(case, |program| {
        let program = program
            .set("LOG_FILE", log.to_str().unwrap())
            .set("LOG_LEVEL", "debug");
        let ended = program.run(&["-vv"]);
        let told = ended.stderr.matches("les envois continuent").count();
        assert_eq!(told, 1, "{ended:?}");
        ended
    });
}

#[test]
fn a_full_disk_of_the_log_is_told_once_and_stops_nothing() {
    let Some(disk) = SmallDisk::mount(1) else {
        return;
    };
    disk.fill();
    goes_on_without(&disk.path().join("log"), "full disk of the log");
}

#[test]
fn a_log_that_takes_nothing_is_told_once_and_stops_nothing() {
    goes_on_without(Path::new("/dev/full"), "log on /dev/full");
}

#[test]
fn a_read_only_folder_of_the_log_is_told_once_and_stops_nothing() {
    let Some(disk) = SmallDisk::mount(1) else {
        return;
    };
    disk.read_only(true);
    goes_on_without(&disk.path().join("log"), "read-only folder of the log");
}

#[test]
fn a_disk_that_fills_up_under_the_log_stops_nothing() {
    let Some(disk) = SmallDisk::mount(1) else {
        return;
    };
    let log = disk.path().join("log");
    std::fs::write(&log, vec![b'\n'; 1_040_000]).unwrap();
    goes_on_without(&log, "disk that fills up under the log");
}

#[test]
fn a_full_disk_of_the_answers_is_told_once_and_stops_nothing() {
    let Some(disk) = SmallDisk::mount(1) else {
        return;
    };
    disk.fill();
    let folder = disk.path().join("reponses");
    goes_on("full disk of the local answers", |program| {
        let program = program.set("MESSAGES_JOURNAL", folder.to_str().unwrap());
        let ended = program.run(&["--quiet"]);
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
        assert!(ended.stderr.contains("Les envois continuent"), "{ended:?}");
        ended
    });
}

#[test]
fn a_read_only_folder_of_the_database_sends_nothing() {
    let Some(disk) = SmallDisk::mount(24) else {
        return;
    };
    let database = Database::sqlite_in(disk.path());
    let peers = Peers::start(Duration::ZERO);
    let (gateway, relay) = (&peers.gateway, &peers.relay);
    let program = peers.school(&database, PARENTS);
    programme_all(&program);
    for _ in 0..amount(1, 20) {
        disk.read_only(true);
        assert!(!judge(&program.run(&[])));
        assert_eq!((gateway.connections(), relay.connections()), (0, 0));
        disk.read_only(false);
    }
    assert!(judge(&program.run(&[])));
    let accounts = settled(&program, gateway, relay);
    figure(&format!(
        "S4 read-only folder of the database: nothing sent; then {accounts}"
    ));
}

#[test]
fn closed_streams_stop_nothing() {
    for closed in [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        goes_on(&format!("streams closed by {closed}"), |program| {
            in_shell(&program, &["-vv"], closed)
        });
    }
}

#[test]
fn streams_that_take_nothing_stop_nothing() {
    for full in [">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"] {
        goes_on(&format!("streams on {full}"), |program| {
            in_shell(&program, &["-vv", "--json"], full)
        });
    }
}

#[test]
fn a_report_that_nobody_reads_stops_nothing() {
    for arguments in [&["--json"][..], &[]] {
        goes_on("report into a closed pipe", |program| {
            let mut run = program.command(arguments).spawn().unwrap();
            drop((run.stdout.take(), run.stderr.take()));
            run.wait_with_output().unwrap().into()
        });
    }
}

/// A failure's own exit code is kept too.
#[test]
fn closed_streams_keep_the_exit_code_of_a_failure() {
    let database = Database::sqlite();
    let program = Program::new(&database);
    for (name, value, code) in [
        ("MESSAGES_MODE", "vrai", 78),
        ("DATABASE_URL", "sqlite:///nowhere/x", 78),
        ("DATABASE_URL", "postgres://127.0.0.1:1/x", 75),
    ] {
        let program = program.clone().set(name, value);
        for closed in [">&- 2>&-", ">/dev/full 2>/dev/full"] {
            let ended = in_shell(&program, &[], closed);
            assert_eq!(ended.code, code, "{closed} {ended:?}");
        }
    }
}

/// The program as a shell starts it with this redirection.
fn in_shell(program: &Program<'_>, arguments: &[&str], redirection: &str) -> Ended {
    let inner = program.command(arguments);
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")])
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(inner.get_current_dir().unwrap())
        .env_clear()
        .stdin(Stdio::from(File::open("/dev/null").unwrap()));
    for (name, value) in inner.get_envs() {
        shell.env(name, value.unwrap());
    }
    shell.output().unwrap().into()
}
