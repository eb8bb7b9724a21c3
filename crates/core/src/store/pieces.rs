//! Files that travel with e-mails. They are added and removed as long as the message itself may be
//! changed; whoever does it holds the message, so that a run which takes it sends either all or nothing of
//! it.

use super::backend::locked;
use super::messages::check_changeable;
use super::{Conflict, Conn, Error, historique};
use crate::model::{Fichier, PieceJointe};
use crate::piece::{COUNT_MAX, TOTAL_MAX};
use crate::schema::{messages, pieces_jointes};
use crate::vocabulary::{Action, Canal, Objet, Statut};
use diesel::dsl::count_star;
use diesel::prelude::*;

/// Adds a file to a message.
///
/// # Errors
/// `NotFound`; `Conflict` when the message is on its way, was sent or forgotten, is an SMS, or would have
/// too many files or too large ones.
pub fn add(conn: &mut Conn, message: i64, fichier: &Fichier) -> Result<PieceJointe, Error> {
    conn.write(|conn| {
        if hold(conn, message)? == Canal::Sms {
            return Err(Error::Conflict(Conflict::SmsWithFile));
        }
        let sizes: Vec<i64> = conn.load(of(message).select(pieces_jointes::taille))?;
        let (present, more) = (sizes.iter().sum(), fichier.taille());
        if present + more > TOTAL_MAX {
            return Err(Error::Conflict(Conflict::TooHeavy { present, more }));
        }
        if i64::try_from(sizes.len()).unwrap_or(COUNT_MAX) >= COUNT_MAX {
            return Err(Error::Conflict(Conflict::TooManyFiles));
        }
        let row = (
            fichier,
            pieces_jointes::message.eq(message),
            pieces_jointes::taille.eq(more),
        );
        let insertion = diesel::insert_into(pieces_jointes::table).values(row);
        let id: i64 = conn.one(insertion.returning(pieces_jointes::id))?;
        let bilan = serde_json::json!({ "piece_ajoutee": id, "octets": more });
        changed(conn, message, &bilan)?;
        one(conn, id)
    })
}

/// Removes a file from its message.
///
/// # Errors
/// `NotFound`; `Conflict` when the message is on its way, was sent or forgotten.
pub fn remove(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let row = pieces_jointes::table.find(id);
    conn.write(|conn| {
        let message = conn.one(row.select(pieces_jointes::message))?;
        hold(conn, message)?;
        if conn.execute(diesel::delete(row))? == 0 {
            return Err(Error::NotFound);
        }
        let bilan = serde_json::json!({ "piece_retiree": id });
        changed(conn, message, &bilan)
    })
}

/// Locks a message that may be changed until the commit, and tells its channel.
fn hold(conn: &mut Conn, message: i64) -> Result<Canal, Error> {
    let seen = (
        messages::type_,
        messages::statut,
        messages::oublie_le.is_not_null(),
    );
    let row = messages::table.find(message).select(seen);
    let (canal, statut, is_forgotten): (Canal, Statut, bool) = conn.one(locked(row))?;
    if is_forgotten {
        return Err(Error::Conflict(Conflict::Forgotten));
    }
    check_changeable(statut)?;
    Ok(canal)
}

/// A run that has the message at hand must read it again.
fn changed(conn: &mut Conn, message: i64, bilan: &serde_json::Value) -> Result<(), Error> {
    let row = diesel::update(messages::table.find(message));
    conn.execute(row.set(messages::jeton.eq(messages::jeton + 1)))?;
    historique::note_with(conn, Action::Modifie, Objet::Message, Some(message), bilan)
}

#[diesel::dsl::auto_type]
fn of(message: i64) -> _ {
    pieces_jointes::table.filter(pieces_jointes::message.eq(message))
}

/// One file, without its content.
///
/// # Errors
/// `NotFound`.
pub fn one(conn: &mut Conn, id: i64) -> Result<PieceJointe, Error> {
    let row = pieces_jointes::table.find(id);
    conn.one(row.select(PieceJointe::as_select()))
}

/// One file, to be read.
///
/// # Errors
/// `NotFound`.
pub fn content(conn: &mut Conn, id: i64) -> Result<Fichier, Error> {
    let row = pieces_jointes::table.find(id);
    conn.one(row.select(Fichier::as_select()))
}

/// The files of these messages without their contents, in the order in which they were added.
pub fn of_messages(conn: &mut Conn, messages: &[i64]) -> Result<Vec<PieceJointe>, Error> {
    let theirs = pieces_jointes::table.filter(pieces_jointes::message.eq_any(messages));
    let theirs = theirs.order((pieces_jointes::message, pieces_jointes::id));
    conn.load(theirs.select(PieceJointe::as_select()))
}

/// Those of these messages that have files, each with its key.
pub(crate) fn having(conn: &mut Conn, among: &[i64]) -> Result<Vec<(i64, String)>, Error> {
    let theirs = pieces_jointes::table.filter(pieces_jointes::message.eq_any(among));
    let theirs = theirs.inner_join(messages::table);
    conn.load(theirs.select((messages::id, messages::cle)).distinct())
}

/// The files of a message with their contents.
pub(crate) fn contents(conn: &mut Conn, message: i64) -> Result<Vec<Fichier>, Error> {
    let theirs = of(message).order(pieces_jointes::id);
    conn.load(theirs.select(Fichier::as_select()))
}

/// How many files a message has.
pub(super) fn count(conn: &mut Conn, message: i64) -> Result<i64, Error> {
    conn.one(of(message).select(count_star()))
}
