//! How much the fault suites try, and how they tell what they measured.

use std::io::Write;

/// The usual figure, or with `FAULTS=full` the one of a release.
#[must_use]
pub fn amount<T>(usual: T, full: T) -> T {
    match std::env::var("FAULTS").as_deref() {
        Ok("full") => full,
        _ => usual,
    }
}

/// [`amount`], or with `FAULTS=short`, of what is tried at random again and again, a third of the usual.
#[must_use]
pub fn rounds(usual: usize, full: usize) -> usize {
    match std::env::var("FAULTS").as_deref() {
        Ok("short") => usual.div_ceil(3),
        _ => amount(usual, full),
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
