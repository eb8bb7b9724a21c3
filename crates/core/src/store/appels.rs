//! What only those who call the HTTP interface need: keys and repeated requests.

pub mod cles;
pub mod idempotence;
