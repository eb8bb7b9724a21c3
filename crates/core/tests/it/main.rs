//! The store and the audience against real databases, each story on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here is to fail the test"
)]

mod adresses;
mod adresses_mortes;
mod agenda;
mod announce;
mod annuaire;
mod cancel;
mod channels;
mod claim;
mod cles;
mod close;
mod depenses;
mod desinscription;
mod edit;
mod expansion;
mod fence;
mod gateways;
mod harness;
mod historique;
mod import;
mod lecture;
mod lists;
mod messages;
mod migrations;
mod model;
mod oubli;
mod passages;
mod peers;
mod pieces;
mod plans;
#[cfg(unix)]
mod pool;
mod quiet;
mod record;
mod recover;
mod remise;
mod resend;
mod schema;
mod search;
mod settle;
mod statistiques;
mod strangers;
mod whole;
