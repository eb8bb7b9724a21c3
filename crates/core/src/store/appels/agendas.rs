//! The secret addresses of calendars. One is found by the token at its end, of which only the SHA-256 is kept;
//! nothing slower is needed, since a token has 256 random bits. Everybody has one at most.

use super::cles;
use super::sessions::By;
use crate::digest::{hex, sha256};
use crate::instant::Instant;
use crate::schema::appels::agendas::{self, table};
use crate::schema::appels::cles_api;
use crate::secret::Secret;
use crate::store::search::by;
use crate::store::{Conn, Error, historique};
use crate::vocabulary::{Action, Objet};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::time::Duration;

const BYTES: usize = 32;

/// How long an address is good: whoever left the school years ago reads nothing any more.
pub const LASTS: Duration = Duration::from_secs(366 * 24 * 3600);

/// An address as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = agendas)]
pub struct Agenda {
    /// Its number.
    pub id: i64,
    /// The key of whoever made it.
    pub cle: Option<i64>,
    /// Or the user of the web app, by a number that is no personal data.
    pub utilisateur: Option<String>,
    /// When it was made.
    pub cree_le: Instant,
    /// When it ends.
    pub fin: Instant,
}

/// Makes an address; the one that its owner had before is void. The token at its end is returned here and
/// can never be had again.
///
/// # Errors
/// `Other` when the machine has no random numbers; the database's.
pub fn create(conn: &mut Conn, owner: &By) -> Result<Secret, Error> {
    let token = hex(&cles::random::<BYTES>()?);
    conn.write(|conn| {
        if let Some(before) = of(conn, owner)? {
            forget(conn, before.id)?;
        }
        let now = conn.now()?;
        conn.execute(diesel::delete(table.filter(agendas::fin.le(now))))?;
        let (cle, utilisateur) = owner.parts();
        let row = (
            agendas::empreinte.eq(sha256(token.as_bytes())),
            agendas::cle.eq(cle),
            agendas::utilisateur.eq(utilisateur),
            agendas::cree_le.eq(now),
            agendas::fin.eq(now + LASTS),
        );
        let insertion = diesel::insert_into(table).values(row);
        let id: i64 = conn.one(insertion.returning(agendas::id))?;
        historique::note(conn, Action::Cree, Objet::Agenda, Some(id))
    })?;
    Ok(Secret::new(token))
}

/// The address that somebody has, if it is still good.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, owner: &By) -> Result<Option<Agenda>, Error> {
    let now = conn.now()?;
    let (cle, utilisateur) = owner.parts();
    let found = table.filter(agendas::fin.gt(now)).into_boxed();
    let found = by(found, cle, |q, v| q.filter(agendas::cle.eq(v)));
    let found = by(found, utilisateur, |q, v| {
        q.filter(agendas::utilisateur.eq(v))
    });
    conn.first(found.select(Agenda::as_select()))
}

/// The address that ends with this token, unless it has ended or its key is void.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, token: &str) -> Result<Option<Agenda>, Error> {
    let now = conn.now()?;
    let key = cles_api::table.filter(cles_api::id.nullable().eq(agendas::cle));
    let valid = exists(key.filter(cles_api::revoquee_le.is_null()));
    let found = table
        .filter(agendas::empreinte.eq(sha256(token.as_bytes())))
        .filter(agendas::fin.gt(now))
        .filter(agendas::cle.is_null().or(valid));
    conn.first(found.select(Agenda::as_select()))
}

/// Makes void the address that somebody has.
///
/// # Errors
/// `NotFound`; the database's.
pub fn void(conn: &mut Conn, owner: &By) -> Result<(), Error> {
    conn.write(|conn| {
        let agenda = of(conn, owner)?.ok_or(Error::NotFound)?;
        forget(conn, agenda.id)
    })
}

fn forget(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.execute(diesel::delete(table.find(id)))?;
    historique::note(conn, Action::Revoque, Objet::Agenda, Some(id))
}
