//! Classes.

use super::{Order, Table, alone, found, insert_row, list, unchanged};
use crate::model::{Classe, NewClasse};
use crate::store::search::searched;
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use diesel::sql_types::BigInt;

/// Which classes, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Each of these is in the name, the level or the year, in whatever letters.
    pub search: Vec<String>,
    /// The order.
    pub order: Order,
}

/// What keeps a class from going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::QueryableByName)]
pub struct Uses {
    /// Pupils in it.
    #[diesel(sql_type = BigInt)]
    pub etudiants: i64,
    /// Messages to it, drafts and old ones included.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

fn narrowed(question: Sql, filter: &Filter) -> Sql {
    searched(
        question,
        &filter.search,
        " AND NOT EXISTS (SELECT 1 FROM {rows: terme text}
            WHERE {lower: nom || '\n' || niveau || '\n' || annee_scolaire}
                  NOT LIKE r.terme ESCAPE '\\')",
    )
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    let all = sql("SELECT count(*) AS nombre FROM classes WHERE true");
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
) -> Result<Vec<Classe>, Error> {
    let all = sql("SELECT id, nom, niveau, annee_scolaire FROM classes WHERE true");
    let ordered = list::ordered(narrowed(all, filter), filter.order);
    conn.load(&list::cut(ordered, offset, limit))
}

/// The numbers of all of them.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    let all = sql("SELECT id FROM classes WHERE true");
    list::ids(conn, &list::ordered(narrowed(all, filter), filter.order))
}

/// Those with these numbers, in this order; who is missing is left out.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Classe>, Error> {
    let question = sql("SELECT id, nom, niveau, annee_scolaire FROM classes
                         WHERE id IN (SELECT r.cle FROM {rows: cle bigint})");
    list::by_ids(conn, question, ids, |classe: &Classe| classe.id)
}

/// The one with this number.
///
/// # Errors
/// `NotFound`, or the database's.
pub fn one(conn: &mut Conn, id: i64) -> Result<Classe, Error> {
    list::one(by_ids(conn, &[id])?)
}

/// Those of these numbers that there are.
///
/// # Errors
/// The database's.
pub fn existing(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let question = sql("SELECT id FROM classes
                         WHERE id IN (SELECT r.cle FROM {rows: cle bigint}) ORDER BY id");
    list::ids(conn, &question.bind_keys(ids))
}

/// Adds a class and returns its number.
///
/// # Errors
/// `Conflict` when the number is taken.
pub fn insert(conn: &mut Conn, new: &NewClasse) -> Result<i64, Error> {
    let insertion = match new.id {
        None => sql("INSERT INTO classes (nom, niveau, annee_scolaire)
                     VALUES (?, ?, ?) RETURNING id"),
        Some(_) => sql("INSERT INTO classes (nom, niveau, annee_scolaire, id)
                        VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id"),
    };
    let insertion = insertion
        .bind(new.nom.as_str())
        .bind(new.niveau.as_str())
        .bind(new.annee_scolaire.as_str());
    conn.write(|conn| {
        alone(conn)?;
        insert_row(conn, Table::Classes, new.id, insertion)
    })
}

/// Changes the class with this number into this.
///
/// # Errors
/// `NotFound`; `Stale` when it is no longer what was `seen`.
pub fn update(conn: &mut Conn, seen: &Classe, classe: &Classe) -> Result<(), Error> {
    let update = sql("UPDATE classes SET nom = ?, niveau = ?, annee_scolaire = ? WHERE id = ?")
        .bind(classe.nom.as_str())
        .bind(classe.niveau.as_str())
        .bind(classe.annee_scolaire.as_str())
        .bind(classe.id);
    let lock = sql("SELECT id FROM classes WHERE id = ? {for update}").bind(seen.id);
    conn.write(|conn| {
        unchanged(conn, &lock, |conn| one(conn, seen.id), seen)?;
        found(conn.execute(&update)?)
    })
}

/// What keeps the class from going: nothing, when both are 0.
///
/// # Errors
/// The database's.
pub fn uses(conn: &mut Conn, id: i64) -> Result<Uses, Error> {
    let rows = conn.load(
        &sql(
            "SELECT (SELECT count(*) FROM etudiants WHERE classe = ?) AS etudiants,
                    (SELECT count(*) FROM messages WHERE classe = ?) AS messages",
        )
        .bind(id)
        .bind(id),
    )?;
    list::one(rows)
}

/// Removes a class that nothing uses.
///
/// # Errors
/// `NotFound`; `Conflict` when pupils or messages have it, see [`uses`].
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
    conn.write(|conn| {
        let Uses {
            etudiants,
            messages,
        } = uses(conn, id)?;
        if etudiants > 0 || messages > 0 {
            return Err(Error::Conflict(format!(
                "the class is in use: etudiants={etudiants} messages={messages}"
            )));
        }
        found(conn.execute(&sql("DELETE FROM classes WHERE id = ?").bind(id))?)
    })
}
