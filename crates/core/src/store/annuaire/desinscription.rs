//! A parent wants no more e-mails, and says so by the link of one.

use super::oppositions;
use crate::schema::{envois, messages, parents};
use crate::store::{Conn, Error, historique};
use crate::tracking;
use crate::vocabulary::{Action, Canal, Objet};
use diesel::prelude::*;

/// The parent for whom a token speaks.
///
/// # Errors
/// `NotFound` when it speaks for nobody, or for somebody who is no longer there.
pub fn parent(conn: &mut Conn, token: &str) -> Result<i64, Error> {
    let envoi = tracking::envoi(token).ok_or(Error::NotFound)?;
    let email = envois::table
        .find(envoi)
        .filter(envois::canal.eq(Canal::Email))
        .inner_join(messages::table)
        .select((envois::parent, messages::cle_lecture));
    let (parent, cle): (Option<i64>, String) = conn.first(email)?.ok_or(Error::NotFound)?;
    // As of the picture that tells of reading: 128 bits are not guessed by the time they take.
    let is_right = tracking::unsubscription(&cle, envoi) == token;
    parent.filter(|_| is_right).ok_or(Error::NotFound)
}

/// Notes that the parent wants no more e-mails, in one transaction with its row in the history; those that
/// wait are ended. Who did already changes nothing.
///
/// # Errors
/// As [`parent`].
pub fn unsubscribe(conn: &mut Conn, token: &str) -> Result<(), Error> {
    use parents::notifications_email;
    conn.write(|conn| {
        let id = parent(conn, token)?;
        let willing = parents::table.find(id).filter(notifications_email);
        let changed = conn.execute(diesel::update(willing).set(notifications_email.eq(false)))?;
        if changed == 0 {
            return Ok(());
        }
        oppositions::apply(conn, Some(id))?;
        historique::note(conn, Action::Modifie, Objet::Parent, Some(id))
    })
}
