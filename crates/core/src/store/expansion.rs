//! Messages that are due, and the envois made of them.

use super::sql::sql;
use super::{Conn, Error, LEASE_MAX};
use crate::instant::{Instant, InstantSql};
use crate::vocabulary::{Canal, Etat, Motif};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use serde::Serialize;
use std::time::Duration;

/// A due message, leased by a run that works out its recipients.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Taken {
    /// Number of the message.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Token of the lease.
    #[diesel(sql_type = BigInt)]
    pub jeton: i64,
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// The one recipient.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub parent: Option<i64>,
    /// The class of a group message; none means everybody.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub classe: Option<i64>,
    /// Whether it goes to a class or to everybody.
    #[diesel(sql_type = Bool)]
    pub est_message_groupe: bool,
    /// Last parent already worked out.
    #[diesel(sql_type = BigInt)]
    pub curseur: i64,
    /// Recipients already worked out.
    #[diesel(sql_type = BigInt)]
    pub nb_destinataires: i64,
    /// What an SMS says.
    #[diesel(sql_type = Nullable<Text>)]
    pub texte: Option<String>,
    /// When it is to leave.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub date_programmee: Option<Instant>,
    /// When it should have left: the later of its date and the moment it was programmed.
    #[diesel(sql_type = InstantSql)]
    pub due: Instant,
}

/// A parent as the audience sees it.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Candidate {
    /// Number of the parent.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Family name.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// As typed.
    #[diesel(sql_type = Text)]
    pub telephone: String,
    /// As typed.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// False: wants no SMS.
    #[diesel(sql_type = Bool)]
    pub notifications_sms: bool,
    /// False: wants no e-mail.
    #[diesel(sql_type = Bool)]
    pub notifications_email: bool,
    /// Whether the parent has left: no recipient any more.
    #[diesel(sql_type = Bool)]
    pub parti: bool,
}

/// An envoi to insert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewEnvoi {
    /// Its message.
    pub message: i64,
    /// Its recipient.
    pub parent: i64,
    /// Its channel.
    pub canal: Canal,
    /// E.164 number or mailbox; none for `ignore`.
    pub adresse: Option<String>,
    /// `a_envoyer`, `ignore`, or `echec` when the message cannot be sent to anybody.
    pub etat: Etat,
    /// Why it does not leave.
    pub motif: Option<Motif>,
    /// What the office can mend; no address stands in it.
    pub detail: Option<String>,
    /// Place in the message.
    pub rang: i64,
    /// Not before.
    pub prochaine: Instant,
    /// Not after.
    pub expire: Instant,
    /// When it became final, if it is.
    pub termine_le: Option<Instant>,
}

/// How far a message got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Number of the message.
    pub id: i64,
    /// Token of the lease.
    pub jeton: i64,
    /// Last parent worked out.
    pub curseur: i64,
    /// Recipients worked out so far.
    pub nb_destinataires: i64,
    /// Set with the last chunk: the envois may leave now.
    pub etendu_le: Option<Instant>,
}

const LEASE: Duration = Duration::from_secs(120);

/// Leases up to `limit` messages: first those whose recipients a dead run was working out, then
/// those that are due, the oldest first.
///
/// # Errors
/// The database's.
pub fn take(
    conn: &mut Conn,
    passage: &str,
    simule: bool,
    limit: usize,
    now: Instant,
) -> Result<Vec<Taken>, Error> {
    let mut taken = take_orphans(conn, passage, simule, limit, now)?;
    let left = limit.saturating_sub(taken.len());
    if left > 0 {
        taken.extend(take_due(conn, passage, simule, left, now)?);
    }
    Ok(taken)
}

fn take_orphans(
    conn: &mut Conn,
    passage: &str,
    simule: bool,
    limit: usize,
    now: Instant,
) -> Result<Vec<Taken>, Error> {
    conn.load(
        sql("WITH du AS MATERIALIZED (
                SELECT id FROM messages
                 WHERE statut = 'en_attente' AND etendu_le IS NULL
                   AND (bail_jusqua IS NULL OR bail_jusqua <= ? OR bail_jusqua > ?)
                 ORDER BY id LIMIT ? {skip locked})
              UPDATE messages SET simule = (simule OR ?), jeton = jeton + 1, proprio = ?,
                                  bail_jusqua = ?
               WHERE id IN (SELECT id FROM du)
              RETURNING id, jeton, type AS canal, parent, classe, est_message_groupe, curseur,
                        nb_destinataires, date_programmee,
                        CASE type WHEN 'sms' THEN contenu END AS texte,
                        CASE WHEN COALESCE(programme_le, date_creation) > date_programmee
                               OR date_programmee IS NULL
                             THEN COALESCE(programme_le, date_creation)
                             ELSE date_programmee END AS due")
        .bind(now)
        .bind(now + LEASE_MAX)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(simule)
        .bind(passage)
        .bind(now + LEASE),
    )
}

fn take_due(
    conn: &mut Conn,
    passage: &str,
    simule: bool,
    limit: usize,
    now: Instant,
) -> Result<Vec<Taken>, Error> {
    let mut taken: Vec<Taken> = conn.load(
        sql("WITH du AS MATERIALIZED (
                SELECT id FROM messages
                 WHERE statut = 'programme' AND date_programmee <= ?
                 ORDER BY date_programmee, id LIMIT ? {skip locked})
              UPDATE messages
                 SET statut = 'en_attente', simule = ?, annule_le = NULL, details_erreur = NULL,
                     date_envoi = NULL, etendu_le = NULL, curseur = 0, nb_destinataires = 0,
                     jeton = jeton + 1, proprio = ?, bail_jusqua = ?
               WHERE id IN (SELECT id FROM du)
              RETURNING id, jeton, type AS canal, parent, classe, est_message_groupe, curseur,
                        nb_destinataires, date_programmee,
                        CASE type WHEN 'sms' THEN contenu END AS texte,
                        CASE WHEN COALESCE(programme_le, date_creation) > date_programmee
                             THEN COALESCE(programme_le, date_creation)
                             ELSE date_programmee END AS due")
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(simule)
        .bind(passage)
        .bind(now + LEASE),
    )?;
    taken.sort_unstable_by_key(|message| (message.due, message.id));
    forget_earlier(conn, &taken)?;
    Ok(taken)
}

