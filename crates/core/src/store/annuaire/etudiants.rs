//! Pupils.

use super::{Order, Table, alone, found, insert_row, list, unchanged};
use crate::model::{Etudiant, NewEtudiant};
use crate::store::search::searched;
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};

/// Which pupils, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// In this class.
    pub classe: Option<i64>,
    /// Each of these is in the name or the first name, in whatever letters.
    pub search: Vec<String>,
    /// The order.
    pub order: Order,
}

fn narrowed(mut question: Sql, filter: &Filter) -> Sql {
    if let Some(classe) = filter.classe {
        question = question.then(" AND classe = ?").bind(classe);
    }
    searched(
        question,
        &filter.search,
        " AND NOT EXISTS (SELECT 1 FROM {rows: terme}
            WHERE {lower: nom || '\n' || prenom} NOT LIKE r.terme ESCAPE '\\')",
    )
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    let all = sql("SELECT count(*) AS nombre FROM etudiants WHERE true");
    list::count(conn, &narrowed(all, filter))
}

/// Up to `limit` of them, after the first `offset`.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Etudiant>, Error> {
    let all = sql("SELECT id, nom, prenom, classe FROM etudiants WHERE true");
    let ordered = list::ordered_people(narrowed(all, filter), filter.order);
    conn.load(list::cut(ordered, offset, limit))
}

/// The numbers of all of them.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    let all = sql("SELECT id FROM etudiants WHERE true");
    list::ids(
        conn,
        &list::ordered_people(narrowed(all, filter), filter.order),
    )
}

/// Those with these numbers, in this order; who is missing is left out.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Etudiant>, Error> {
    let question = sql("SELECT id, nom, prenom, classe FROM etudiants
                         WHERE id IN (SELECT r.cle FROM {rows: cle})");
    list::by_ids(conn, question, ids, |etudiant: &Etudiant| etudiant.id)
}

/// The one with this number.
///
/// # Errors
/// `NotFound`, or the database's.
pub fn one(conn: &mut Conn, id: i64) -> Result<Etudiant, Error> {
    list::one(by_ids(conn, &[id])?)
}

/// Those of these numbers that there are.
///
/// # Errors
/// The database's.
pub fn existing(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let question = sql("SELECT id FROM etudiants
                         WHERE id IN (SELECT r.cle FROM {rows: cle}) ORDER BY id");
    list::ids(conn, &question.bind_keys(ids))
}

/// Adds a pupil and returns the number.
///
/// # Errors
/// `Conflict` when the number is taken, or the class unknown.
pub fn insert(conn: &mut Conn, new: &NewEtudiant) -> Result<i64, Error> {
    let insertion = match new.id {
        None => sql("INSERT INTO etudiants (nom, prenom, classe)
                     VALUES (?, ?, ?) RETURNING id"),
        Some(_) => sql("INSERT INTO etudiants (nom, prenom, classe, id)
                        VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id"),
    };
    let insertion = insertion
        .bind(new.nom.as_str())
        .bind(new.prenom.as_str())
        .bind(new.classe);
    conn.write(|conn| {
        alone(conn)?;
        insert_row(conn, Table::Etudiants, new.id, insertion)
    })
}

/// Changes the pupil with this number into this.
///
/// # Errors
/// `NotFound`; `Conflict` when the class is unknown; `Stale` when it is no longer what was `seen`.
pub fn update(conn: &mut Conn, seen: &Etudiant, etudiant: &Etudiant) -> Result<(), Error> {
    let update = sql("UPDATE etudiants SET nom = ?, prenom = ?, classe = ? WHERE id = ?")
        .bind(etudiant.nom.as_str())
        .bind(etudiant.prenom.as_str())
        .bind(etudiant.classe)
        .bind(etudiant.id);
    let lock = sql("SELECT id FROM etudiants WHERE id = ? {for update}").bind(seen.id);
    conn.write(|conn| {
        unchanged(conn, &lock, |conn| one(conn, seen.id), seen)?;
        found(conn.execute(&update)?)
    })
}

/// Removes a pupil, and with it the links to the parents.
///
/// # Errors
/// `NotFound`, or the database's.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let delete = sql("DELETE FROM etudiants WHERE id = ?").bind(id);
    conn.write(|conn| found(conn.execute(&delete)?))
}
