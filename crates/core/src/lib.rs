//! Scheduled messages of a school: the data, its states, and the dispatcher.
//!
//! In the order of the data: [`config`] says where everything is; [`store`] keeps it;
//! [`audience`] turns a message into envois, one for each address; [`dispatch`] claims envois,
//! commits its intent, hands them to a [`channel`] and records what became of them.

pub mod audience;
pub mod channel;
pub mod command_line;
pub mod config;
pub mod dispatch;
mod domain;
pub mod exit;
pub mod failpoint;
pub mod html;
pub mod import;
pub mod instant;
pub mod logging;
pub mod mailbox;
pub mod model;
pub mod phone;
pub mod preview;
pub mod quiet;
pub mod readdress;
mod schema;
pub mod secret;
pub mod segments;
pub mod store;
pub mod texts;
pub mod tracking;
mod typed;
pub mod vocabulary;
pub mod waiting;
