//! Classes.

use super::{Order, Table, alone, checked, follow_numbers, found, list};
use crate::model::{Classe, NewClasse};
use crate::schema::classes;
use crate::store::backend::{MultiBackend, either, locked};
use crate::store::search::{minuscules, patterns};
use crate::store::sql::sql;
use crate::store::{Conflict, Conn, Error};
use diesel::dsl::count_star;
use diesel::prelude::*;
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

type Question<'q> = classes::BoxedQuery<'q, MultiBackend>;

/// None when there can be no such class.
fn narrowed(filter: &Filter) -> Option<Question<'_>> {
    let all = classes::table.into_boxed();
    let found = patterns(&filter.search)?
        .into_iter()
        .fold(all, |found, pattern| {
            let text = classes::nom
                .concat("\n")
                .concat(classes::niveau)
                .concat("\n")
                .concat(classes::annee_scolaire);
            found.filter(minuscules(text).like(pattern).escape('\\'))
        });
    Some(found)
}

fn ordered(found: Question<'_>, order: Order) -> Question<'_> {
    match order {
        Order::Id => found.order(classes::id),
        Order::IdDesc => found.order(classes::id.desc()),
        Order::Nom => found.order((minuscules(classes::nom), classes::id)),
        Order::NomDesc => found.order((minuscules(classes::nom).desc(), classes::id.desc())),
    }
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    match narrowed(filter) {
        Some(found) => conn.one(found.select(count_star())),
        None => Ok(0),
    }
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
    match narrowed(filter) {
        Some(found) => conn.load(
            ordered(found, filter.order)
                .select(Classe::as_select())
                .limit(limit)
                .offset(offset),
        ),
        None => Ok(Vec::new()),
    }
}

/// The numbers of all of them.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    match narrowed(filter) {
        Some(found) => conn.load(ordered(found, filter.order).select(classes::id)),
        None => Ok(Vec::new()),
    }
}

/// Those with these numbers, in this order; who is missing is left out.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Classe>, Error> {
    let question = sql("SELECT id, nom, niveau, annee_scolaire FROM classes
                         WHERE id IN (SELECT r.cle FROM {rows: cle})");
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
                         WHERE id IN (SELECT r.cle FROM {rows: cle}) ORDER BY id");
    list::ids(conn, &question.bind_keys(ids))
}

/// Adds a class and returns its number.
///
/// # Errors
/// `Conflict` when the number is taken.
pub fn insert(conn: &mut Conn, new: &NewClasse) -> Result<i64, Error> {
    if let Some(id) = new.id {
        checked(id)?;
    }
    conn.write(|conn| {
        alone(conn)?;
        let insertion = diesel::insert_into(classes::table).values(new);
        let insertion = insertion.on_conflict(classes::id).do_nothing();
        let Some(id) = conn.first(either(insertion.returning(classes::id)))? else {
            return Err(Error::Conflict(Conflict::Taken(new.id.unwrap_or_default())));
        };
        if new.id.is_some() {
            follow_numbers(conn, Table::Classes)?;
        }
        Ok(id)
    })
}

/// Changes the class with this number into this.
///
/// # Errors
/// `NotFound`; `Stale` when it is no longer what was `seen`.
pub fn update(conn: &mut Conn, seen: &Classe, classe: &Classe) -> Result<(), Error> {
    let row = classes::table.find(seen.id);
    conn.write(|conn| {
        let present: Classe = conn.one(locked(row.select(Classe::as_select())))?;
        if present != *seen {
            return Err(Error::Stale);
        }
        found(conn.execute(diesel::update(row).set(classe))?)
    })
}

/// What keeps the class from going: nothing, when both are 0.
///
/// # Errors
/// The database's.
pub fn uses(conn: &mut Conn, id: i64) -> Result<Uses, Error> {
    let rows = conn.load(
        sql(
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
            return Err(Error::Conflict(Conflict::ClassInUse {
                etudiants,
                messages,
            }));
        }
        found(conn.execute(sql("DELETE FROM classes WHERE id = ?").bind(id))?)
    })
}
