//! Keys of programs that call the HTTP interface.
//!
//! A key reads `msg_` + public prefix + `_` + secret, the last two in hexadecimal: one word for a
//! double click. Only the SHA-256 of the whole is kept. Nothing slower is needed: the secret has
//! 256 random bits, so there is no list of likely ones to try.

use crate::digest::{hex, sha256};
use crate::instant::Instant;
use crate::schema::appels::cles_api::{self, table};
use crate::secret::Secret;
use crate::store::{Conflict, Conn, Error, historique};
use crate::vocabulary::{Action, Objet, Portee};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::prelude::*;
use diesel::sql_types::Text;
use ring::rand::{SecureRandom, SystemRandom};
use std::time::Duration;

const BEGIN: &str = "msg_";
const PREFIX_BYTES: usize = 4;
const SECRET_BYTES: usize = 32;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = cles_api)]
pub struct Cle {
    /// Its number.
    pub id: i64,
    /// Whom or what it is for, in the administrator's words.
    pub nom: String,
    /// The public part, by which it is found.
    pub prefixe: String,
    /// SHA-256 of the whole key, in hexadecimal.
    pub empreinte: String,
    /// What it may be used for.
    #[diesel(deserialize_as = Portees)]
    pub portees: Vec<Portee>,
    /// When it was made.
    pub creee_le: Instant,
    /// Since when it is void.
    pub revoquee_le: Option<Instant>,
    /// When it was used last, to [`NOTED_EVERY`].
    pub utilisee_le: Option<Instant>,
}

/// How often it is noted at most that a key is used.
pub const NOTED_EVERY: Duration = Duration::from_secs(3600);

impl Cle {
    /// Whether it is time to note that it is used.
    #[must_use]
    pub fn is_to_note(&self, now: Instant) -> bool {
        self.utilisee_le
            .is_none_or(|last| last + NOTED_EVERY <= now)
    }
}

/// What a key may be used for, as it is kept: words with blanks between.
#[derive(Debug)]
pub struct Portees(Vec<Portee>);

impl<DB: Backend> Queryable<Text, DB> for Portees
where
    String: FromSql<Text, DB>,
{
    type Row = String;

    /// A word that only a newer program knows allows nothing here.
    fn build(words: String) -> deserialize::Result<Self> {
        Ok(Self(words.split(' ').flat_map(str::parse).collect()))
    }
}

impl From<Portees> for Vec<Portee> {
    fn from(portees: Portees) -> Self {
        portees.0
    }
}

/// Scopes as they are kept.
pub(super) fn words(portees: &[Portee]) -> String {
    let all = Portee::ALL.iter();
    let kept = all.filter(|portee| portees.contains(portee));
    let words: Vec<&str> = kept.map(|portee| portee.as_str()).collect();
    words.join(" ")
}

/// Makes a key. Its text is returned here and can never be had again.
///
/// # Errors
/// `Other` when the machine has no random numbers; the database's.
pub fn create(conn: &mut Conn, nom: &str, portees: &[Portee]) -> Result<(Secret, Cle), Error> {
    let prefixe = hex(&random::<PREFIX_BYTES>()?);
    let key = format!("{BEGIN}{prefixe}_{}", hex(&random::<SECRET_BYTES>()?));
    let cle = conn.write(|conn| {
        let row = (
            cles_api::nom.eq(nom),
            cles_api::prefixe.eq(prefixe),
            cles_api::empreinte.eq(empreinte(&key)),
            cles_api::portees.eq(words(portees)),
            cles_api::creee_le.eq(conn.now()?),
        );
        let insertion = diesel::insert_into(table).values(row);
        let cle: Cle = conn.one(insertion.returning(cles_api::all_columns))?;
        historique::note(conn, Action::Cree, Objet::Cle, Some(cle.id))?;
        Ok(cle)
    })?;
    Ok((Secret::new(key), cle))
}

/// Every key, revoked ones too, in the order in which they were made.
pub fn list(conn: &mut Conn) -> Result<Vec<Cle>, Error> {
    conn.load(table.select(Cle::as_select()).order(cles_api::id))
}

/// The key with this public prefix, revoked or not.
pub fn find(conn: &mut Conn, prefixe: &str) -> Result<Option<Cle>, Error> {
    let named = table.filter(cles_api::prefixe.eq(prefixe));
    conn.first(named.select(Cle::as_select()))
}

/// Notes that a key is used, unless another did meanwhile.
pub fn note_use(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let now = conn.now()?;
    let last = cles_api::utilisee_le;
    let stale = last.is_null().or(last.le(now - NOTED_EVERY));
    let stale = table.filter(cles_api::id.eq(id).and(stale));
    conn.execute(diesel::update(stale).set(last.eq(now)))
        .map(drop)
}

/// Makes a key void, for ever.
///
/// # Errors
/// `NotFound`; `Conflict` when it is void already; the database's.
pub fn revoke(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let since: Option<Instant> = conn.one(table.find(id).select(cles_api::revoquee_le))?;
        if since.is_some() {
            return Err(Error::Conflict(Conflict::Revoked));
        }
        let now = conn.now()?;
        let valid = table.find(id).filter(cles_api::revoquee_le.is_null());
        conn.execute(diesel::update(valid).set(cles_api::revoquee_le.eq(now)))?;
        historique::note(conn, Action::Revoque, Objet::Cle, Some(id))
    })
}

/// The public prefix of what looks like a key; none when it cannot be one.
#[must_use]
pub fn prefixe(key: &str) -> Option<&str> {
    let (prefixe, secret) = key.strip_prefix(BEGIN)?.split_once('_')?;
    let fits = is_hex(prefixe, PREFIX_BYTES) && is_hex(secret, SECRET_BYTES);
    fits.then_some(prefixe)
}

/// True for a text that begins as keys do and tokens never do: theirs is `{` in base64, so `e`.
#[must_use]
pub fn is_meant_as_key(text: &[u8]) -> bool {
    text.starts_with(BEGIN.as_bytes())
}

/// SHA-256 of a key, in hexadecimal.
#[must_use]
pub fn empreinte(key: &str) -> String {
    sha256(key.as_bytes())
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|ring::error::Unspecified| {
            Error::Other("this machine has no random numbers".to_owned())
        })?;
    Ok(bytes)
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            empreinte("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn only_a_key_has_a_prefix() {
        let secret = "0123456789abcdef".repeat(4);
        assert_eq!(prefixe(&format!("msg_0a1b2c3d_{secret}")), Some("0a1b2c3d"));
        for wrong in [
            String::new(),
            "msg_".to_owned(),
            "msg_0a1b2c3d".to_owned(),
            "msg_0a1b2c3d_".to_owned(),
            format!("0a1b2c3d_{secret}"),
            format!("MSG_0a1b2c3d_{secret}"),
            format!("msg_0a1b2c3_{secret}"),
            format!("msg_0A1B2C3D_{secret}"),
            format!("msg_0a1b2c3d_{secret}0"),
            format!("msg_0a1b2c3d_{}", secret.to_uppercase()),
            format!("msg_0a1b2c3é_{secret}"),
            format!(" msg_0a1b2c3d_{secret}"),
        ] {
            assert_eq!(prefixe(&wrong), None, "{wrong}");
        }
    }
}
