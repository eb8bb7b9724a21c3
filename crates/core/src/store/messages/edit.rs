//! Changes that staff make to a message.

use super::{one, statut};
use crate::instant::Instant;
use crate::model::{Message, NewMessage};
use crate::store::sql::sql;
use crate::store::{Conflict, Conn, Count, Deed, Error};
use crate::vocabulary::Statut;

/// Changes a message that looked like `seen` when it was read to what `edit` says, with every value
/// it shall have.
///
/// # Errors
/// `Conflict` when it is on its way or was sent; `Stale` when somebody else changed it since it was
/// read; `NotFound` when it is gone.
pub fn update(conn: &mut Conn, seen: &Message, edit: &NewMessage) -> Result<(), Error> {
    if *edit == NewMessage::from(seen.clone()) {
        return Ok(());
    }
    if matches!(seen.statut, Statut::EnAttente | Statut::Envoye) {
        return Err(Error::Conflict(Conflict::Statut(seen.statut, Deed::Change)));
    }
    conn.write(|conn| {
        let now = conn.now()?;
        lock(conn, seen.id)?;
        let present = one(conn, seen.id)?;
        if matches!(present.statut, Statut::EnAttente | Statut::Envoye) {
            return Err(Error::Conflict(Conflict::Statut(
                present.statut,
                Deed::Change,
            )));
        }
        if NewMessage::from(present) != NewMessage::from(seen.clone()) {
            return Err(Error::Stale);
        }
        write(conn, seen, edit, now).map(drop)
    })
}

/// Nobody changes the message until the commit.
fn lock(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.load::<Count>(&sql("SELECT id AS nombre FROM messages WHERE id = ? {for update}").bind(id))
        .map(drop)
}

/// Lateness counts from the moment it was programmed, or its date was typed (contract, section 3).
/// The token goes up: a run that has the text at hand must read it again.
fn write(conn: &mut Conn, seen: &Message, edit: &NewMessage, now: Instant) -> Result<usize, Error> {
    let programmed_anew =
        seen.statut != Statut::Programme || seen.date_programmee != edit.date_programmee;
    let programmed = (edit.statut == Statut::Programme).then_some(now);
    conn.execute(
        sql("UPDATE messages
                 SET type = ?, sujet = ?, contenu = ?, contenu_html = ?, parent = ?, classe = ?,
                     est_message_groupe = ?, statut = ?, date_programmee = ?, jeton = jeton + 1,
                     programme_le = CASE WHEN ? THEN ? ELSE programme_le END,
                     details_erreur = CASE WHEN ? THEN NULL ELSE details_erreur END
               WHERE id = ? AND statut = ?")
        .bind(edit.r#type.as_str())
        .bind(edit.sujet.clone())
        .bind(edit.contenu.clone())
        .bind(edit.contenu_html.clone())
        .bind(edit.parent)
        .bind(edit.classe)
        .bind(edit.est_message_groupe)
        .bind(edit.statut.as_str())
        .bind(edit.date_programmee)
        .bind(programmed_anew || programmed.is_none())
        .bind(programmed)
        .bind(edit.statut != seen.statut)
        .bind(seen.id)
        .bind(seen.statut.as_str()),
    )
}

/// Deletes a message with its envois.
///
/// # Errors
/// `Conflict` while it is on its way; `NotFound`.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let deleted = conn.execute(
            sql("DELETE FROM messages WHERE id = ? AND statut <> 'en_attente'").bind(id),
        )?;
        if deleted == 0 {
            let statut = statut(conn, id)?;
            return Err(Error::Conflict(Conflict::Statut(statut, Deed::Delete)));
        }
        Ok(())
    })
}

/// Notes that an e-mail was read; the first time counts.
///
/// # Errors
/// `Conflict` for an SMS; `NotFound`.
pub fn mark_read(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let marked = conn.execute(
            sql(
                "UPDATE messages SET est_lu = TRUE, date_lecture = COALESCE(date_lecture, ?)
                   WHERE id = ? AND type = 'email'",
            )
            .bind(now)
            .bind(id),
        )?;
        if marked == 0 {
            statut(conn, id)?;
            return Err(Error::Conflict(Conflict::NotAnEmail));
        }
        Ok(())
    })
}
