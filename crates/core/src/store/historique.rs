//! Who changed what: one row for each change, written in the change's own transaction.
//!
//! Whoever changes something by a person's or a program's wish calls [`note`] in the same
//! [`Conn::write`]. Who that is belongs to the connection: one that was opened by a program acts for
//! its command line; one of a pool acts for nobody until it is told for whom, and [`note`] fails then.
//! So a change cannot be kept without the row, nor the row without its author.

mod acteur;

pub use acteur::Acteur;

use crate::instant::Instant;
use crate::schema::historique::{self, table};
use crate::store::backend::MultiBackend;
use crate::store::search::{by, in_order};
use crate::store::{Conn, Error};
use crate::vocabulary::{Action, Objet};
use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = historique)]
pub struct Fait {
    /// Its number; the later, the higher.
    pub id: i64,
    /// When, by the database's clock.
    pub fait_le: Instant,
    /// Who, see [`Acteur`].
    pub acteur: String,
    /// What.
    pub action: Action,
    /// On what.
    pub objet: Objet,
    /// The object's number, if it has one.
    pub numero: Option<i64>,
    /// How many of what, as a JSON object.
    pub bilan: Option<String>,
    /// From which address.
    pub ip: Option<String>,
    /// By which request.
    pub demande: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = historique, treat_none_as_default_value = false)]
struct NewFait {
    acteur: String,
    action: Action,
    objet: Objet,
    numero: Option<i64>,
    bilan: Option<String>,
    ip: Option<String>,
    demande: Option<String>,
}

/// Notes what is done in this transaction.
///
/// # Errors
/// `Other` outside a transaction, or when the connection acts for nobody; the database's.
pub fn note(
    conn: &mut Conn,
    action: Action,
    objet: Objet,
    numero: Option<i64>,
) -> Result<(), Error> {
    insert(conn, action, objet, numero, None)
}

/// As [`note`], with how many of what: an object of numbers.
///
/// # Errors
/// As [`note`].
pub fn note_with(
    conn: &mut Conn,
    action: Action,
    objet: Objet,
    numero: Option<i64>,
    bilan: &impl Serialize,
) -> Result<(), Error> {
    // Writing our own structs into memory cannot fail.
    let bilan = serde_json::to_string(bilan).ok();
    insert(conn, action, objet, numero, bilan)
}

fn insert(
    conn: &mut Conn,
    action: Action,
    objet: Objet,
    numero: Option<i64>,
    bilan: Option<String>,
) -> Result<(), Error> {
    let acteur = conn.acteur()?.clone();
    let row = NewFait {
        acteur: acteur.nom,
        action,
        objet,
        numero,
        bilan,
        ip: acteur.ip,
        demande: acteur.demande,
    };
    conn.execute(diesel::insert_into(table).values(row))
        .map(drop)
}

/// Which deeds; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// By whom, in the words of [`Acteur`].
    pub acteur: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// On which kind of object.
    pub objet: Option<Objet>,
    /// On the object with this number.
    pub numero: Option<i64>,
    /// Then or later.
    pub depuis: Option<Instant>,
}

fn narrowed(filter: &Filter) -> historique::BoxedQuery<'_, MultiBackend> {
    use historique::{acteur, action, fait_le, numero, objet};
    let found = table.into_boxed();
    let who = filter.acteur.as_ref();
    let found = by(found, who, |q, v| q.filter(acteur.eq(v)));
    let found = by(found, filter.action, |q, v| q.filter(action.eq(v)));
    let found = by(found, filter.objet, |q, v| q.filter(objet.eq(v)));
    let found = by(found, filter.numero, |q, v| q.filter(numero.eq(v)));
    by(found, filter.depuis, |q, v| q.filter(fait_le.ge(v)))
}

/// How many there are.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    conn.one(narrowed(filter).select(count_star()))
}

/// Up to `limit` of them after the first `offset`, the newest first.
pub fn page(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Fait>, Error> {
    let newest = narrowed(filter).order(historique::id.desc());
    conn.load(newest.select(Fait::as_select()).limit(limit).offset(offset))
}

/// The numbers of all of them, the newest first.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    let newest = narrowed(filter).order(historique::id.desc());
    conn.load(newest.select(historique::id))
}

/// Those with these numbers, in this order.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Fait>, Error> {
    let named = table.filter(historique::id.eq_any(ids));
    let found: Vec<Fait> = conn.load(named.select(Fait::as_select()))?;
    Ok(in_order(ids, found, |fait| fait.id))
}
