//! What the lists of the three resources have in common.

use super::Order;
use crate::store::backend::MultiBackend;
use crate::store::sql::Sql;
use crate::store::{Conn, Count, Error};
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;

#[derive(diesel::QueryableByName)]
pub(super) struct Id {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
}

pub(super) fn ordered(question: Sql, order: Order) -> Sql {
    question.then(match order {
        Order::Id => " ORDER BY id",
        Order::IdDesc => " ORDER BY id DESC",
        Order::Nom => " ORDER BY {lower: nom}, id",
        Order::NomDesc => " ORDER BY {lower: nom} DESC, id DESC",
    })
}

/// The same of people, whose first names go before their numbers.
pub(super) fn ordered_people(question: Sql, order: Order) -> Sql {
    match order {
        Order::Nom => question.then(" ORDER BY {lower: nom}, {lower: prenom}, id"),
        Order::NomDesc => {
            question.then(" ORDER BY {lower: nom} DESC, {lower: prenom} DESC, id DESC")
        }
        Order::Id | Order::IdDesc => ordered(question, order),
    }
}

pub(super) fn cut(question: Sql, offset: i64, limit: i64) -> Sql {
    question
        .then(" LIMIT ? OFFSET ?")
        .bind(limit.max(0))
        .bind(offset.max(0))
}

pub(super) fn count(conn: &mut Conn, question: &Sql) -> Result<i64, Error> {
    let found: Vec<Count> = conn.load(question)?;
    Ok(found.first().map_or(0, |row| row.nombre))
}

pub(super) fn ids(conn: &mut Conn, question: &Sql) -> Result<Vec<i64>, Error> {
    let found: Vec<Id> = conn.load(question)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// The rows with these numbers, in this order; `question` has one `{rows: cle}`.
pub(super) fn by_ids<T: diesel::QueryableByName<MultiBackend> + 'static>(
    conn: &mut Conn,
    question: Sql,
    ids: &[i64],
    id: impl Fn(&T) -> i64,
) -> Result<Vec<T>, Error> {
    let found: Vec<T> = conn.load(question.bind_keys(ids))?;
    let mut found: BTreeMap<i64, T> = found.into_iter().map(|row| (id(&row), row)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub(super) fn one<T>(rows: Vec<T>) -> Result<T, Error> {
    rows.into_iter().next().ok_or(Error::NotFound)
}
