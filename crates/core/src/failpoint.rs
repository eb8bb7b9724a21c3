//! Places where the kill tests end the program, as the system ends a process: nothing of it runs
//! any more. They are there in programs built with the feature `failpoints` only, and never in
//! what is shipped.
//!
//! `FAILPOINTS=settle_commit=3*off->return` lets the program go past the place `settle_commit`
//! three times and ends it at the fourth.

/// Every place, in the order of the data.
pub const PLACES: &[&str] = &[
    "passage_begun",
    "replay_read",
    "replay_commit",
    "replay_committed",
    "recover_commit",
    "recover_committed",
    "expand_taken",
    "expand_commit",
    "expand_committed",
    "claim_commit",
    "claim_committed",
    "connect",
    "connected",
    "settle_begin",
    "settle_commit",
    "settle_committed",
    "handed_over",
    "envelope",
    "body",
    "request",
    "request_sent",
    "response",
    "answered",
    "journaled",
    "journal_synced",
    "close_commit",
    "closed",
    "give_back",
    "finish_commit",
    "finished",
    "folded",
    "goodbye",
    "journal_removed",
];

/// Takes the places to end at from the variable `FAILPOINTS`.
#[cfg(feature = "failpoints")]
pub fn listen() {
    // The scenario lasts as long as the process.
    std::mem::forget(fail::FailScenario::setup());
}

/// Does nothing: this program has no failpoints.
#[cfg(not(feature = "failpoints"))]
pub const fn listen() {}

#[cfg(feature = "failpoints")]
pub(crate) fn reach(place: &'static str) {
    debug_assert!(PLACES.contains(&place), "{place} is not in the list");
    fail::fail_point!(place, |_| std::process::abort());
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn reach(_place: &'static str) {}
