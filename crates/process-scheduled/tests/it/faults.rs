//! Faults: what is promised must hold whatever is killed, cut, full, wrong or late.
//!
//! The oracle is always the same: the receiving side writes what it accepted to its own journal,
//! the test joins it with the database, and `process-scheduled verify` has the last word.

mod accounts;
mod crew;
#[cfg(unix)]
mod database;
#[cfg(unix)]
mod disk;
mod http;
mod journal;
mod kill;
mod oracle;
mod peers;
#[cfg(feature = "failpoints")]
mod places;
#[cfg(feature = "failpoints")]
mod poison;
#[cfg(target_os = "linux")]
mod power;
mod races;
mod recovery;
mod smtp;
mod tally;
mod time;
mod volume;

use std::io::Write;

/// How often: the figure of every day, or with `FAULTS=full` the one of a release.
pub(crate) fn amount(ci: usize, full: usize) -> usize {
    match std::env::var("FAULTS").as_deref() {
        Ok("full") => full,
        _ => ci,
    }
}

/// Tells what was measured; `scripts/faults.sh` collects these lines.
pub(crate) fn figure(text: &str) {
    say(&format!("figure: {text}\n"));
}

/// Tells why something could not be tried here.
pub(crate) fn skipped(why: &str) {
    say(&format!("skipped: {why}\n"));
}

fn say(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
