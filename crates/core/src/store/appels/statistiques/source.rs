//! The question to the counters: by hand, since the builder has no sum of several selections.

use super::Selection;
use crate::instant::Instant;
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Statut};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// Messages of one combination with the sums of their envois, or open envois in one state.
#[derive(Debug, diesel::QueryableByName)]
pub(super) struct Source {
    #[diesel(sql_type = Text)]
    pub(super) canal: Canal,
    #[diesel(sql_type = Text)]
    pub(super) statut: Statut,
    #[diesel(sql_type = BigInt)]
    pub(super) classe: i64,
    #[diesel(sql_type = Bool)]
    pub(super) est_message_groupe: bool,
    #[diesel(sql_type = Bool)]
    pub(super) est_lu: bool,
    /// Of open envois only.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) etat: Option<Etat>,
    #[diesel(sql_type = BigInt)]
    pub(super) nombre: i64,
    #[diesel(sql_type = BigInt)]
    nb_envoyes: i64,
    #[diesel(sql_type = BigInt)]
    nb_echecs: i64,
    #[diesel(sql_type = BigInt)]
    nb_incertains: i64,
    #[diesel(sql_type = BigInt)]
    nb_ignores: i64,
}

impl Source {
    /// Envois by state. Messages that are leaving have none: theirs still change, and are counted
    /// where they are.
    pub(super) fn envois(&self) -> Vec<(Etat, i64)> {
        match (self.etat, self.statut) {
            (Some(etat), _) => vec![(etat, self.nombre)],
            (None, Statut::EnAttente) => Vec::new(),
            (None, _) => vec![
                (Etat::Envoye, self.nb_envoyes),
                (Etat::Echec, self.nb_echecs),
                (Etat::Incertain, self.nb_incertains),
                (Etat::Ignore, self.nb_ignores),
            ],
        }
    }
}

/// What the counters, the messages of the days that are not wholly in the period, and the open envois
/// say: one statement, so that a message that is closed meanwhile is neither missed nor counted twice.
pub(super) fn read(conn: &mut Conn, selection: &Selection) -> Result<Vec<Source>, Error> {
    let mut found: Vec<Source> = conn.load(sums(selection))?;
    let asked = |source: &Source| selection.classe.is_none_or(|id| source.classe == id);
    found.retain(asked);
    Ok(found)
}

fn sums(selection: &Selection) -> Sql {
    let Period { days, ends, whole } = Period::new(selection);
    let ([from_day, to_day], [first, last]) = (&days, whole);
    let [[head, head_end], [tail, tail_end]] = ends;
    sql(SUMS)
        .set("from_day", from_day.as_str())
        .set("to_day", to_day.as_str())
        .set("head", head)
        .set("head_end", head_end)
        .set("tail", tail)
        .set("tail_end", tail_end)
        .set("first", first)
        .set("last", last)
}

/// For the test that prepares every statement.
#[cfg(test)]
pub(in crate::store) fn statements() -> Vec<Sql> {
    vec![sums(&Selection::default())]
}

/// Not the bare column of the open messages: these few are looked up, not all of the period.
const SUMS: &str = "SELECT type AS canal, statut, classe, est_message_groupe, est_lu, etat,
                CAST(sum(nombre) AS BIGINT) AS nombre,
                CAST(sum(nb_envoyes) AS BIGINT) AS nb_envoyes,
                CAST(sum(nb_echecs) AS BIGINT) AS nb_echecs,
                CAST(sum(nb_incertains) AS BIGINT) AS nb_incertains,
                CAST(sum(nb_ignores) AS BIGINT) AS nb_ignores
           FROM (SELECT type, statut, classe, est_message_groupe, est_lu, NULL AS etat, nombre,
                        nb_envoyes, nb_echecs, nb_incertains, nb_ignores
                   FROM compteurs WHERE jour >= {from_day} AND jour < {to_day}
                 UNION ALL
                 SELECT type, statut, COALESCE(classe, 0), est_message_groupe, est_lu, NULL, 1,
                        nb_envoyes, nb_echecs, nb_incertains, nb_ignores
                   FROM messages WHERE (date_creation >= {head} AND date_creation < {head_end})
                                    OR (date_creation >= {tail} AND date_creation < {tail_end})
                 UNION ALL
                 SELECT m.type, m.statut, COALESCE(m.classe, 0), m.est_message_groupe, m.est_lu,
                        e.etat, 1, 0, 0, 0, 0
                   FROM messages m JOIN envois e ON e.message = m.id
                  WHERE m.statut = 'en_attente'
                    AND CASE WHEN true THEN m.date_creation END >= {first}
                    AND CASE WHEN true THEN m.date_creation END < {last}) AS c
          GROUP BY type, statut, classe, est_message_groupe, est_lu, etat";

/// Counters are of UTC days: a period is the whole days in it, and what is left before and after
/// them. Each from the first of two up to the second, which is not in it.
struct Period {
    days: [String; 2],
    ends: [[Instant; 2]; 2],
    whole: [Instant; 2],
}

impl Period {
    fn new(selection: &Selection) -> Self {
        // Only years of four digits sort as they read.
        let [first, last] = [(1, 1, 1), (9999, 12, 31)]
            .map(|(year, month, day)| midnight(NaiveDate::from_ymd_opt(year, month, day)));
        let bound = |at: Option<Instant>, or: Instant| at.unwrap_or(or).clamp(first, last);
        let [begin, end] = [
            bound(selection.depuis, first),
            bound(selection.jusqua, last),
        ];
        let begin_day =
            (begin.utc() + (TimeDelta::days(1) - TimeDelta::microseconds(1))).date_naive();
        let end_day = end.utc().date_naive();
        let (days, ends) = if selection.depuis.is_none() && selection.jusqua.is_none() {
            // The rows of all days together.
            (["", "0"].map(str::to_owned), [[begin; 2]; 2])
        } else if begin_day > end_day {
            (["", ""].map(str::to_owned), [[begin, end], [end; 2]])
        } else {
            let [one, other] = [begin_day, end_day].map(|day| midnight(Some(day)));
            let days = [begin_day, end_day].map(|day| day.format("%Y-%m-%d").to_string());
            (days, [[begin, one], [other, end]])
        };
        Self {
            days,
            ends,
            whole: [begin, end],
        }
    }
}

fn midnight(day: Option<NaiveDate>) -> Instant {
    day.unwrap_or_default()
        .and_time(NaiveTime::MIN)
        .and_utc()
        .into()
}
