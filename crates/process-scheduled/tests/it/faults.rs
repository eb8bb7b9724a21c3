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
#[cfg(all(feature = "failpoints", unix))]
mod places;
#[cfg(all(feature = "failpoints", unix))]
mod poison;
#[cfg(target_os = "linux")]
mod power;
mod races;
mod recovery;
mod smtp;
mod tally;
mod time;
mod volume;
