//! Keys of programs that call the HTTP interface.
//!
//! A key reads `msg_` + public prefix + `_` + secret, the last two in hexadecimal: one word for a
//! double click. Only the SHA-256 of the whole is kept. Nothing slower is needed: the secret has
//! 256 random bits, so there is no list of likely ones to try.

use super::sql::sql;
use super::{Conflict, Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::secret::Secret;
use crate::vocabulary::Portee;
use diesel::sql_types::{BigInt, Nullable, Text};
use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};

const BEGIN: &str = "msg_";
const PREFIX_BYTES: usize = 4;
const SECRET_BYTES: usize = 32;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub portees: Vec<Portee>,
    /// When it was made.
    pub creee_le: Instant,
    /// Since when it is void.
    pub revoquee_le: Option<Instant>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    nom: String,
    #[diesel(sql_type = Text)]
    prefixe: String,
    #[diesel(sql_type = Text)]
    empreinte: String,
    #[diesel(sql_type = Text)]
    portees: String,
    #[diesel(sql_type = InstantSql)]
    creee_le: Instant,
    #[diesel(sql_type = Nullable<InstantSql>)]
    revoquee_le: Option<Instant>,
}

impl From<Row> for Cle {
    fn from(row: Row) -> Self {
        // A word that only a newer program knows allows nothing here.
        let portees = row.portees.split(' ').flat_map(str::parse).collect();
        Self {
            id: row.id,
            nom: row.nom,
            prefixe: row.prefixe,
            empreinte: row.empreinte,
            portees,
            creee_le: row.creee_le,
            revoquee_le: row.revoquee_le,
        }
    }
}

/// Makes a key. Its text is returned here and can never be had again.
///
/// # Errors
/// `Other` when the machine has no random numbers; the database's.
pub fn create(conn: &mut Conn, nom: &str, portees: &[Portee]) -> Result<(Secret, Cle), Error> {
    let prefixe = hex(&random::<PREFIX_BYTES>()?);
    let key = format!("{BEGIN}{prefixe}_{}", hex(&random::<SECRET_BYTES>()?));
    let words: Vec<&str> = Portee::ALL
        .iter()
        .filter(|portee| portees.contains(portee))
        .map(|portee| portee.as_str())
        .collect();
    let rows = conn.write(|conn| {
        let now = conn.now()?;
        conn.load::<Row>(
            &sql(
                "INSERT INTO cles_api (nom, prefixe, empreinte, portees, creee_le)
                 VALUES (?, ?, ?, ?, ?)
                 RETURNING id, nom, prefixe, empreinte, portees, creee_le, revoquee_le",
            )
            .bind(nom)
            .bind(prefixe.as_str())
            .bind(empreinte(&key))
            .bind(words.join(" "))
            .bind(now),
        )
    })?;
    let row = rows.into_iter().next().ok_or(Error::NotFound)?;
    Ok((Secret::new(key), row.into()))
}

/// Every key, revoked ones too, in the order in which they were made.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn) -> Result<Vec<Cle>, Error> {
    let rows: Vec<Row> = conn.load(sql(
        "SELECT id, nom, prefixe, empreinte, portees, creee_le, revoquee_le
           FROM cles_api ORDER BY id",
    ))?;
    Ok(rows.into_iter().map(Cle::from).collect())
}

/// The key with this public prefix, revoked or not.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, prefixe: &str) -> Result<Option<Cle>, Error> {
    let rows: Vec<Row> = conn.load(
        sql(
            "SELECT id, nom, prefixe, empreinte, portees, creee_le, revoquee_le
               FROM cles_api WHERE prefixe = ?",
        )
        .bind(prefixe),
    )?;
    Ok(rows.into_iter().next().map(Cle::from))
}

/// Makes a key void, for ever.
///
/// # Errors
/// `NotFound`; `Conflict` when it is void already; the database's.
pub fn revoke(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        let revoked = conn.execute(
            sql("UPDATE cles_api SET revoquee_le = ? WHERE id = ? AND revoquee_le IS NULL")
                .bind(now)
                .bind(id),
        )?;
        if revoked > 0 {
            return Ok(());
        }
        if list(conn)?.iter().any(|cle| cle.id == id) {
            Err(Error::Conflict(Conflict::Revoked))
        } else {
            Err(Error::NotFound)
        }
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
    hex(digest::digest(&digest::SHA256, key.as_bytes()).as_ref())
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|ring::error::Unspecified| {
            Error::Other("this machine has no random numbers".to_owned())
        })?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
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
