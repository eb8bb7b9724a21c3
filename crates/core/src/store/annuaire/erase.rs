//! A parent who asks to be forgotten.

use crate::instant::Instant;
use crate::schema::{envois, messages, parents};
use crate::store::appels::idempotence;
use crate::store::backend::locked;
use crate::store::envois::UNSENT;
use crate::store::sql::statements;
use crate::store::{Conflict, Conn, Error, oubli};
use crate::vocabulary::{Etat, Motif};
use diesel::prelude::*;

statements! {
    fn ended(parent: i64, etat: Etat, motif: Motif, now: Instant) =
        "UPDATE envois SET", UNSENT, "
          WHERE parent = {parent} AND etat IN ('a_envoyer', 'reserve')";
}

/// Erases a parent, and returns how many there were: what waits is ended, addresses and peers' words
/// are forgotten, and what was written to this parent alone. The envois stay without a parent, so that the
/// sums of their messages stay right.
///
/// Row by row against the announcements of running dispatchers: whichever commits first wins.
pub(super) fn erase(conn: &mut Conn, id: i64) -> Result<usize, Error> {
    lock(conn, id)?;
    let envois = envois::table.filter(envois::parent.eq(id));
    // They stay in these states until the commit.
    let states = envois.order(envois::id).select(envois::etat);
    let states: Vec<Etat> = conn.load(locked(states))?;
    if states.contains(&Etat::Emission) {
        return Err(Error::Conflict(Conflict::UnderWay));
    }
    let now = conn.now()?;
    conn.execute(ended(id, Etat::Ignore, Motif::Efface, now))?;
    conn.execute(diesel::update(envois).set((
        envois::adresse.eq(None::<String>),
        envois::detail.eq(None::<String>),
        envois::parent.eq(None::<i64>),
    )))?;
    oubli::messages::forget_parent(conn, id, now)?;
    idempotence::forget_parent(conn, id)?;
    conn.execute(diesel::delete(parents::table.find(id)))
}

/// Messages first, then the parent: whoever works out recipients locks them in this order too.
/// Once the parent is locked, nobody adds an envoi or a message; and whoever was about to has
/// done it, so that no address is overlooked.
fn lock(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let messages = messages::table.filter(messages::parent.eq(id));
    let messages = messages.order(messages::id).select(messages::id);
    drop::<Vec<i64>>(conn.load(locked(messages))?);
    let parent = parents::table.find(id).select(parents::id);
    drop::<Vec<i64>>(conn.load(locked(parent))?);
    Ok(())
}
