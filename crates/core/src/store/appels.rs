//! What only those who call the HTTP interface need: keys, repeated requests, statistics.

pub mod cles;
pub mod idempotence;
pub mod statistiques;
