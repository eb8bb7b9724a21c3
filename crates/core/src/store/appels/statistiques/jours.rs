//! Messages by local day.

use crate::instant::Instant;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Count, Error};
use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::sql_types::BigInt;

/// From its first moment to the next day's.
#[derive(serde::Serialize)]
pub(in crate::store) struct Jour {
    debut: Instant,
    fin: Instant,
}
columns!(Jour: debut, fin);

/// Begins a question for the messages of each of some days.
const COUNTED: &str = "SELECT (SELECT count(*) FROM messages
                                WHERE date_envoi >= r.debut AND date_envoi < r.fin";

statements! {
    fn counted(days: &[Jour]) = COUNTED, ") AS nombre FROM {days} ORDER BY r.debut";

    // Not the bare column: SQLite would look through all of the class.
    fn counted_of(days: &[Jour], classe: i64) =
        COUNTED, " AND COALESCE(classe, 0) = {classe}) AS nombre FROM {days} ORDER BY r.debut";

    fn summed(days: &[Jour]) =
        "SELECT CAST(COALESCE(sum(m.nb_envoyes), 0) AS BIGINT) AS envoyes,
                CAST(COALESCE(sum(m.nb_echecs), 0) AS BIGINT) AS echecs,
                CAST(COALESCE(sum(m.nb_incertains), 0) AS BIGINT) AS incertains,
                CAST(COALESCE(sum(m.nb_ignores), 0) AS BIGINT) AS ignores
           FROM {days} LEFT JOIN messages m
             ON COALESCE(m.date_envoi, m.date_programmee) >= r.debut
            AND COALESCE(m.date_envoi, m.date_programmee) < r.fin
          GROUP BY r.debut ORDER BY r.debut";
}

/// What became of the envois of the messages of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, diesel::QueryableByName)]
pub struct Bilan {
    /// Accepted.
    #[diesel(sql_type = BigInt)]
    pub envoyes: i64,
    /// Not to be delivered.
    #[diesel(sql_type = BigInt)]
    pub echecs: i64,
    /// Perhaps accepted.
    #[diesel(sql_type = BigInt)]
    pub incertains: i64,
    /// Not tried.
    #[diesel(sql_type = BigInt)]
    pub ignores: i64,
}

/// Messages by the local date of their `date_envoi`, of one class or of all: every day from `first`
/// to `last`.
pub fn by_day(
    conn: &mut Conn,
    zone: Tz,
    first: NaiveDate,
    last: NaiveDate,
    classe: Option<i64>,
) -> Result<Vec<(NaiveDate, i64)>, Error> {
    let days = days(first, last);
    let bounds = bounds(&days, zone);
    let counts: Vec<Count> = conn.load(match classe {
        None => counted(&bounds),
        Some(classe) => counted_of(&bounds, classe),
    })?;
    Ok(days
        .into_iter()
        .zip(counts.into_iter().map(|count| count.nombre))
        .collect())
}

/// What became of the envois of closed messages, by the local date at which these left, or were to leave: every
/// day from `first` to `last`.
///
/// # Errors
/// The database's.
pub fn results_by_day(
    conn: &mut Conn,
    zone: Tz,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(NaiveDate, Bilan)>, Error> {
    let days = days(first, last);
    let sums: Vec<Bilan> = conn.load(summed(&bounds(&days, zone)))?;
    Ok(days.into_iter().zip(sums).collect())
}

pub(in crate::store) fn days(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    first.iter_days().take_while(|day| *day <= last).collect()
}

pub(in crate::store) fn bounds(days: &[NaiveDate], zone: Tz) -> Vec<Jour> {
    let days = days.iter().map(|day| Jour {
        debut: Instant::begin_of(*day, zone),
        fin: Instant::begin_of(day.succ_opt().unwrap_or(*day), zone),
    });
    days.collect()
}
