//! Addresses that are read again: of what was never tried, and of what a person sends again.

use crate::instant::Instant;
use crate::store::sql::{Sql, columns, sql};
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Canal, Motif};
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::Serialize;
use std::collections::BTreeSet;

/// An envoi whose address is read again; it is locked until the commit.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Held {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// Its parent.
    #[diesel(sql_type = BigInt)]
    pub parent: i64,
    /// Its channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// The address that it had.
    #[diesel(sql_type = Nullable<Text>)]
    pub adresse: Option<String>,
    /// Times that the answer was lost.
    #[diesel(sql_type = BigInt)]
    pub ambigus: i64,
}

/// An envoi with the address that it goes to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addressed {
    /// Number of the envoi.
    pub id: i64,
    /// E.164 number or mailbox.
    pub adresse: String,
}
columns!(Addressed: id, adresse);

/// An envoi that goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unaddressed {
    /// Number of the envoi.
    pub id: i64,
    /// Why.
    pub motif: Motif,
    /// What the office can mend; no address stands in it.
    pub detail: Option<String>,
}
columns!(Unaddressed: id, motif, detail);

const COLUMNS: &str =
    "SELECT e.id, e.message, e.parent, e.canal, e.adresse, e.ambigus FROM envois e";

/// Accepted by simulating runs alone: it never left.
const SIMULATED: &str = "(e.etat = 'envoye'
    AND EXISTS (SELECT 1 FROM messages m WHERE m.id = e.message AND m.simule)
    AND NOT EXISTS (SELECT 1 FROM tentatives t JOIN passages p ON p.id = t.passage
                     WHERE t.envoi = e.id AND t.verdict = 'accepte' AND p.mode <> 'simulation'))";

