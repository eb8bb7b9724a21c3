//! What only those who call the HTTP interface need: keys, repeated requests, tokens of
//! gateways, statistics.

pub mod cles;
pub mod idempotence;
pub mod recus;
pub mod statistiques;