/// A failed message that was programmed again begins anew: its recipients are worked out from the
/// directory of today.
fn forget_earlier(conn: &mut Conn, taken: &[Taken]) -> Result<(), Error> {
    if taken.is_empty() {
        return Ok(());
    }
    let keys: Vec<Key> = taken
        .iter()
        .map(|message| Key { cle: message.id })
        .collect();
    conn.execute(
        sql("DELETE FROM envois WHERE message IN (SELECT r.cle FROM {rows: cle bigint})")
            .bind_rows(&keys),
    )?;
    Ok(())
}

/// Marks messages as simulated whose envois a simulating run has claimed.
///
/// # Errors
/// The database's.
pub fn mark_simulated(conn: &mut Conn, messages: &[i64]) -> Result<(), Error> {
    let keys: Vec<Key> = messages.iter().map(|id| Key { cle: *id }).collect();
    conn.execute(
        sql("UPDATE messages SET simule = true
               WHERE NOT simule AND id IN (SELECT r.cle FROM {rows: cle bigint})")
        .bind_rows(&keys),
    )?;
    Ok(())
}

/// The parents of a class, or all of them, after `curseur`, in the order of their numbers; who has
/// left is none of them.
///
/// # Errors
/// The database's.
pub fn group(
    conn: &mut Conn,
    classe: Option<i64>,
    curseur: i64,
    limit: usize,
) -> Result<Vec<Candidate>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut question = sql(CANDIDATES).then(" WHERE parti_le IS NULL");
    if let Some(classe) = classe {
        question = question
            .then(
                " AND id IN (SELECT pe.parent FROM parents_etudiants pe
                               JOIN etudiants e ON e.id = pe.etudiant
                              WHERE e.classe = ?)",
            )
            .bind(classe);
    }
    let question = question.then(" AND id > ? ORDER BY id LIMIT ?");
    conn.load(question.bind(curseur).bind(limit))
}

const CANDIDATES: &str = "SELECT id, nom, prenom, telephone, email, notifications_sms,
    notifications_email, parti_le IS NOT NULL AS parti FROM parents";

#[derive(Serialize)]
struct Key {
    cle: i64,
}

/// The parents with these numbers, in no order.
///
/// # Errors
/// The database's.
pub fn singles(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Candidate>, Error> {
    let question = sql(CANDIDATES).then(" WHERE id IN (SELECT r.cle FROM {rows: cle bigint})");
    conn.load(question.bind_keys(ids))
}

/// Inserts envois, each address once per message: what goes to an address that the message
/// already has becomes `ignore/doublon`. Returns how many did.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, envois: &[NewEnvoi], now: Instant) -> Result<usize, Error> {
    let inserted = insert_new(conn, envois)?;
    if inserted == envois.len() {
        return Ok(0);
    }
    let doubles: Vec<NewEnvoi> = envois
        .iter()
        .map(|envoi| NewEnvoi {
            adresse: None,
            etat: Etat::Ignore,
            motif: Some(Motif::Doublon),
            detail: None,
            termine_le: Some(now),
            ..envoi.clone()
        })
        .collect();
    // Those that went in just now are passed over: a parent is once in a message.
    insert_new(conn, &doubles)
}

fn insert_new(conn: &mut Conn, envois: &[NewEnvoi]) -> Result<usize, Error> {
    conn.execute(
        sql("INSERT INTO envois (message, parent, canal, adresse, etat, motif, detail, rang, prochaine, expire, termine_le)
              SELECT message, parent, canal, adresse, etat, motif, detail, rang, prochaine, expire, termine_le
                FROM {rows: message bigint, parent bigint, canal text, adresse text, etat text, motif text, detail text, rang bigint, prochaine timestamptz, expire timestamptz, termine_le timestamptz}
               WHERE true ON CONFLICT DO NOTHING")
        .bind_rows(envois),
    )
}

/// Notes how far messages got and renews their leases. Returns how many were still ours.
///
/// # Errors
/// The database's.
pub fn advance(conn: &mut Conn, progress: &[Progress], now: Instant) -> Result<usize, Error> {
    conn.execute(
        sql("UPDATE messages
                 SET curseur = r.curseur, nb_destinataires = r.nb_destinataires,
                     etendu_le = r.etendu_le, bail_jusqua = ?
                FROM {rows: id bigint, jeton bigint, curseur bigint, nb_destinataires bigint, etendu_le timestamptz}
               WHERE messages.id = r.id AND messages.jeton = r.jeton
                 AND messages.statut = 'en_attente' AND messages.etendu_le IS NULL")
        .bind(now + LEASE)
        .bind_rows(progress),
    )
}

/// Gives back the messages that a run was working out.
///
/// # Errors
/// The database's.
pub fn give_back(conn: &mut Conn, passage: &str) -> Result<usize, Error> {
    conn.execute(
        sql("UPDATE messages SET bail_jusqua = NULL
               WHERE statut = 'en_attente' AND etendu_le IS NULL AND proprio = ?")
        .bind(passage),
    )
}
