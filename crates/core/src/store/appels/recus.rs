//! The tokens at the end of the addresses at which gateways tell of deliveries. Only the SHA-256 of one is
//! kept; nothing slower is needed, since a token has 256 random bits.

use super::cles;
use crate::digest::{hex, sha256};
use crate::instant::Instant;
use crate::schema::appels::jetons_recus::{self, table};
use crate::secret::Secret;
use crate::store::{Conflict, Conn, Error, historique};
use crate::vocabulary::{Action, Objet};
use diesel::prelude::*;

const BYTES: usize = 32;

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = jetons_recus)]
pub struct Jeton {
    /// Its number.
    pub id: i64,
    /// The gateway that it is for.
    pub passerelle: String,
    /// SHA-256 of the token, in hexadecimal.
    pub empreinte: String,
    /// When it was made.
    pub cree_le: Instant,
    /// Since when it is void.
    pub revoque_le: Option<Instant>,
}

/// Makes a token. Its text is returned here and can never be had again.
///
/// # Errors
/// `Other` when the machine has no random numbers; the database's.
pub fn create(conn: &mut Conn, passerelle: &str) -> Result<(Secret, Jeton), Error> {
    let text = hex(&cles::random::<BYTES>()?);
    let jeton = conn.write(|conn| {
        let row = (
            jetons_recus::passerelle.eq(passerelle),
            jetons_recus::empreinte.eq(sha256(text.as_bytes())),
            jetons_recus::cree_le.eq(conn.now()?),
        );
        let insertion = diesel::insert_into(table).values(row);
        let jeton: Jeton = conn.one(insertion.returning(jetons_recus::all_columns))?;
        historique::note(conn, Action::Cree, Objet::Jeton, Some(jeton.id))?;
        Ok(jeton)
    })?;
    Ok((Secret::new(text), jeton))
}

/// Every token, void ones too, in the order in which they were made.
pub fn list(conn: &mut Conn) -> Result<Vec<Jeton>, Error> {
    conn.load(table.select(Jeton::as_select()).order(jetons_recus::id))
}

/// The digests of a gateway's tokens that are good.
pub fn valid(conn: &mut Conn, passerelle: &str) -> Result<Vec<String>, Error> {
    let good = table
        .filter(jetons_recus::passerelle.eq(passerelle))
        .filter(jetons_recus::revoque_le.is_null());
    conn.load(good.select(jetons_recus::empreinte))
}

/// Makes a token void, for ever.
///
/// # Errors
/// `NotFound`; `Conflict` when it is void already; the database's.
pub fn revoke(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let since: Option<Instant> = conn.one(table.find(id).select(jetons_recus::revoque_le))?;
        if since.is_some() {
            return Err(Error::Conflict(Conflict::Revoked));
        }
        let now = conn.now()?;
        let valid = table.find(id).filter(jetons_recus::revoque_le.is_null());
        conn.execute(diesel::update(valid).set(jetons_recus::revoque_le.eq(now)))?;
        historique::note(conn, Action::Revoque, Objet::Jeton, Some(id))
    })
}
