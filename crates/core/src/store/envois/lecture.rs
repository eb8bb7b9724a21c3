//! That an e-mail was read.

use crate::schema::{envois, messages};
use crate::store::literal::instant_or;
use crate::store::{Conn, Error};
use crate::tracking;
use crate::vocabulary::Canal;
use diesel::dsl::not;
use diesel::prelude::*;

/// Notes that the e-mail with this token was read; the first time counts. A token that is none
/// changes nothing.
pub fn mark_read(conn: &mut Conn, token: &str) -> Result<(), Error> {
    let Some(envoi) = tracking::envoi(token) else {
        return Ok(());
    };
    let email = envois::table
        .find(envoi)
        .filter(envois::canal.eq(Canal::Email))
        .inner_join(messages::table)
        .select((messages::id, messages::cle_lecture));
    let sent: Option<(i64, String)> = conn.first(email)?;
    // Who can measure how long a comparison takes over a network could as well guess 128 bits.
    match sent {
        Some((message, cle)) if tracking::token(&cle, envoi) == token => {
            conn.write(|conn| note(conn, envoi, message))
        }
        _ => Ok(()),
    }
}

fn note(conn: &mut Conn, envoi: i64, message: i64) -> Result<(), Error> {
    use messages::{date_lecture, est_lu};
    let now = conn.now()?;
    let unread = envois::table.find(envoi).filter(envois::lu_le.is_null());
    conn.execute(diesel::update(unread).set(envois::lu_le.eq(now)))?;
    let unread = messages::table.find(message).filter(not(est_lu));
    let first = instant_or(date_lecture, now).nullable();
    conn.execute(diesel::update(unread).set((est_lu.eq(true), date_lecture.eq(first))))
        .map(drop)
}
