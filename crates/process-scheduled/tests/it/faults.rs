//! Faults: what is promised must hold whatever is killed, cut, full, wrong or late.
//!
//! The oracle is always the same: the receiving side writes what it accepted to its own journal,
//! the test joins it with the database, and `process-scheduled verify` has the last word.

mod database;
mod disk;
mod http;
mod journal;
mod kill;
mod power;
mod races;
mod smtp;
mod time;
mod volume;
