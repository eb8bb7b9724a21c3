//! Faults: what is promised must hold whatever is killed, cut, full, wrong or late.
//!
//! The oracle is always the same: the receiving side writes what it accepted to its own journal,
//! the test joins it with the database, and `process-scheduled verify` has the last word.

mod database;
mod disk;
mod http;
mod journal;
mod kill;
mod oracle;
#[cfg(feature = "failpoints")]
mod places;
#[cfg(feature = "failpoints")]
mod poison;
mod power;
mod races;
mod recovery;
mod smtp;
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
    let line = format!("figure: {text}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