/// Those of a message that a person can send again: who was not reached, who had no usable address,
/// and with `simulated` also those to whom nothing really left. With `envois`, only these of them.
///
/// # Errors
/// The database's.
pub fn hold_resendable(
    conn: &mut Conn,
    message: i64,
    envois: Option<&[i64]>,
    simulated: bool,
) -> Result<Vec<Held>, Error> {
    let question = sql(COLUMNS)
        .then(
            " WHERE e.message = ? AND e.parent IS NOT NULL
                AND (e.etat IN ('echec', 'incertain')
                     OR (e.etat = 'ignore'
                         AND e.motif IN ('sans_adresse', 'numero_invalide', 'pays_refuse'))
                     OR (? AND ",
        )
        .bind(message)
        .bind(simulated)
        .then(SIMULATED)
        .then("))");
    let question = match envois {
        None => question,
        Some(envois) => question
            .then(" AND e.id IN (SELECT r.cle FROM {rows: cle})")
            .bind_keys(envois),
    };
    conn.load(question.then(" ORDER BY e.id {for update}"))
}

/// Locks messages, so that nobody else gives out an address in them.
///
/// # Errors
/// The database's.
pub fn lock_messages(conn: &mut Conn, messages: &[i64]) -> Result<(), Error> {
    conn.load::<Count>(
        &sql("SELECT m.id AS nombre FROM messages m
               WHERE m.id IN (SELECT r.cle FROM {rows: cle}) ORDER BY m.id {for update}")
        .bind_keys(messages),
    )
    .map(drop)
}

/// Those of these messages that wait for a first attempt, and whose parent's address was changed
/// since it was read.
///
/// # Errors
/// The database's.
pub fn hold_outdated(conn: &mut Conn, messages: &[i64]) -> Result<Vec<Held>, Error> {
    conn.load(
        sql(COLUMNS)
            .then(
                " WHERE e.message IN (SELECT r.cle FROM {rows: cle})
                AND e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
                AND e.tentatives = 0
                AND EXISTS (SELECT 1 FROM parents p
                             WHERE p.id = e.parent
                               AND NOT COALESCE(CASE e.canal
                                                  WHEN 'sms' THEN p.telephone_e164 = e.adresse
                                                  ELSE p.email_norme = lower(e.adresse) END,
                                                FALSE))
              ORDER BY e.id {for update}",
            )
            .bind_keys(messages),
    )
}

/// Which of these addresses, in small letters, a message has already by other envois than `held`.
///
/// # Errors
/// The database's.
pub fn taken(
    conn: &mut Conn,
    message: i64,
    addresses: &BTreeSet<String>,
    held: &[i64],
) -> Result<Vec<String>, Error> {
    #[derive(Serialize)]
    struct Wanted<'a> {
        voulue: &'a str,
    }
    columns!(Wanted<'_>: voulue);
    #[derive(diesel::QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Text)]
        adresse: String,
    }
    let wanted: Vec<Wanted<'_>> = addresses.iter().map(|voulue| Wanted { voulue }).collect();
    let rows: Vec<Taken> = conn.load(
        sql("SELECT lower(e.adresse) AS adresse FROM envois e
               WHERE e.message = ? AND lower(e.adresse) IN (SELECT r.voulue FROM {rows: voulue})
                 AND e.id NOT IN (SELECT r.cle FROM {rows: cle})")
        .bind(message)
        .bind_rows(&wanted)
        .bind_keys(held),
    )?;
    Ok(rows.into_iter().map(|row| row.adresse).collect())
}

/// Ends those that go nowhere. Of those whose answer was lost a copy may have arrived.
///
/// # Errors
/// The database's.
pub fn end(conn: &mut Conn, ended: &[Unaddressed], now: Instant) -> Result<(), Error> {
    conn.execute(
        sql("UPDATE envois
                 SET etat = CASE WHEN ambigus > 0 THEN 'incertain' ELSE 'ignore' END,
                     motif = CASE WHEN ambigus > 0 THEN 'resultat_inconnu' ELSE r.motif END,
                     detail = r.detail, code = NULL, adresse = NULL, proprio = NULL,
                     bail_jusqua = NULL, termine_le = ?, jeton = jeton + 1
                FROM {rows: id, motif, detail} WHERE envois.id = r.id")
        .bind(now)
        .bind_rows(ended),
    )
    .map(drop)
}

/// Gives waiting envois their new address; whoever had leased one has lost it.
///
/// # Errors
/// The database's.
pub fn readdress(conn: &mut Conn, addressed: &[Addressed], now: Instant) -> Result<(), Error> {
    set_aside(conn, addressed, now)?;
    conn.execute(set_out().then(
        ", etat = 'a_envoyer', motif = NULL, termine_le = NULL, proprio = NULL, bail_jusqua = NULL",
    ).then(FROM).bind_rows(addressed))
    .map(drop)
}

/// Has envois sent again from the beginning. An answer to an earlier attempt changes nothing any more.
///
/// # Errors
/// The database's.
pub fn send_again(
    conn: &mut Conn,
    addressed: &[Addressed],
    now: Instant,
    expire: Instant,
) -> Result<(), Error> {
    set_aside(conn, addressed, now)?;
    conn.execute(
        set_out()
            .then(
                ", etat = 'a_envoyer', motif = NULL, code = NULL, detail = NULL, reference = NULL,
                   termine_le = NULL, emis_le = NULL, tentatives = 0, ambigus = 0,
                   renvois = renvois + 1, jeton = jeton + 1, prochaine = ?, expire = ?",
            )
            .bind(now)
            .bind(expire)
            .then(FROM)
            .bind_rows(addressed),
    )
    .map(drop)
}

fn set_out() -> Sql {
    sql("UPDATE envois SET adresse = r.adresse")
}

const FROM: &str = " FROM {rows: id, adresse} WHERE envois.id = r.id";

/// Addresses are unique in a message at every moment: two parents may have changed theirs.
fn set_aside(conn: &mut Conn, addressed: &[Addressed], now: Instant) -> Result<(), Error> {
    conn.execute(
        sql(
            "UPDATE envois SET adresse = NULL, etat = 'ignore', motif = 'sans_adresse', termine_le = ?
              WHERE id IN (SELECT r.id FROM {rows: id})",
        )
        .bind(now)
        .bind_rows(addressed),
    )
    .map(drop)
}

/// A message of which everything has really left, or is about to, is no simulation any more.
///
/// # Errors
/// The database's.
pub fn unmark_simulated(conn: &mut Conn, message: i64) -> Result<(), Error> {
    conn.execute(
        sql(
            "UPDATE messages SET simule = FALSE
              WHERE id = ? AND simule AND NOT EXISTS (SELECT 1 FROM envois e WHERE e.message = ? AND ",
        )
        .bind(message)
        .bind(message)
        .then(SIMULATED)
        .then(")"),
    )
    .map(drop)
}
