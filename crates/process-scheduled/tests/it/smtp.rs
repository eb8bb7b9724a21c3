//! E-mails over a scripted relay.

mod absent;
mod check;
mod delivery;
mod dkim;
mod doubt;
mod files;
mod login;
pub(crate) mod mail;
mod ours;
mod private;
mod refusals;
#[cfg(unix)]
mod sink;
mod slow;
mod tls;
mod world;

use crate::program::mailbox;
use messages_testing::smtp::{Accepted, Server};

/// The addresses that the relay took a message for, in order.
pub(crate) fn reached(server: &Server) -> Vec<String> {
    let mut all: Vec<String> = server
        .accepted()
        .iter()
        .flat_map(|mail| mail.rcpt_to.clone())
        .collect();
    all.sort();
    all
}

/// The mailboxes of these parents, in order.
fn mailboxes(parents: impl IntoIterator<Item = i64>) -> Vec<String> {
    let mut all: Vec<String> = parents.into_iter().map(mailbox).collect();
    all.sort();
    all
}

/// What the relay took for one parent, the oldest first.
fn copies(server: &Server, parent: i64) -> Vec<Accepted> {
    let mut all = server.accepted();
    all.retain(|mail| mail.rcpt_to == [mailbox(parent)]);
    all
}

/// The commands of one verb, with their connections.
pub(crate) fn said(server: &Server, verb: &str) -> Vec<(usize, String)> {
    let mut commands = server.commands();
    commands.retain(|(_, line)| line.split(' ').next() == Some(verb));
    commands
}
