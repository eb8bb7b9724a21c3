//! Announcing: committed before the first byte of a delivery leaves.

use super::Claimed;
use super::rule::{ANNOUNCE, ANNOUNCED, LEAVING, MAY_LEAVE, NOT_OUTDATED, OURS, WANTED};
use crate::instant::{Instant, InstantSql};
use crate::model::Reading;
use crate::schema::envois;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Motif};
use diesel::sql_types::{BigInt, Text};
use std::time::Duration;

/// An envoi that was announced: it may be handed to the network now, or was.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
#[diesel(table_name = envois)]
pub struct Announced {
    /// Number of the envoi.
    pub id: i64,
    /// Its channel.
    pub canal: Canal,
    /// Token of the claim.
    pub jeton: i64,
    /// Its message.
    pub message: i64,
    /// Of the message's text that stands now: goes up whenever the message is changed.
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// E.164 number or mailbox.
    #[diesel(sql_type = Text)]
    pub adresse: String,
    /// Attempts, this one included.
    pub tentatives: i64,
    /// Times that the answer was lost.
    pub ambigus: i64,
    /// Times that a person sent it again.
    pub renvois: i64,
    /// First attempt: the date that the e-mail bears.
    #[diesel(sql_type = InstantSql)]
    pub emis_le: Instant,
    /// Not to be sent after this.
    pub expire: Instant,
}

/// An envoi that may not leave any more, and is final now.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
#[diesel(table_name = envois)]
pub struct Refused {
    /// Number of the envoi.
    pub id: i64,
    /// Its message.
    pub message: i64,
    /// `echec`, `ignore`, or `incertain` when an earlier answer was lost.
    pub etat: Etat,
    /// Why.
    pub motif: Option<Motif>,
}

/// An attempt to be written down.
#[derive(serde::Serialize)]
struct Attempt {
    envoi: i64,
    jeton: i64,
}
columns!(Attempt: envoi, jeton);

statements! {
    fn announced(
        claimed: &[Claimed], passage: &str, passerelle: &str, again: bool, until: Instant, now: Instant,
    ) =
        ANNOUNCE, " FROM {claimed} WHERE ", MAY_LEAVE, ANNOUNCED;

    fn attempts(attempts: &[Attempt], passage: &str, now: Instant) =
        "INSERT INTO tentatives (envoi, jeton, passage, debut)
         SELECT envoi, jeton, {passage}, {now} FROM {attempts}";

    fn attempts_again(attempts: &[Attempt], passage: &str, now: Instant) =
        "INSERT INTO tentatives (envoi, jeton, passage, debut)
         SELECT envoi, jeton, {passage}, {now} FROM {attempts}
          WHERE true ON CONFLICT (envoi, jeton) DO NOTHING";

    // A record that accepts, of a message that may leave: it is another one that refuses.
    fn refused(claimed: &[Claimed], passage: &str, again: bool, elsewhere: &str, now: Instant) =
        "UPDATE envois
            SET etat = CASE WHEN ambigus > 0 THEN 'incertain'
                            WHEN expire <= {now} THEN 'echec' ELSE 'ignore' END,
                motif = CASE WHEN ambigus > 0 THEN 'resultat_inconnu'
                             WHEN expire <= {now} THEN 'expire'
                             WHEN NOT ", LEAVING, " THEN 'annule'
                             WHEN NOT EXISTS (SELECT 1 FROM parents p
                                               WHERE p.id = envois.parent AND p.parti_le IS NULL)
                               THEN 'efface'
                             ELSE 'opposition' END,
                detail = CASE WHEN ambigus = 0 AND expire > {now}
                               AND ", LEAVING, " AND ", WANTED, " THEN {elsewhere}
                              ELSE detail END,
                proprio = NULL, bail_jusqua = NULL, termine_le = {now}
           FROM {claimed} WHERE ", OURS, " AND ", NOT_OUTDATED, "
         RETURNING envois.id, envois.message, envois.etat, envois.motif";
}

/// Moves claimed envois to `emission`, unless they were cancelled, opted out of, erased or are too
/// late, which is checked in the very statement that moves them. An opposition holds for its
/// address: [`Reading::elsewhere`] is told where another record has it. An SMS whose answer was lost leaves
/// again only by the gateway that was asked before. `again` after a commit whose
/// answer was lost: what is already in `emission` with our token was ours.
///
/// What was never tried, and whose address the directory has changed meanwhile, is neither announced
/// nor refused: its address has to be read again.
///
/// # Errors
/// The database's; also when a token was given out twice.
pub fn announce(
    conn: &mut Conn,
    passage: &str,
    claimed: &[Claimed],
    lease: Duration,
    again: bool,
    reading: &Reading,
    now: Instant,
) -> Result<(Vec<Announced>, Vec<Refused>), Error> {
    if claimed.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let leaving: Vec<Announced> = conn.load(announced(
        claimed,
        passage,
        &reading.passerelle,
        again,
        now + lease,
        now,
    ))?;
    let opened: Vec<Attempt> = leaving
        .iter()
        .map(|envoi| Attempt {
            envoi: envoi.id,
            jeton: envoi.jeton,
        })
        .collect();
    let open = if again { attempts_again } else { attempts };
    conn.execute(open(&opened, passage, now))?;
    // A lease that is over is left alone: another run has it.
    let refused = if leaving.len() < claimed.len() {
        conn.load(refused(claimed, passage, false, reading.elsewhere, now))?
    } else {
        Vec::new()
    };
    Ok((leaving, refused))
}
