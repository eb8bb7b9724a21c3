//! The intent: committed before the first byte of a delivery leaves.

use super::Reserved;
use super::address::NOT_OUTDATED;
use crate::instant::{Instant, InstantSql};
use crate::store::adresses::NOT_REFUSED;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use crate::vocabulary::{Etat, Motif};
use diesel::sql_types::{BigInt, Nullable, Text};
use std::time::Duration;

/// An envoi in `emission`: it may be handed to the network now.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Granted {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Token of the lease.
    #[diesel(sql_type = BigInt)]
    pub jeton: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// Of the message's text that stands now: goes up whenever the message is changed.
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// E.164 number or mailbox.
    #[diesel(sql_type = Text)]
    pub adresse: String,
    /// Attempts, this one included.
    #[diesel(sql_type = BigInt)]
    pub tentatives: i64,
    /// Times that the answer was lost.
    #[diesel(sql_type = BigInt)]
    pub ambigus: i64,
    /// Times that a person sent it again.
    #[diesel(sql_type = BigInt)]
    pub renvois: i64,
    /// First attempt: the date that the e-mail bears.
    #[diesel(sql_type = InstantSql)]
    pub emis_le: Instant,
    /// Not to be sent after this.
    #[diesel(sql_type = InstantSql)]
    pub expire: Instant,
}

/// An envoi that may not leave any more, and is final now.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Refused {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// `echec`, `ignore`, or `incertain` when an earlier answer was lost.
    #[diesel(sql_type = Text)]
    pub etat: Etat,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub motif: Option<Motif>,
}

/// Of an UPDATE of envois: the message is leaving, and the parent is there and wants this channel.
pub(super) const MAY_LEAVE: &str = "
    AND EXISTS (SELECT 1 FROM messages m
                 WHERE m.id = envois.message AND m.statut = 'en_attente'
                   AND m.annule_le IS NULL)
    AND EXISTS (SELECT 1 FROM parents p
                 WHERE p.id = envois.parent AND p.parti_le IS NULL
                   AND CASE envois.canal WHEN 'sms' THEN p.notifications_sms
                                         ELSE p.notifications_email END)
";

/// Moves leased envois to `emission`, unless they were cancelled, opted out of, erased or are too
/// late, which is checked in the very statement that moves them. An opposition holds for its
/// address: `elsewhere` is told where another record has it. `again` after a commit whose
/// answer was lost: what is already in `emission` with our token was ours.
///
/// What was never tried, and whose address the directory has changed meanwhile, is neither granted nor
/// refused: its address has to be read again.
///
/// # Errors
/// The database's; also when a token was given out twice.
pub fn announce(
    conn: &mut Conn,
    passage: &str,
    leased: &[Reserved],
    lease: Duration,
    again: bool,
    elsewhere: &str,
    now: Instant,
) -> Result<(Vec<Granted>, Vec<Refused>), Error> {
    if leased.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let granted: Vec<Granted> = conn.load(
        sql("UPDATE envois
                 SET etat = 'emission', bail_jusqua = ?, tentatives = tentatives + CASE WHEN etat = 'reserve' THEN 1 ELSE 0 END,
                     emis_le = COALESCE(emis_le, ?)
                FROM {rows: id bigint, jeton bigint}
               WHERE envois.id = r.id AND envois.jeton = r.jeton AND envois.proprio = ?
                 AND (envois.etat = 'reserve' OR (? AND envois.etat = 'emission'))
                 AND envois.bail_jusqua > ? AND envois.expire > ?
                 ")
        .then(MAY_LEAVE)
        .then(NOT_REFUSED)
        .then(NOT_OUTDATED)
        .then("RETURNING envois.id, envois.jeton, envois.message,
                        (SELECT m.jeton FROM messages m WHERE m.id = envois.message) AS version,
                        envois.adresse, envois.tentatives, envois.ambigus, envois.renvois,
                        envois.emis_le, envois.expire")
        .bind(now + lease)
        .bind(now)
        .bind_rows(leased)
        .bind(passage)
        .bind(again)
        .bind(now)
        .bind(now),
    )?;
    open_attempts(conn, passage, &granted, again, now)?;
    let refused = if granted.len() < leased.len() {
        refuse(conn, passage, leased, elsewhere, now)?
    } else {
        Vec::new()
    };
    Ok((granted, refused))
}

#[derive(serde::Serialize)]
struct Attempt {
    envoi: i64,
    jeton: i64,
}

fn open_attempts(
    conn: &mut Conn,
    passage: &str,
    granted: &[Granted],
    again: bool,
    now: Instant,
) -> Result<(), Error> {
    let rows: Vec<Attempt> = granted
        .iter()
        .map(|granted| Attempt {
            envoi: granted.id,
            jeton: granted.jeton,
        })
        .collect();
    let insert = if again {
        sql("INSERT INTO tentatives (envoi, jeton, passage, debut)
             SELECT envoi, jeton, ?, ? FROM {rows: envoi bigint, jeton bigint}
              WHERE true ON CONFLICT (envoi, jeton) DO NOTHING")
    } else {
        sql("INSERT INTO tentatives (envoi, jeton, passage, debut)
             SELECT envoi, jeton, ?, ? FROM {rows: envoi bigint, jeton bigint}")
    };
    conn.execute(insert.bind(passage).bind(now).bind_rows(&rows))?;
    Ok(())
}

/// Ends what was leased and not granted. A lease that is over is left alone: another run has it.
fn refuse(
    conn: &mut Conn,
    passage: &str,
    leased: &[Reserved],
    elsewhere: &str,
    now: Instant,
) -> Result<Vec<Refused>, Error> {
    // A record that accepts, of a message that may leave: it is another one that refuses.
    conn.load(
        sql("UPDATE envois
                 SET etat = CASE WHEN ambigus > 0 THEN 'incertain'
                                 WHEN expire <= ? THEN 'echec' ELSE 'ignore' END,
                     motif = CASE
                       WHEN ambigus > 0 THEN 'resultat_inconnu'
                       WHEN expire <= ? THEN 'expire'
                       WHEN NOT EXISTS (SELECT 1 FROM messages m
                                         WHERE m.id = envois.message AND m.statut = 'en_attente'
                                           AND m.annule_le IS NULL) THEN 'annule'
                       WHEN NOT EXISTS (SELECT 1 FROM parents p
                                         WHERE p.id = envois.parent AND p.parti_le IS NULL)
                         THEN 'efface'
                       ELSE 'opposition' END,
                     detail = CASE
                       WHEN ambigus = 0 AND expire > ?")
        .then(MAY_LEAVE)
        .then(
            " THEN ? ELSE detail END,
                     proprio = NULL, bail_jusqua = NULL, termine_le = ?
                FROM {rows: id bigint, jeton bigint}
               WHERE envois.id = r.id AND envois.jeton = r.jeton AND envois.proprio = ?
                 AND envois.etat = 'reserve' AND envois.bail_jusqua > ?",
        )
        .then(NOT_OUTDATED)
        .then("RETURNING envois.id, envois.message, envois.etat, envois.motif")
        .bind(now)
        .bind(now)
        .bind(now)
        .bind(elsewhere)
        .bind(now)
        .bind_rows(leased)
        .bind(passage)
        .bind(now),
    )
}
