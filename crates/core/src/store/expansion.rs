//! Messages that are due, and the envois made of them.

use super::annuaire::in_chunks;
use super::literal::word;
use super::sql::{Key, columns, statements};
use super::{Conn, Error, LEASE_MAX};
use crate::instant::{Instant, InstantSql};
use crate::model::Candidate;
use crate::schema::{etudiants, messages, parents, parents_etudiants};
use crate::vocabulary::{Canal, Etat, Motif, Statut};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use serde::Serialize;
use std::time::Duration;

/// A due message, taken by a run that works out its recipients.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
#[diesel(table_name = messages)]
pub struct Taken {
    /// Number of the message.
    pub id: i64,
    /// Token under which it was taken.
    pub jeton: i64,
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// The one recipient.
    pub parent: Option<i64>,
    /// The class of a group message; none means everybody.
    pub classe: Option<i64>,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: bool,
    /// Last parent already worked out.
    pub curseur: i64,
    /// Recipients already worked out.
    pub nb_destinataires: i64,
    /// What an SMS says.
    #[diesel(sql_type = Nullable<Text>)]
    pub texte: Option<String>,
    /// When it is to leave.
    pub date_programmee: Option<Instant>,
    /// When it should have left: the later of its date and the moment it was programmed.
    #[diesel(sql_type = InstantSql)]
    pub due: Instant,
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
columns!(NewEnvoi: message, parent, canal, adresse, etat, motif, detail, rang, prochaine, expire, termine_le);

/// How far a message got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Number of the message.
    pub id: i64,
    /// Token under which it was taken.
    pub jeton: i64,
    /// Last parent worked out.
    pub curseur: i64,
    /// Recipients worked out so far.
    pub nb_destinataires: i64,
    /// Set with the last chunk: the envois may leave now.
    pub etendu_le: Option<Instant>,
}
columns!(Progress: id, jeton, curseur, nb_destinataires, etendu_le);

const LEASE: Duration = Duration::from_secs(120);

/// What a run is told of a message that it takes.
const TAKEN: &str = "
    RETURNING id, jeton, type AS canal, parent, classe, est_message_groupe, curseur,
              nb_destinataires, date_programmee,
              CASE type WHEN 'sms' THEN contenu END AS texte,
              CASE WHEN COALESCE(programme_le, date_creation) > date_programmee
                     OR date_programmee IS NULL
                   THEN COALESCE(programme_le, date_creation)
                   ELSE date_programmee END AS due";

statements! {
    fn taken_over(passage: &str, simule: bool, now: Instant, never: Instant, until: Instant) =
        "WITH du AS MATERIALIZED (
            SELECT id FROM messages
             WHERE statut = 'en_attente' AND etendu_le IS NULL
               AND (bail_jusqua IS NULL OR bail_jusqua <= {now} OR bail_jusqua > {never})
             ORDER BY id LIMIT 1 {skip locked})
         UPDATE messages SET simule = (simule OR {simule}), jeton = jeton + 1, proprio = {passage},
                             bail_jusqua = {until}
          WHERE id IN (SELECT id FROM du)", TAKEN;

    fn taken_due(
        passage: &str, simule: bool, groupe: bool, limit: i64, before: Instant, until: Instant,
    ) =
        "WITH du AS MATERIALIZED (
            SELECT id FROM messages
             WHERE statut = 'programme' AND date_programmee <= {before}
               AND est_message_groupe = {groupe}
             ORDER BY date_programmee, id LIMIT {limit} {skip locked})
         UPDATE messages
            SET statut = 'en_attente', simule = {simule}, annule_le = NULL, details_erreur = NULL,
                date_envoi = NULL, etendu_le = NULL, curseur = 0, nb_destinataires = 0,
                jeton = jeton + 1, proprio = {passage}, bail_jusqua = {until}
          WHERE id IN (SELECT id FROM du)", TAKEN;

    // A failed message that was programmed again begins anew: its recipients are worked out from the
    // directory of today.
    fn forgotten(keys: &[Key]) =
        "DELETE FROM envois WHERE message IN (SELECT r.cle FROM {keys})";

    fn simulated(keys: &[Key]) =
        "UPDATE messages SET simule = true WHERE NOT simule AND id IN (SELECT r.cle FROM {keys})";

    fn given_back(passage: &str) =
        "UPDATE messages SET bail_jusqua = NULL
          WHERE statut = 'en_attente' AND etendu_le IS NULL AND proprio = {passage}";

    fn inserted(envois: &[NewEnvoi]) =
        "INSERT INTO envois (message, parent, canal, adresse, etat, motif, detail, rang, prochaine, expire, termine_le)
         SELECT message, parent, canal, adresse, etat, motif, detail, rang, prochaine, expire, termine_le
           FROM {envois} WHERE true ON CONFLICT DO NOTHING";

    fn advanced(progress: &[Progress], until: Instant) =
        "UPDATE messages
            SET curseur = r.curseur, nb_destinataires = r.nb_destinataires,
                etendu_le = r.etendu_le, bail_jusqua = {until}
           FROM {progress}
          WHERE messages.id = r.id AND messages.jeton = r.jeton
            AND messages.statut = 'en_attente' AND messages.etendu_le IS NULL";
}

