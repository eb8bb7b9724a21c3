//! Places where the kill tests end the program, as the system ends a process: nothing of it runs
//! any more. They are there in programs built with the feature `failpoints` only, and never in
//! what is shipped.
//!
//! `FAILPOINT=settle_commit:3` lets the program go past the place `settle_commit` three times and
//! ends it at the fourth. (The crate `fail` does that too, and more; with what it brings, the tests
//! would compile everything twice.)
//!
//! `FAILPOINT_POISON=panic:parent5@` makes handling a delivery to such an address panic, and
//! `abort:…` end the program.

/// Every place of a run, in the order of the data; then those of forgetting, of what the server
/// answers, and of what is told of deliveries, by itself and when it is asked for.
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
    "close_commit",
    "closed",
    "give_back",
    "finish_commit",
    "finished",
    "goodbye",
    "journal_removed",
    "oubli_commit",
    "oubli_committed",
    "request_committed",
    "remise_commit",
    "remise_committed",
    "sondage_claimed",
    "sondage_commit",
    "sondage_committed",
];

/// The places of a backup, of a restoration, and of telling what may leave of what was restored.
pub const PLACES_OF_COPIES: &[&str] = &[
    "backup_begun",
    "backup_written",
    "backup_checked",
    "backup_placed",
    "restore_copied",
    "restore_checked",
    "restore_held",
    "restore_kept",
    "restore_placed",
    "held_commit",
    "held",
    "resume_commit",
    "resumed",
];

#[cfg(feature = "failpoints")]
pub(crate) fn reach(place: &'static str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static LAST: LazyLock<Option<(String, AtomicUsize)>> = LazyLock::new(|| {
        let text = std::env::var("FAILPOINT").ok()?;
        let (place, passes) = text.split_once(':')?;
        Some((place.to_owned(), AtomicUsize::new(passes.parse().ok()?)))
    });
    let mut all = PLACES.iter().chain(PLACES_OF_COPIES);
    debug_assert!(
        all.any(|known| *known == place),
        "{place} is not in the list"
    );
    if let Some((last, passes)) = &*LAST
        && last == place
        && passes.fetch_sub(1, Ordering::Relaxed) == 0
    {
        std::process::abort();
    }
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn reach(_place: &'static str) {}

#[cfg(feature = "failpoints")]
pub(crate) fn handle(adresse: &str) {
    let poison = std::env::var("FAILPOINT_POISON").unwrap_or_default();
    match poison.split_once(':') {
        Some(("panic", part)) => assert!(!adresse.contains(part), "poison"),
        Some(("abort", part)) if adresse.contains(part) => std::process::abort(),
        _ => {}
    }
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn handle(_adresse: &str) {}
