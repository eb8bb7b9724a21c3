//! How much the fault suites try, and how they tell what they measured.

use std::io::Write;

/// The figure of every day, or with `FAULTS=full` the one of a release.
#[must_use]
pub fn amount<T>(ci: T, full: T) -> T {
    match std::env::var("FAULTS").as_deref() {
        Ok("full") => full,
        _ => ci,
    }
}

/// Tells what was measured; `scripts/faults.sh` collects these lines.
pub fn figure(text: &str) {
    say(&format!("figure: {text}\n"));
}

/// Tells why something could not be tried here.
pub fn skipped(why: &str) {
    say(&format!("skipped: {why}\n"));
}

/// In one piece: other tests write at the same time.
fn say(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
