//! Who is signed in to the console. A session is found by the token of a cookie, of which only the SHA-256 is
//! kept; nothing slower is needed, since a token has 256 random bits.

use super::cles::{self, Portees};
use crate::digest::{hex, sha256};
use crate::instant::Instant;
use crate::schema::appels::cles_api;
use crate::schema::appels::sessions::{self, table};
use crate::secret::Secret;
use crate::store::{Conn, Error, historique};
use crate::vocabulary::{Action, Objet, Portee};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::time::Duration;

const BYTES: usize = 32;

/// How long somebody is signed in: a working day.
pub const LASTS: Duration = Duration::from_secs(8 * 3600);

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// The key by which it was opened.
    pub cle: Option<i64>,
    /// Or the user of the web app, by a number that is no personal data.
    pub utilisateur: Option<String>,
    /// What it may be used for.
    #[diesel(deserialize_as = Portees)]
    pub portees: Vec<Portee>,
    /// When it ends.
    pub fin: Instant,
}

/// By what somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The key with this number.
    Cle(i64),
    /// A token of the web app, of the user with this number.
    Utilisateur(String),
}

impl By {
    /// As it is kept: the number of the key, or that of the user.
    pub(super) const fn parts(&self) -> (Option<i64>, Option<&String>) {
        match self {
            Self::Cle(id) => (Some(*id), None),
            Self::Utilisateur(id) => (None, Some(id)),
        }
    }
}

/// Opens a session, and forgets those that ended. The text for its cookie can never be had again.
///
/// # Errors
/// `Other` when the machine has no random numbers; the database's.
pub fn open(conn: &mut Conn, by: &By, portees: &[Portee]) -> Result<Secret, Error> {
    let token = hex(&cles::random::<BYTES>()?);
    let (cle, utilisateur) = by.parts();
    conn.write(|conn| {
        let now = conn.now()?;
        conn.execute(diesel::delete(table.filter(sessions::fin.le(now))))?;
        let row = (
            sessions::empreinte.eq(sha256(token.as_bytes())),
            sessions::cle.eq(cle),
            sessions::utilisateur.eq(utilisateur),
            sessions::portees.eq(cles::words(portees)),
            sessions::fin.eq(now + LASTS),
        );
        let insertion = diesel::insert_into(table).values(row);
        let id: i64 = conn.one(insertion.returning(sessions::id))?;
        historique::note(conn, Action::Connecte, Objet::Session, Some(id))
    })?;
    Ok(Secret::new(token))
}

/// The session with this token, unless it has ended or its key is void.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, token: &str) -> Result<Option<Session>, Error> {
    let now = conn.now()?;
    let key = cles_api::table.filter(cles_api::id.nullable().eq(sessions::cle));
    let valid = exists(key.filter(cles_api::revoquee_le.is_null()));
    let found = table
        .filter(sessions::empreinte.eq(sha256(token.as_bytes())))
        .filter(sessions::fin.gt(now))
        .filter(sessions::cle.is_null().or(valid));
    conn.first(found.select(Session::as_select()))
}

/// Ends the session with this token.
///
/// # Errors
/// The database's.
pub fn close(conn: &mut Conn, token: &str) -> Result<(), Error> {
    let named = table.filter(sessions::empreinte.eq(sha256(token.as_bytes())));
    conn.write(|conn| conn.execute(diesel::delete(named)).map(drop))
}
