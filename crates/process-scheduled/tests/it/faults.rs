//! Faults: what is promised must hold whatever is killed, cut, full, wrong or late.
//!
//! The oracle is always the same: the receiving side writes what it accepted to its own journal,
//! the test joins it with the database, and `process-scheduled verify` has the last word.

mod database;
mod disk;
mod http;
mod kill;
mod power;
mod races;
mod smtp;
mod tally;
mod time;
mod volume;

use messages_testing::db::Database;
use std::io::Write;

/// How many rounds: the short figure, or with `FAULTS=full` the long one.
pub(crate) fn amount(ci: usize, full: usize) -> usize {
    match std::env::var("FAULTS") {
        Ok(word) if word == "full" => full,
        _ => ci,
    }
}

/// One line for whoever collects what was reached (shown with `--no-capture`).
fn figure(text: &str) {
    writeln!(std::io::stderr(), "figure: {text}").unwrap();
}

/// For a figure.
fn kind(database: &Database) -> &'static str {
    if database.is_postgres() {
        "PostgreSQL"
    } else {
        "SQLite"
    }
}
