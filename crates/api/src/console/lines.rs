//! Messages in a list: each in a line.

use super::names::Names;
use super::words::Words;
use crate::answer::message::begin;
use messages_core::config::Config;
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Statut;
use messages_core::waiting;

/// A message in a list.
pub(super) struct Line {
    pub(super) message: Message,
    pub(super) to: String,
    /// When it left, or shall leave; a draft has no date.
    pub(super) date: Option<Instant>,
    pub(super) begin: String,
}

/// Messages with whom they are to and how they begin.
pub(super) fn lines(
    conn: &mut Conn,
    config: &Config,
    mut messages: Vec<Message>,
    letters: usize,
) -> Result<Vec<Line>, Error> {
    let words = Words::of(&config.messages);
    waiting::explain(conn, &config.messages, &mut messages)?;
    let names = Names::of(conn, &messages)?;
    let line = |message: Message| Line {
        to: names.audience(words, &message),
        begin: begin(&message, letters),
        date: match message.statut {
            Statut::Brouillon => None,
            _ => message.date_envoi.or(message.date_programmee),
        },
        message,
    };
    Ok(messages.into_iter().map(line).collect())
}
