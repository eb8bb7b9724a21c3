//! Messages as a calendar has them: by day, and one after the other.

use super::{by_ids, classe_nom};
use crate::instant::Instant;
use crate::model::Message;
use crate::schema::messages;
use crate::store::appels::statistiques::jours::{Jour, bounds, days};
use crate::store::sql::statements;
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Statut};
use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::dsl::{auto_type, case_when};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

/// So many messages of a day are counted.
pub const COUNTED_MAX: i64 = 1000;

/// A local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: NaiveDate,
    /// The first messages that are programmed for it.
    pub first: Vec<Message>,
    /// How many there are, up to [`COUNTED_MAX`].
    pub count: i64,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    premiers: Option<String>,
    #[diesel(sql_type = BigInt)]
    nombre: i64,
}

const OF_DAY: &str = " FROM messages WHERE date_programmee >= r.debut AND date_programmee < r.fin ";

// Not a window over all messages of these days: of each day few rows are looked at, however many it has.
statements! {
    fn planned(days: &[Jour], most: i64, counted: i64) =
        "SELECT (SELECT string_agg(CAST(p.id AS TEXT), ' ')
                   FROM (SELECT id", OF_DAY, "ORDER BY date_programmee, id LIMIT {most}) p) AS premiers,
                (SELECT count(*) FROM (SELECT 1 AS un", OF_DAY, "LIMIT {counted}) q) AS nombre
           FROM {days} ORDER BY r.debut";
}

/// Every day from `first` to `last`, each with up to `most` messages in the order in which they leave.
///
/// # Errors
/// The database's.
pub fn by_day(
    conn: &mut Conn,
    zone: Tz,
    first: NaiveDate,
    last: NaiveDate,
    most: i64,
) -> Result<Vec<Day>, Error> {
    let dates = days(first, last);
    let rows: Vec<Row> = conn.load(planned(&bounds(&dates, zone), most, COUNTED_MAX))?;
    let numbers = |row: &Row| -> Vec<i64> {
        let words = row.premiers.as_deref().unwrap_or_default().split(' ');
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let named: Vec<i64> = rows.iter().flat_map(numbers).collect();
    let mut messages = by_ids(conn, &named)?;
    messages.sort_by_key(|message| (message.date_programmee, message.id));
    let day = |(date, row): (NaiveDate, Row)| {
        let of_it = numbers(&row);
        let is_of_it = |message: &&Message| of_it.contains(&message.id);
        Day {
            date,
            first: messages.iter().filter(is_of_it).cloned().collect(),
            count: row.nombre,
        }
    };
    Ok(dates.into_iter().zip(rows).map(day).collect())
}

/// What a calendar elsewhere may know of a message: of one to a single parent neither whom nor what.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Rendezvous {
    /// Number of the message.
    pub id: i64,
    /// The channel.
    #[diesel(column_name = type_)]
    pub canal: Canal,
    /// Its state.
    pub statut: Statut,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: bool,
    /// Name of the class; of a group message none means everybody.
    #[diesel(select_expression = classe_nom())]
    pub classe: Option<String>,
    /// The subject of a group message.
    #[diesel(select_expression = sujet())]
    pub sujet: Option<String>,
    /// The text of a group message.
    #[diesel(select_expression = contenu())]
    pub contenu: Option<String>,
    /// When it leaves.
    #[diesel(select_expression = messages::date_programmee.assume_not_null())]
    pub date_programmee: Instant,
}

#[auto_type]
fn sujet() -> _ {
    case_when(messages::est_message_groupe, messages::sujet)
}

#[auto_type]
fn contenu() -> _ {
    case_when(messages::est_message_groupe, messages::contenu)
}

/// What leaves, or left, from `depuis` to `jusqua`, at most `most`: first of all what is still to come.
///
/// # Errors
/// The database's.
pub fn between(
    conn: &mut Conn,
    depuis: Instant,
    now: Instant,
    jusqua: Instant,
    most: i64,
) -> Result<Vec<Rendezvous>, Error> {
    use messages::{date_programmee, id, statut, table};
    let some = || table.filter(statut.ne(Statut::Brouillon));
    let coming = some()
        .filter(date_programmee.ge(now).and(date_programmee.lt(jusqua)))
        .order((date_programmee.asc(), id.asc()));
    let mut found: Vec<Rendezvous> =
        conn.load(coming.select(Rendezvous::as_select()).limit(most))?;
    let most = most.saturating_sub(i64::try_from(found.len()).unwrap_or(most));
    let gone = some()
        .filter(date_programmee.ge(depuis).and(date_programmee.lt(now)))
        .order((date_programmee.desc(), id.desc()));
    let gone: Vec<Rendezvous> = conn.load(gone.select(Rendezvous::as_select()).limit(most))?;
    found.extend(gone);
    Ok(found)
}
