//! A parent who asks to be forgotten.

use super::{found, list};
use crate::store::appels::idempotence;
use crate::store::envois::unsent;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use crate::vocabulary::{Etat, Motif};
use diesel::sql_types::Text;

#[derive(diesel::QueryableByName)]
struct State {
    #[diesel(sql_type = Text)]
    etat: Etat,
}

/// Erases a parent: what waits is ended, addresses and peers' words are forgotten. The envois stay
/// without a parent, so that the sums of their messages stay right.
///
/// Row by row against the intents of running dispatchers: whichever commits first wins.
pub(super) fn erase(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        lock(conn, id)?;
        if envois(conn, id)?.contains(&Etat::Emission) {
            return Err(Error::Conflict(
                "an envoi to this parent is under way".to_owned(),
            ));
        }
        let now = conn.now()?;
        conn.execute(
            unsent(sql("UPDATE envois SET"), Etat::Ignore, Motif::Efface, now)
                .then(" WHERE parent = ? AND etat IN ('a_envoyer', 'reserve')")
                .bind(id),
        )?;
        conn.execute(
            sql("UPDATE envois SET adresse = NULL, detail = NULL, parent = NULL WHERE parent = ?")
                .bind(id),
        )?;
        idempotence::forget_parent(conn, id)?;
        found(conn.execute(sql("DELETE FROM parents WHERE id = ?").bind(id))?)
    })
}

/// Messages first, then the parent: whoever works out recipients locks them in this order too.
/// Once the parent is locked, nobody adds an envoi or a message; and whoever was about to has
/// done it, so that no address is overlooked.
fn lock(conn: &mut Conn, id: i64) -> Result<(), Error> {
    for question in [
        sql("SELECT id FROM messages WHERE parent = ? ORDER BY id {for update}"),
        sql("SELECT id FROM parents WHERE id = ? {for update}"),
    ] {
        list::ids(conn, &question.bind(id))?;
    }
    Ok(())
}

/// The states of all envois, which stay so until the commit.
fn envois(conn: &mut Conn, id: i64) -> Result<Vec<Etat>, Error> {
    let question = sql("SELECT etat FROM envois WHERE parent = ? ORDER BY id {for update}");
    let envois: Vec<State> = conn.load(question.bind(id))?;
    Ok(envois.into_iter().map(|envoi| envoi.etat).collect())
}
