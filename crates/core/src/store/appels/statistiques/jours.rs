//! Messages by local day.

use crate::instant::Instant;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Count, Error};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

#[derive(serde::Serialize)]
struct Jour {
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
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
    let bounds: Vec<Jour> = days
        .iter()
        .map(|day| Jour {
            debut: begin(*day, zone),
            fin: begin(day.succ_opt().unwrap_or(*day), zone),
        })
        .collect();
    let counts: Vec<Count> = conn.load(match classe {
        None => counted(&bounds),
        Some(classe) => counted_of(&bounds, classe),
    })?;
    Ok(days
        .into_iter()
        .zip(counts.into_iter().map(|count| count.nombre))
        .collect())
}

/// The first moment of a day, which is one o'clock where the clocks jump over midnight.
fn begin(day: NaiveDate, zone: Tz) -> Instant {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = |wall: chrono::NaiveDateTime| wall.and_local_timezone(zone).earliest();
    local(midnight)
        .or_else(|| local(midnight + TimeDelta::hours(1)))
        .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
        .into()
}
