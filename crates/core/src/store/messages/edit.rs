//! Changes that staff make to a message.

use super::{done, statut};
use crate::instant::Instant;
use crate::model::{Message, NewMessage};
use crate::schema::messages;
use crate::store::backend::locked;
use crate::store::literal::instant_or;
use crate::store::{Conflict, Conn, Deed, Error, historique, pieces};
use crate::vocabulary::{Action, Canal, Objet, Statut};
use diesel::prelude::*;

/// Changes a message that looked like `seen` when it was read to what `edit` says, with every value
/// it shall have.
///
/// # Errors
/// `Conflict` when it is on its way, was sent or forgotten, or is to be an SMS and has files; `Stale` when somebody else changed it since
/// it was read; `NotFound` when it is gone.
pub fn update(conn: &mut Conn, seen: &Message, edit: &NewMessage) -> Result<(), Error> {
    if seen.oublie_le.is_some() {
        return Err(Error::Conflict(Conflict::Forgotten));
    }
    if *edit == NewMessage::from(seen.clone()) {
        return Ok(());
    }
    check_changeable(seen.statut)?;
    let row = messages::table.find(seen.id);
    conn.write(|conn| {
        let now = conn.now()?;
        let present: Message = conn.one(locked(row.select(Message::as_select())))?;
        check_changeable(present.statut)?;
        if edit.r#type == Canal::Sms && pieces::count(conn, seen.id)? > 0 {
            return Err(Error::Conflict(Conflict::EmailWithFiles));
        }
        if NewMessage::from(present) != NewMessage::from(seen.clone()) {
            return Err(Error::Stale);
        }
        write(conn, seen, edit, now)?;
        let programmes = edit.statut == Statut::Programme && seen.statut != Statut::Programme;
        let action = if programmes {
            Action::Programme
        } else {
            Action::Modifie
        };
        historique::note(conn, action, Objet::Message, Some(seen.id))
    })
}

/// Whether what a message says, its files too, may be changed in this state.
///
/// # Errors
/// `Conflict`.
pub(in crate::store) fn check_changeable(statut: Statut) -> Result<(), Error> {
    match statut {
        Statut::EnAttente | Statut::Envoye => {
            Err(Error::Conflict(Conflict::Statut(statut, Deed::Change)))
        }
        Statut::Brouillon | Statut::Programme | Statut::Echec => Ok(()),
    }
}

/// Lateness counts from the moment it was programmed, or its date was typed (contract, section 3).
/// The token goes up: a run that has the text at hand must read it again.
fn write(conn: &mut Conn, seen: &Message, edit: &NewMessage, now: Instant) -> Result<usize, Error> {
    let programmed_anew =
        seen.statut != Statut::Programme || seen.date_programmee != edit.date_programmee;
    let programmed = (edit.statut == Statut::Programme).then_some(now);
    let restarts = programmed_anew || programmed.is_none();
    conn.execute(diesel::update(messages::table.find(seen.id)).set((
        edit,
        messages::jeton.eq(messages::jeton + 1),
        restarts.then(|| messages::programme_le.eq(programmed)),
        (edit.statut != seen.statut).then(|| messages::details_erreur.eq(None::<String>)),
    )))
}

/// Deletes a message with its envois.
///
/// # Errors
/// `Conflict` while it is on its way; `NotFound`.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let still = messages::table
        .find(id)
        .filter(messages::statut.ne(Statut::EnAttente));
    conn.write(|conn| {
        let deleted = conn.execute(diesel::delete(still))?;
        done(conn, id, Deed::Delete, deleted)?;
        historique::note(conn, Action::Supprime, Objet::Message, Some(id))
    })
}

/// Notes that an e-mail was read; the first time counts.
///
/// # Errors
/// `Conflict` for an SMS; `NotFound`.
pub fn mark_read(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let email = messages::table
        .find(id)
        .filter(messages::type_.eq(Canal::Email));
    conn.write(|conn| {
        let now = conn.now()?;
        let read = (
            messages::est_lu.eq(true),
            messages::date_lecture.eq(instant_or(messages::date_lecture, now).nullable()),
        );
        if conn.execute(diesel::update(email).set(read))? == 0 {
            statut(conn, id)?;
            return Err(Error::Conflict(Conflict::NotAnEmail));
        }
        historique::note(conn, Action::MarqueLu, Objet::Message, Some(id))
    })
}
