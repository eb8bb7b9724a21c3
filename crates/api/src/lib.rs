//! The HTTP interface.
//!
//! In the order of a request: [`server`] listens; `gate::edge` numbers it and answers preflights;
//! `gate` finds out who calls and lets it through to its `endpoint`; `input` reads what was sent;
//! `messages` and `directory` ask the core crate; `answer` writes what they found, `error` what
//! went wrong. [`commands`] is the command line beside it.

mod answer;
pub mod auth;
mod caller;
pub mod cli;
pub mod commands;
mod counters;
mod crud;
mod directory;
mod dispatcher;
mod drf;
mod edge;
mod endpoint;
mod gate;
mod health;
mod historique;
mod messages;
mod metrics;
mod openapi;
mod rate;
pub mod server;
pub mod start;
mod state;
mod texts;
