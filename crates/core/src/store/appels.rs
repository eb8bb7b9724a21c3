//! What only those who call the HTTP interface need: keys, repeated requests, tokens of
//! gateways, sessions of the console, secret addresses of calendars, statistics.

pub mod agendas;
pub mod cles;
pub mod idempotence;
pub mod recus;
pub mod sessions;
pub mod statistiques;
