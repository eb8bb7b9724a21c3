//! A message is closed when its last envoi is final.

use crate::channel::UNWANTED;
use crate::instant::{Instant, InstantSql};
use crate::store::sql::{columns, sql};
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Canal, Etat, Motif, Statut};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// A message that was closed, with what became of its envois.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Number of the message.
    pub id: i64,
    /// Its channel.
    pub canal: Canal,
    /// Its subject.
    pub sujet: Option<String>,
    /// Whether it went to a class or to everybody.
    pub est_message_groupe: bool,
    /// Name of the class, if it went to one.
    pub classe: Option<String>,
    /// `envoye` or `echec`.
    pub statut: Statut,
    /// Whether it was cancelled while it was leaving.
    pub annule: bool,
    /// How many envois ended how.
    pub bilan: BTreeMap<(Etat, Option<Motif>), i64>,
    /// How many of those refused for good were refused as unwanted mail.
    pub indesirables: i64,
}

impl Closed {
    /// How many envois ended in `etat`.
    #[must_use]
    pub fn count(&self, etat: Etat) -> i64 {
        self.bilan
            .iter()
            .filter(|((e, _), _)| *e == etat)
            .map(|(_, n)| n)
            .sum()
    }
}

#[derive(Serialize, diesel::QueryableByName)]
struct Open {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    canal: Canal,
    #[diesel(sql_type = Nullable<Text>)]
    #[serde(skip)]
    sujet: Option<String>,
    #[diesel(sql_type = Bool)]
    #[serde(skip)]
    est_message_groupe: bool,
    #[diesel(sql_type = Nullable<Text>)]
    #[serde(skip)]
    classe: Option<String>,
    #[diesel(sql_type = Bool)]
    #[serde(skip)]
    annule: bool,
}
columns!(Open: id);

#[derive(diesel::QueryableByName)]
struct Group {
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = Text)]
    etat: Etat,
    #[diesel(sql_type = Nullable<Text>)]
    motif: Option<Motif>,
    #[diesel(sql_type = BigInt)]
    nombre: i64,
    #[diesel(sql_type = BigInt)]
    indesirables: i64,
    #[diesel(sql_type = Nullable<InstantSql>)]
    premier: Option<Instant>,
}

#[derive(Serialize)]
struct Closing {
    id: i64,
    statut: Statut,
    date_envoi: Option<Instant>,
    details_erreur: Option<String>,
    nb_destinataires: i64,
    nb_envoyes: i64,
    nb_echecs: i64,
    nb_incertains: i64,
    nb_ignores: i64,
}
columns!(Closing: id, statut, date_envoi, details_erreur, nb_destinataires, nb_envoyes, nb_echecs, nb_incertains, nb_ignores);

/// True when some message waits to be closed: a look that writes nothing.
///
/// # Errors
/// The database's.
pub fn has_closable(conn: &mut Conn) -> Result<bool, Error> {
    let found: Vec<Count> = conn.load(sql("SELECT m.id AS nombre FROM messages m
          WHERE m.statut = 'en_attente' AND m.etendu_le IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM envois e
                             WHERE e.message = m.id
                               AND e.etat IN ('a_envoyer', 'reserve', 'emission')) LIMIT 1"))?;
    Ok(!found.is_empty())
}

/// Closes up to `limit` messages whose envois are all final. `explain` writes `details_erreur`.
///
/// # Errors
/// The database's.
pub fn close(
    conn: &mut Conn,
    limit: usize,
    explain: impl Fn(&Closed) -> Option<String>,
) -> Result<Vec<Closed>, Error> {
    let open: Vec<Open> = conn.load(
        sql(
            "SELECT m.id, m.type AS canal, m.sujet, m.est_message_groupe,
                     (SELECT c.nom FROM classes c WHERE c.id = m.classe) AS classe,
                     m.annule_le IS NOT NULL AS annule
                FROM messages m
               WHERE m.statut = 'en_attente' AND m.etendu_le IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM envois e
                                  WHERE e.message = m.id
                                    AND e.etat IN ('a_envoyer', 'reserve', 'emission'))
               ORDER BY m.id LIMIT ? {skip locked}",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX)),
    )?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups: BTreeMap<i64, Vec<Group>> = BTreeMap::new();
    for group in count(conn, &open)? {
        groups.entry(group.message).or_default().push(group);
    }
    let mut closed = Vec::with_capacity(open.len());
    let mut closings = Vec::with_capacity(open.len());
    for message in open {
        let group = groups.remove(&message.id).unwrap_or_default();
        // A person sent it again while we waited for the row.
        if group.iter().any(|group| !group.etat.is_final()) {
            continue;
        }
        let first = group
            .iter()
            .filter(|g| g.etat == Etat::Envoye)
            .filter_map(|g| g.premier)
            .min();
        let ended = ended(message, &group);
        closings.push(closing(&ended, first, explain(&ended)));
        closed.push(ended);
    }
    write(conn, &closings)?;
    Ok(closed)
}

fn count(conn: &mut Conn, open: &[Open]) -> Result<Vec<Group>, Error> {
    conn.load(
        sql(
            "SELECT message, etat, motif, count(*) AS nombre, min(termine_le) AS premier,
                     count(CASE WHEN motif = 'permanent' AND detail LIKE ? THEN 1 END)
                       AS indesirables
                FROM envois
               WHERE message IN (SELECT r.id FROM {rows: id})
               GROUP BY message, etat, motif",
        )
        .bind(format!("{UNWANTED}%"))
        .bind_rows(open),
    )
}

fn ended(message: Open, groups: &[Group]) -> Closed {
    let bilan: BTreeMap<_, _> = groups
        .iter()
        .map(|g| ((g.etat, g.motif), g.nombre))
        .collect();
    let reached = groups.iter().any(|g| g.etat == Etat::Envoye);
    Closed {
        id: message.id,
        canal: message.canal,
        sujet: message.sujet,
        est_message_groupe: message.est_message_groupe,
        classe: message.classe,
        statut: if reached {
            Statut::Envoye
        } else {
            Statut::Echec
        },
        annule: message.annule,
        bilan,
        indesirables: groups.iter().map(|g| g.indesirables).sum(),
    }
}

fn closing(closed: &Closed, first: Option<Instant>, details: Option<String>) -> Closing {
    Closing {
        id: closed.id,
        statut: closed.statut,
        date_envoi: first,
        details_erreur: details,
        nb_destinataires: closed.bilan.values().sum(),
        nb_envoyes: closed.count(Etat::Envoye),
        nb_echecs: closed.count(Etat::Echec),
        nb_incertains: closed.count(Etat::Incertain),
        nb_ignores: closed.count(Etat::Ignore),
    }
}

fn write(conn: &mut Conn, closings: &[Closing]) -> Result<(), Error> {
    conn.execute(
        sql("UPDATE messages
                 SET statut = r.statut, date_envoi = r.date_envoi,
                     details_erreur = r.details_erreur, nb_destinataires = r.nb_destinataires,
                     nb_envoyes = r.nb_envoyes, nb_echecs = r.nb_echecs,
                     nb_incertains = r.nb_incertains, nb_ignores = r.nb_ignores,
                     proprio = NULL, bail_jusqua = NULL
                FROM {rows: id, statut, date_envoi, details_erreur, nb_destinataires, nb_envoyes, nb_echecs, nb_incertains, nb_ignores}
               WHERE messages.id = r.id AND messages.statut = 'en_attente'")
        .bind_rows(closings),
    )?;
    Ok(())
}
