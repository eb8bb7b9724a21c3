//! Power cuts: what was not synced is gone (S2).

mod forgetful;

use self::forgetful::{Disk, Log};
use crate::faults::accounts::{forgotten, settled};
use crate::faults::crew::{OPEN, end_leases, finish, programme_all};
use crate::faults::peers::Peers;
use crate::program::Program;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::random;
use std::process::Child;
use std::time::Duration;

const PARENTS: i64 = 300;
const RUNS: usize = 2;
const SENDERS: usize = 4;

const SLOW: Duration = Duration::from_millis(5);

#[test]
fn what_left_is_known_after_a_power_cut() {
    let Some(disk) = Disk::new() else {
        return;
    };
    let peers = Peers::start(SLOW);
    let database = Database::sqlite_in(&disk.folder());
    let program = peers.school(&database, PARENTS);
    let cuts = amount(15, 200);
    for cut in 0..cuts {
        // Alone and on a new disk, a run has no other to sync the names of what it made.
        let runs = if cut == 0 { 1 } else { RUNS };
        work_until_the_power_goes(&disk, &program, &peers, runs, Log::Synced);
        let unknown = forgotten(&program, &peers.gateway, &peers.relay);
        assert_eq!(unknown, [""; 0], "left, and forgotten");
        end_leases(&program);
    }
    finish(&program);
    let accounts = settled(&program, &peers.gateway, &peers.relay);
    assert!(accounts.cost.uncertain_sms <= cuts * RUNS * SENDERS);
    figure(&format!(
        "S2 power, SQLite: {cuts} cuts, 0 forgotten; {accounts}"
    ));
}

/// The story above would notice: with a log that is synced late, sends are forgotten.
#[test]
fn a_write_ahead_log_that_is_synced_late_forgets() {
    let Some(disk) = Disk::new() else {
        return;
    };
    let peers = Peers::start(SLOW);
    let database = Database::sqlite_in(&disk.folder());
    let program = peers.school(&database, PARENTS);
    let cuts = amount(5, 200);
    let (mut unknown, mut forgetful) = (0, 0);
    for _ in 0..cuts {
        work_until_the_power_goes(&disk, &program, &peers, RUNS, Log::Late);
        let now = forgotten(&program, &peers.gateway, &peers.relay).len();
        forgetful += usize::from(now > unknown);
        unknown = now;
        end_leases(&program);
    }
    figure(&format!(
        "S2 power, mutation synchronous=NORMAL: {unknown} sends forgotten in {forgetful} of {cuts} cuts"
    ));
    assert!(forgetful > 0, "the suite would not notice");
}

/// Nobody but the runs touches the database while they are at work: the test is not on the disk.
fn work_until_the_power_goes(
    disk: &Disk,
    program: &Program<'_>,
    peers: &Peers,
    runs: usize,
    log: Log,
) {
    if program.database.number(OPEN) == 0 {
        programme_all(program);
    }
    disk.settle();
    let start = |_| {
        let mut command = program.command(&["--quiet"]);
        disk.dress(&mut command, log);
        command.spawn().unwrap()
    };
    let mut runs: Vec<Child> = (0..runs).map(start).collect();
    let goal = peers.gateway.accepted_count() + 20 + usize::try_from(random() % 180).unwrap();
    for _ in 0..3000 {
        let over = runs.iter_mut().all(|run| run.try_wait().unwrap().is_some());
        if over || peers.gateway.wait_accepted(goal, Duration::from_millis(10)) {
            break;
        }
    }
    for run in &mut runs {
        run.kill().unwrap();
    }
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(
            output.status.code().is_none_or(|code| code == 0),
            "{output:?}"
        );
    }
    disk.cut();
}
