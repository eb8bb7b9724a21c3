//! Messages: written, cancelled, closed, sent again.

pub mod agenda;
pub(super) mod close;
mod edit;
mod list;
mod search;
mod waiting;

pub use close::{Closed, close, has_closable};
pub(in crate::store) use edit::check_changeable;
pub use edit::{delete, mark_read, update};
pub use list::{Column, Filter, Order, by_ids, count, ids, one, page};
pub use waiting::{Attente, attentes};

use super::envois::{self, UNSENT};
use super::literal::{Literal, instant_or, word};
use super::sql::statements;
use super::{Conflict, Conn, Deed, Error, historique};
use crate::instant::Instant;
use crate::model::{Content, NewMessage};
use crate::schema::{classes, messages};
use crate::vocabulary::{Action, Etat, Motif, Objet, Statut};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;

/// Inserts a message and returns its number.
///
/// # Errors
/// `Conflict` when it is programmed without a date, or its parent or class is unknown.
pub fn insert(conn: &mut Conn, new: &NewMessage) -> Result<i64, Error> {
    if new.statut == Statut::Programme && new.date_programmee.is_none() {
        return Err(Error::Conflict(Conflict::Undated));
    }
    conn.write(|conn| {
        let (action, programmed) = match new.statut {
            Statut::Programme => (Action::Programme, Some(conn.now()?)),
            _ => (Action::Cree, None),
        };
        let auteur = conn.acteur()?.nom.clone();
        let row = (
            new,
            messages::programme_le.eq(programmed),
            messages::auteur.eq(auteur),
        );
        let insertion = diesel::insert_into(messages::table).values(row);
        let id = conn.one(insertion.returning(messages::id))?;
        historique::note(conn, action, Objet::Message, Some(id))?;
        Ok(id)
    })
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Text {
    /// Goes up whenever the message is changed.
    #[diesel(column_name = jeton)]
    pub version: i64,
    /// The text with what belongs to it.
    #[diesel(embed)]
    pub content: Content,
}

/// What the messages with these numbers say now.
pub fn contents(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Text>, Error> {
    let named = messages::table.filter(messages::id.eq_any(ids));
    conn.load(named.select(Text::as_select()))
}

fn statut(conn: &mut Conn, id: i64) -> Result<Statut, Error> {
    conn.one(messages::table.find(id).select(messages::statut))
}

/// What a deed came to that changed so many rows: if none, the state of the message forbids it.
fn done(conn: &mut Conn, id: i64, deed: Deed, changed: usize) -> Result<(), Error> {
    if changed == 0 {
        let statut = statut(conn, id)?;
        if matches!(deed, Deed::SendNow | Deed::Resend) && is_forgotten(conn, id)? {
            return Err(Error::Conflict(Conflict::Forgotten));
        }
        return Err(Error::Conflict(Conflict::Statut(statut, deed)));
    }
    Ok(())
}

/// Whether a message's text is not kept any more.
///
/// # Errors
/// `NotFound`; the database's.
pub fn is_forgotten(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let message = messages::table.find(id);
    conn.one(message.select(messages::oublie_le.is_not_null()))
}

/// Cancels a message. What is programmed becomes a draft again; of what is leaving, everything
/// that is not in `emission` yet becomes `ignore/annule` (`incertain` if an answer was lost).
/// Returns how many envois were stopped.
///
/// The envois are changed in the same transaction, row by row against the announcements of running
/// dispatchers: whichever commits first wins, so nothing leaves after the commit.
///
/// # Errors
/// `Conflict` when there is nothing to cancel.
pub fn cancel(conn: &mut Conn, id: i64) -> Result<usize, Error> {
    let message = messages::table.find(id);
    let programmed = message.filter(messages::statut.eq(Statut::Programme));
    let leaving = message
        .filter(messages::statut.eq(Statut::EnAttente))
        .filter(messages::annule_le.is_null());
    conn.write(|conn| {
        let now = conn.now()?;
        let drafted = conn.execute(diesel::update(programmed).set((
            messages::statut.eq(Statut::Brouillon),
            messages::programme_le.eq(None::<Instant>),
        )))?;
        if drafted > 0 {
            historique::note(conn, Action::Annule, Objet::Message, Some(id))?;
            return Ok(0);
        }
        let stopped = conn.execute(diesel::update(leaving).set((
            messages::annule_le.eq(now),
            messages::etendu_le.eq(instant_or(messages::etendu_le, now).nullable()),
            messages::jeton.eq(messages::jeton + 1),
        )))?;
        done(conn, id, Deed::Cancel, stopped)?;
        let envois = conn.execute(stop(id, Etat::Ignore, Motif::Annule, now))?;
        let bilan = serde_json::json!({ "envois": envois });
        historique::note_with(conn, Action::Annule, Objet::Message, Some(id), &bilan)?;
        Ok(envois)
    })
}

/// Ends a message that may have left already, in a database that forgot it: what is programmed is
/// `echec`, for this reason; of what was leaving the rest is cancelled, and whoever closes it says why.
///
/// # Errors
/// `Conflict` when it is neither.
pub fn skip(conn: &mut Conn, id: i64, reason: &str) -> Result<(), Error> {
    conn.write(|conn| {
        let programmed = messages::table
            .find(id)
            .filter(messages::statut.eq(Statut::Programme));
        let ended = conn.execute(diesel::update(programmed).set((
            messages::statut.eq(Statut::Echec),
            messages::details_erreur.eq(reason),
        )))?;
        if ended > 0 {
            return historique::note(conn, Action::Annule, Objet::Message, Some(id));
        }
        match cancel(conn, id) {
            // It was cancelled before.
            Ok(_) | Err(Error::Conflict(Conflict::Statut(Statut::EnAttente, _))) => {}
            Err(error) => return Err(error),
        }
        let now = conn.now()?;
        envois::give_up(conn, id, now)
    })
}

// By hand, because the builder cannot lock the rows in their order before it changes them.
statements! {
    fn stop(message: i64, etat: Etat, motif: Motif, now: Instant) =
        "WITH restants AS MATERIALIZED (
            SELECT id FROM envois WHERE message = {message} AND etat IN ('a_envoyer', 'reserve')
             ORDER BY id {for update})
         UPDATE envois SET", UNSENT, "
          WHERE id IN (SELECT id FROM restants) AND etat IN ('a_envoyer', 'reserve')";
}

/// Opens a message again for those of its envois that a person sends again. It stays locked until the
/// commit, and so do its addresses.
///
/// # Errors
/// `NotFound`; `Conflict` when it was never sent, or its recipients are being worked out.
pub fn reopen(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let sent = messages::table
        .find(id)
        .filter(messages::statut.eq_any([Statut::EnAttente, Statut::Envoye, Statut::Echec]))
        .filter(messages::etendu_le.is_not_null())
        .filter(messages::oublie_le.is_null());
    let opened = conn.execute(diesel::update(sent).set((
        messages::statut.eq(Statut::EnAttente),
        messages::annule_le.eq(None::<Instant>),
        messages::details_erreur.eq(None::<String>),
    )))?;
    done(conn, id, Deed::Resend, opened)
}

/// Makes a draft, a programmed or a failed message due now.
///
/// # Errors
/// `NotFound`; `Conflict` when it is on its way or was sent.
pub fn send_now(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let unsent = messages::table.find(id).filter(messages::statut.eq_any([
        Statut::Brouillon,
        Statut::Programme,
        Statut::Echec,
    ]));
    let unsent = unsent.filter(messages::oublie_le.is_null());
    conn.write(|conn| {
        let now = conn.now()?;
        let due = conn.execute(diesel::update(unsent).set((
            messages::statut.eq(Statut::Programme),
            messages::date_programmee.eq(now),
            messages::programme_le.eq(now),
            messages::details_erreur.eq(None::<String>),
        )))?;
        done(conn, id, Deed::SendNow, due)?;
        historique::note(conn, Action::EnvoyeMaintenant, Objet::Message, Some(id))
    })
}

/// Of a message: its date has come.
#[auto_type]
pub(super) fn is_due(now: Instant) -> _ {
    let programmed: Literal = word(Statut::Programme);
    messages::statut
        .eq(programmed)
        .and(messages::date_programmee.le(now))
}

/// Of a message: it is leaving.
#[auto_type]
pub(super) fn is_leaving() -> _ {
    let leaving: Literal = word(Statut::EnAttente);
    messages::statut.eq(leaving)
}

/// The name of a message's class.
#[auto_type]
pub(super) fn classe_nom() -> _ {
    classes::table
        .filter(classes::id.nullable().eq(messages::classe))
        .select(classes::nom)
        .single_value()
}

/// How many messages are due now.
pub fn due(conn: &mut Conn, now: Instant) -> Result<i64, Error> {
    conn.one(messages::table.filter(is_due(now)).select(count_star()))
}
