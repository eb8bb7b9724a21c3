//! A message is closed when its last envoi is final.

use super::{classe_nom, is_leaving};
use crate::channel::{TOO_LARGE, UNWANTED};
use crate::instant::Instant;
use crate::schema::{envois, messages};
use crate::store::backend::skipping_locked;
use crate::store::literal::{IsIn, Literal, is_one_of};
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Motif, Statut};
use diesel::dsl::{auto_type, case_when, count, count_star, exists, min, not};
use diesel::prelude::*;
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
    /// How many of those because the message is larger than the peer takes.
    pub volumineux: i64,
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

#[derive(Queryable)]
struct Open {
    id: i64,
    canal: Canal,
    sujet: Option<String>,
    est_message_groupe: bool,
    classe: Option<String>,
    annule: bool,
}

#[derive(Queryable)]
struct Group {
    message: i64,
    etat: Etat,
    motif: Option<Motif>,
    nombre: i64,
    indesirables: i64,
    volumineux: i64,
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
columns!(
    Closing: id, statut, date_envoi, details_erreur, nb_destinataires, nb_envoyes, nb_echecs,
    nb_incertains, nb_ignores
);

/// Of a message: its recipients are known, and none of them waits any more.
#[auto_type]
fn has_ended() -> _ {
    let is_open: IsIn<envois::etat, Literal> = is_one_of(envois::etat, &Etat::OPEN);
    let of_it = envois::table.filter(envois::message.eq(messages::id));
    is_leaving()
        .and(messages::etendu_le.is_not_null())
        .and(not(exists(of_it.filter(is_open))))
}

/// True when some message waits to be closed: a look that writes nothing.
pub fn has_closable(conn: &mut Conn) -> Result<bool, Error> {
    let ended = messages::table.filter(has_ended()).select(messages::id);
    let found: Option<i64> = conn.first(ended.limit(1))?;
    Ok(found.is_some())
}

/// Closes up to `limit` messages whose envois are all final. `explain` writes `details_erreur`.
pub fn close(
    conn: &mut Conn,
    limit: usize,
    explain: impl Fn(&Closed) -> Option<String>,
) -> Result<Vec<Closed>, Error> {
    let open = closable(conn, limit)?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups: BTreeMap<i64, Vec<Group>> = BTreeMap::new();
    for group in grouped(conn, &open)? {
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
    conn.execute(closed_with(&closings))?;
    Ok(closed)
}

/// They are locked until the commit; those that another run is closing are left out.
fn closable(conn: &mut Conn, limit: usize) -> Result<Vec<Open>, Error> {
    let ended = messages::table
        .filter(has_ended())
        .order(messages::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX));
    conn.load(skipping_locked(ended.select((
        messages::id,
        messages::type_,
        messages::sujet,
        messages::est_message_groupe,
        classe_nom(),
        messages::annule_le.is_not_null(),
    ))))
}

fn grouped(conn: &mut Conn, open: &[Open]) -> Result<Vec<Group>, Error> {
    let refused = |words: &str| {
        let said = envois::detail.like(format!("{words}%"));
        let refused = envois::motif.eq(Motif::Permanent).and(said);
        count(case_when(refused, envois::id))
    };
    conn.load(
        envois::table
            .filter(envois::message.eq_any(open.iter().map(|message| message.id)))
            .group_by((envois::message, envois::etat, envois::motif))
            .select((
                envois::message,
                envois::etat,
                envois::motif,
                count_star(),
                refused(UNWANTED),
                refused(TOO_LARGE),
                min(envois::termine_le),
            )),
    )
}

fn ended(message: Open, groups: &[Group]) -> Closed {
    let bilan = groups.iter().map(|g| ((g.etat, g.motif), g.nombre));
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
        bilan: bilan.collect(),
        indesirables: groups.iter().map(|g| g.indesirables).sum(),
        volumineux: groups.iter().map(|g| g.volumineux).sum(),
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

// By hand, because each of many rows gets values of its own, in one statement: what is counted at each
// statement is counted once.
statements! {
    fn closed_with(closings: &[Closing]) =
        "UPDATE messages
            SET statut = r.statut, date_envoi = r.date_envoi, details_erreur = r.details_erreur,
                nb_destinataires = r.nb_destinataires, nb_envoyes = r.nb_envoyes,
                nb_echecs = r.nb_echecs, nb_incertains = r.nb_incertains,
                nb_ignores = r.nb_ignores, proprio = NULL, bail_jusqua = NULL
           FROM {closings} WHERE messages.id = r.id AND messages.statut = 'en_attente'";
}