/// Takes messages that are due, the oldest first: up to `limit` of those to one parent each, or one to a
/// group, so that runs which begin together each have their own. What a dead run was working out comes
/// before all.
pub fn take(
    conn: &mut Conn,
    passage: &str,
    simule: bool,
    limit: usize,
    now: Instant,
) -> Result<Vec<Taken>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let until = now + LEASE;
    let left: Vec<Taken> = conn.load(taken_over(passage, simule, now, now + LEASE_MAX, until))?;
    if !left.is_empty() {
        return Ok(left);
    }
    let before = oldest_group(conn, now)?.unwrap_or(now);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut due: Vec<Taken> = conn.load(taken_due(passage, simule, false, limit, before, until))?;
    if due.is_empty() {
        due = conn.load(taken_due(passage, simule, true, 1, now, until))?;
    }
    due.sort_unstable_by_key(|message| (message.due, message.id));
    if !due.is_empty() {
        conn.execute(forgotten(&Key::of(due.iter().map(|message| message.id))))?;
    }
    Ok(due)
}

/// The date of the oldest message to a group that is due.
fn oldest_group(conn: &mut Conn, now: Instant) -> Result<Option<Instant>, Error> {
    let groups = messages::table
        .filter(messages::statut.eq(word(Statut::Programme)))
        .filter(messages::date_programmee.le(now))
        .filter(messages::est_message_groupe)
        .order(messages::date_programmee)
        .select(messages::date_programmee.assume_not_null());
    conn.first(groups.limit(1))
}

/// A run that works out recipients renews its lease all the time: one that was not for so long has
/// died, or stands still.
const ALIVE: Duration = Duration::from_secs(5);

/// Whether another run, which is alive, is working out the recipients of a message of these channels:
/// they can be claimed as soon as it has. Asked by a run that found nothing to take: what still looks
/// due to it is being taken by another that has not committed yet.
pub fn is_under_way(
    conn: &mut Conn,
    passage: &str,
    canaux: &[Canal],
    now: Instant,
) -> Result<bool, Error> {
    let of_theirs = messages::table.filter(messages::type_.ne_all(Canal::others(canaux)));
    let taken = of_theirs
        .clone()
        .filter(messages::statut.eq(word(Statut::EnAttente)))
        .filter(messages::etendu_le.is_null())
        .filter(messages::bail_jusqua.between(now + LEASE - ALIVE, now + LEASE_MAX))
        .filter(messages::proprio.ne(passage));
    let being_taken = of_theirs
        .filter(messages::statut.eq(word(Statut::Programme)))
        .filter(messages::date_programmee.le(now));
    conn.one(diesel::select(exists(taken).or(exists(being_taken))))
}

/// Marks messages as simulated whose envois a simulating run has claimed.
pub fn mark_simulated(conn: &mut Conn, messages: &[i64]) -> Result<(), Error> {
    let keys = Key::of(messages.iter().copied());
    conn.execute(simulated(&keys)).map(drop)
}

/// The parents of a class, or all of them, after `curseur`, in the order of their numbers; who has
/// left is none of them.
pub fn group(
    conn: &mut Conn,
    classe: Option<i64>,
    curseur: i64,
    limit: usize,
) -> Result<Vec<Candidate>, Error> {
    let all = parents::table
        .filter(parents::parti_le.is_null().and(parents::id.gt(curseur)))
        .order(parents::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Candidate::as_select());
    let Some(classe) = classe else {
        return conn.load(all);
    };
    let pupils = etudiants::table
        .filter(etudiants::classe.eq(classe))
        .select(etudiants::id);
    let theirs = parents_etudiants::table
        .filter(parents_etudiants::etudiant.eq_any(pupils))
        .select(parents_etudiants::parent);
    conn.load(all.filter(parents::id.eq_any(theirs)))
}

/// The parents with these numbers, in no order.
pub fn singles(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Candidate>, Error> {
    // As many as were reached by no message: more than the values that a statement may have.
    in_chunks(ids, |ids| {
        let named = parents::table.filter(parents::id.eq_any(ids));
        conn.load(named.select(Candidate::as_select()))
    })
}

/// Inserts envois, each address once per message: what goes to an address that the message
/// already has becomes `ignore/doublon`. Returns how many did.
pub fn insert(conn: &mut Conn, envois: &[NewEnvoi], now: Instant) -> Result<usize, Error> {
    if conn.execute(inserted(envois))? == envois.len() {
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
    conn.execute(inserted(&doubles))
}

/// Notes how far messages got and renews their leases. Returns how many were still ours.
pub fn advance(conn: &mut Conn, progress: &[Progress], now: Instant) -> Result<usize, Error> {
    conn.execute(advanced(progress, now + LEASE))
}

/// Gives back the messages that a run was working out.
pub fn give_back(conn: &mut Conn, passage: &str) -> Result<usize, Error> {
    conn.execute(given_back(passage))
}
