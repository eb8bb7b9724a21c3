//! Messages by local day.

use super::rangement::fold_if_many;
use crate::instant::{Instant, InstantSql};
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use chrono::{Days, NaiveDate, NaiveTime};
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;

#[derive(diesel::QueryableByName)]
struct Quart {
    #[diesel(sql_type = InstantSql)]
    debut: Instant,
    #[diesel(sql_type = BigInt)]
    nombre: i64,
    #[diesel(sql_type = BigInt)]
    mouvements: i64,
}

/// Messages by the local date of their `date_envoi`, of one class or of all: every day from `first`
/// to `last`.
///
/// # Errors
/// The database's.
pub fn by_day(
    conn: &mut Conn,
    zone: chrono_tz::Tz,
    first: NaiveDate,
    last: NaiveDate,
    classe: Option<i64>,
) -> Result<Vec<(NaiveDate, i64)>, Error> {
    let mut days: BTreeMap<NaiveDate, i64> = first
        .iter_days()
        .take_while(|day| *day <= last)
        .map(|day| (day, 0))
        .collect();
    let quarts = quarts(conn, first, last, classe)?;
    for quart in &quarts {
        // No zone changes its offset but at a quarter of an hour, so all of it is of one day.
        let day = quart.debut.in_zone(zone).date_naive();
        if let Some(nombre) = days.get_mut(&day) {
            *nombre += quart.nombre;
        }
    }
    fold_if_many(conn, quarts.iter().map(|quart| quart.mouvements).sum());
    Ok(days.into_iter().collect())
}

/// The quarters of an hour of these days in whatever zone, and some more.
fn quarts(
    conn: &mut Conn,
    first: NaiveDate,
    last: NaiveDate,
    classe: Option<i64>,
) -> Result<Vec<Quart>, Error> {
    let begin = first.checked_sub_days(Days::new(1)).unwrap_or(first);
    let end = last.checked_add_days(Days::new(2)).unwrap_or(last);
    let [begin, end] =
        [begin, end].map(|day| Instant::from(day.and_time(NaiveTime::MIN).and_utc()));
    let mut question = sql(
        "SELECT quart_heure AS debut, CAST(sum(nombre) AS BIGINT) AS nombre,
                CAST(0 AS BIGINT) AS mouvements
           FROM compteurs_quarts WHERE quart_heure >= ? AND quart_heure < ?",
    )
    .bind(begin)
    .bind(end);
    if let Some(classe) = classe {
        question = question.then(" AND classe = ?").bind(classe);
    }
    question = question
        .then(
            " GROUP BY quart_heure
         UNION ALL
         SELECT quart_heure, CAST(sum(nombre) AS BIGINT), count(*)
           FROM compteurs_mouvements WHERE quart_heure >= ? AND quart_heure < ?",
        )
        .bind(begin)
        .bind(end);
    if let Some(classe) = classe {
        question = question.then(" AND classe = ?").bind(classe);
    }
    conn.load(question.then(" GROUP BY quart_heure"))
}
