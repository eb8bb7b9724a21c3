//! Scheduled messages of a school: the data, its states, and the dispatcher.
//!
//! In the order of the data: [`config`] says where everything is; [`store`] keeps it; [`audience`] is
//! the rule of who can be written to; [`dispatch`] expands what is due into envois, claims and
//! announces them, hands them to a [`channel`] and records what became of them. Its documentation has
//! the words for each step, the states of an envoi, and what happens when a run is killed. [`incidents`]
//! is what needs a person, and how it is told; [`bounces`] reads e-mails that come back, [`receipts`] what gateways tell of SMS; [`retention`] is when what is too old is forgotten; [`control`] is
//! whether everything works.

pub mod audience;
pub mod bounces;
pub mod channel;
pub mod command_line;
pub mod config;
pub mod control;
pub mod credit;
pub mod digest;
pub mod dispatch;
pub mod dkim;
mod domain;
pub mod exit;
pub mod failpoint;
pub mod gateways;
pub mod generation;
pub mod html;
pub mod import;
pub mod incidents;
pub mod instant;
pub mod joignable;
pub mod logging;
mod machine;
pub mod mailbox;
pub mod model;
pub mod phone;
pub mod piece;
pub mod polling;
pub mod preview;
pub mod private;
pub mod quiet;
pub mod readdress;
pub mod receipts;
pub mod retention;
mod schema;
pub mod secret;
pub mod segments;
pub mod store;
pub mod texts;
pub mod tracking;
pub mod trial;
mod typed;
pub mod vocabulary;
pub mod waiting;
pub mod writable;
