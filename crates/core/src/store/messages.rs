//! Messages: written, cancelled, closed, sent again.

mod close;
mod edit;
mod list;
mod waiting;

pub use close::{Closed, close, has_closable};
pub use edit::{delete, mark_read, update};
pub use list::{Column, Filter, Order, by_ids, count, ids, one, page};
pub use waiting::{Attente, attentes};

use super::envois::unsent;
use super::sql::sql;
use super::{Conflict, Conn, Deed, Error};
use crate::instant::Instant;
use crate::model::{Content, NewMessage};
use crate::schema;
use crate::vocabulary::{Etat, Motif, Statut};
use diesel::sql_types::{self, BigInt};
use diesel::{ExpressionMethods, QueryableByName};

/// Inserts a message and returns its number.
///
/// # Errors
/// `Conflict` when it is programmed without a date, or its parent or class is unknown.
pub fn insert(conn: &mut Conn, new: &NewMessage) -> Result<i64, Error> {
    use schema::messages::{id, programme_le, table};
    if new.statut == Statut::Programme && new.date_programmee.is_none() {
        return Err(Error::Conflict(Conflict::Undated));
    }
    let programmed = match new.statut {
        Statut::Programme => Some(conn.now()?),
        _ => None,
    };
    let row = (new.clone(), programme_le.eq(programmed));
    conn.write_once(|conn| conn.one(diesel::insert_into(table).values(row).returning(id)))
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Text {
    /// Goes up whenever the message is changed.
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// The text with what belongs to it.
    #[diesel(embed)]
    pub content: Content,
}

/// What the messages with these numbers say now.
///
/// # Errors
/// The database's.
pub fn contents(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Text>, Error> {
    conn.load(
        sql(
            "SELECT id, jeton AS version, sujet, contenu, contenu_html, cle, cle_lecture FROM messages
               WHERE id IN (SELECT r.cle FROM {rows: cle})",
        )
        .bind_keys(ids),
    )
}

#[derive(diesel::QueryableByName)]
struct State {
    #[diesel(sql_type = sql_types::Text)]
    statut: Statut,
}

fn statut(conn: &mut Conn, id: i64) -> Result<Statut, Error> {
    let found: Vec<State> = conn.load(sql("SELECT statut FROM messages WHERE id = ?").bind(id))?;
    found.first().map(|row| row.statut).ok_or(Error::NotFound)
}

/// Cancels a message. What is programmed becomes a draft again; of what is leaving, everything
/// that is not in `emission` yet becomes `ignore/annule` (`incertain` if an answer was lost).
/// Returns how many envois were stopped.
///
/// The envois are changed in the same transaction, row by row against the intents of running
/// dispatchers: whichever commits first wins, so nothing leaves after the commit.
///
/// # Errors
/// `Conflict` when there is nothing to cancel.
pub fn cancel(conn: &mut Conn, id: i64) -> Result<usize, Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let drafted = conn.execute(
            sql(
                "UPDATE messages SET statut = 'brouillon', programme_le = NULL
                   WHERE id = ? AND statut = 'programme'",
            )
            .bind(id),
        )?;
        if drafted > 0 {
            return Ok(0);
        }
        let stopped = conn.execute(
            sql("UPDATE messages
                     SET annule_le = ?, etendu_le = COALESCE(etendu_le, ?), jeton = jeton + 1
                   WHERE id = ? AND statut = 'en_attente' AND annule_le IS NULL")
            .bind(now)
            .bind(now)
            .bind(id),
        )?;
        if stopped == 0 {
            let statut = statut(conn, id)?;
            return Err(Error::Conflict(Conflict::Statut(statut, Deed::Cancel)));
        }
        let update = sql("WITH restants AS MATERIALIZED (
                SELECT id FROM envois WHERE message = ? AND etat IN ('a_envoyer', 'reserve')
                 ORDER BY id {for update})
              UPDATE envois SET")
        .bind(id);
        conn.execute(
            unsent(update, Etat::Ignore, Motif::Annule, now).then(
                " WHERE id IN (SELECT id FROM restants) AND etat IN ('a_envoyer', 'reserve')",
            ),
        )
    })
}

/// Opens a message again for those of its envois that a person sends again. It stays locked until the
/// commit, and so do its addresses.
///
/// # Errors
/// `NotFound`; `Conflict` when it was never sent, or its recipients are being worked out.
pub fn reopen(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let opened = conn.execute(
        sql("UPDATE messages
                 SET statut = 'en_attente', annule_le = NULL, details_erreur = NULL
               WHERE id = ? AND statut IN ('en_attente', 'envoye', 'echec')
                 AND etendu_le IS NOT NULL")
        .bind(id),
    )?;
    if opened == 0 {
        let statut = statut(conn, id)?;
        return Err(Error::Conflict(Conflict::Statut(statut, Deed::Resend)));
    }
    Ok(())
}

/// Makes a draft, a programmed or a failed message due now.
///
/// # Errors
/// `NotFound`; `Conflict` when it is on its way or was sent.
pub fn send_now(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let due = conn.execute(
            sql("UPDATE messages
                     SET statut = 'programme', date_programmee = ?, programme_le = ?,
                         details_erreur = NULL
                   WHERE id = ? AND statut IN ('brouillon', 'programme', 'echec')")
            .bind(now)
            .bind(now)
            .bind(id),
        )?;
        if due == 0 {
            let statut = statut(conn, id)?;
            return Err(Error::Conflict(Conflict::Statut(statut, Deed::SendNow)));
        }
        Ok(())
    })
}

/// How many messages are due now.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut Conn, now: Instant) -> Result<i64, Error> {
    let found: Vec<super::Count> = conn.load(
        sql("SELECT count(*) AS nombre FROM messages
               WHERE statut = 'programme' AND date_programmee <= ?")
        .bind(now),
    )?;
    Ok(found.first().map_or(0, |row| row.nombre))
}
