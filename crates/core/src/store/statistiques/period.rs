//! A period of time, as the counters of whole days and the messages at its two ends.

use super::Selection;
use crate::instant::Instant;
use crate::store::sql::Sql;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Counters are of UTC days. Each bound is moved to the nearest midnight, and the messages between
/// the two are added or taken away.
pub(super) struct Period {
    depuis: Option<Bound>,
    jusqua: Option<Bound>,
}

#[derive(Clone, Copy)]
struct Bound {
    at: Instant,
    midnight: DateTime<Utc>,
}

impl Period {
    pub(super) fn new(selection: &Selection) -> Self {
        let depuis = selection.depuis.map(Bound::new);
        // One that ends before it begins is empty.
        let end = selection
            .jusqua
            .map(|end| end.max(selection.depuis.unwrap_or(end)));
        Self {
            depuis,
            jusqua: end.map(Bound::new),
        }
    }

    /// The first rows of a selection: the counters, and what is not in them yet.
    pub(super) fn counters(&self, question: Sql) -> Sql {
        let question = question.then(
            "SELECT type, statut, classe, est_message_groupe, est_lu, nombre, nb_envoyes, nb_echecs,
                    nb_incertains, nb_ignores, 0 AS a_envoyer, 0 AS reserve, 0 AS emission,
                    0 AS mouvement
               FROM compteurs WHERE ",
        );
        let question = if self.depuis.is_none() && self.jusqua.is_none() {
            question.then("jour = ''")
        } else {
            self.days(question.then("jour <> ''"))
        };
        self.days(question.then(
            " UNION ALL
             SELECT type, statut, classe, est_message_groupe, est_lu, nombre, nb_envoyes, nb_echecs,
                    nb_incertains, nb_ignores, 0, 0, 0, 1
               FROM compteurs_mouvements WHERE true",
        ))
    }

    fn days(&self, mut question: Sql) -> Sql {
        if let Some(bound) = self.depuis {
            question = question.then(" AND jour >= ?").bind(bound.day());
        }
        if let Some(bound) = self.jusqua {
            question = question.then(" AND jour < ?").bind(bound.day());
        }
        question
    }

    /// The messages between the bounds and their midnights.
    pub(super) fn edges(&self, question: Sql) -> Sql {
        let first = self.depuis.map(|bound| bound.edge(1));
        let last = self.jusqua.map(|bound| bound.edge(-1));
        [first, last].into_iter().flatten().fold(question, edge)
    }

    /// The envois of messages that are leaving, one by one.
    pub(super) fn open_envois(&self, question: Sql) -> Sql {
        let mut question = question.then(
            " UNION ALL
             SELECT m.type, m.statut, COALESCE(m.classe, 0), m.est_message_groupe, m.est_lu, 0,
                    CASE e.etat WHEN 'envoye' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'echec' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'incertain' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'ignore' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'a_envoyer' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'reserve' THEN 1 ELSE 0 END,
                    CASE e.etat WHEN 'emission' THEN 1 ELSE 0 END, 0
               FROM messages m JOIN envois e ON e.message = m.id
              WHERE m.statut = 'en_attente'",
        );
        // Not the bare column: the few open messages are looked up, not all of the period.
        if let Some(bound) = self.depuis {
            question = question
                .then(" AND CASE WHEN true THEN m.date_creation END >= ?")
                .bind(bound.at);
        }
        if let Some(bound) = self.jusqua {
            question = question
                .then(" AND CASE WHEN true THEN m.date_creation END < ?")
                .bind(bound.at);
        }
        question
    }
}

fn midnight(year: i32, month: u32, day: u32) -> Instant {
    let day = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    day.and_time(NaiveTime::MIN).and_utc().into()
}

/// Adds the messages created in a part of a day, or takes them away.
fn edge(question: Sql, (begin, end, sign): (Instant, Instant, i64)) -> Sql {
    if begin == end {
        return question;
    }
    question
        .then(
            " UNION ALL
             SELECT type, statut, COALESCE(classe, 0), est_message_groupe, est_lu, signe,
                    signe * nb_envoyes, signe * nb_echecs, signe * nb_incertains,
                    signe * nb_ignores, 0, 0, 0, 0
               FROM (SELECT CAST(? AS BIGINT) AS signe, type, statut, classe, est_message_groupe,
                            est_lu, ",
        )
        .bind(sign)
        .then(
            "CASE statut WHEN 'en_attente' THEN 0 ELSE nb_envoyes END AS nb_envoyes,
             CASE statut WHEN 'en_attente' THEN 0 ELSE nb_echecs END AS nb_echecs,
             CASE statut WHEN 'en_attente' THEN 0 ELSE nb_incertains END AS nb_incertains,
             CASE statut WHEN 'en_attente' THEN 0 ELSE nb_ignores END AS nb_ignores
               FROM messages WHERE date_creation >= ? AND date_creation < ?) AS bord",
        )
        .bind(begin)
        .bind(end)
}

impl Bound {
    fn new(at: Instant) -> Self {
        // Only years of four digits sort as they read.
        let at = at.clamp(midnight(1, 1, 1), midnight(9999, 12, 31));
        let later = at.utc() + TimeDelta::hours(12);
        Self {
            at,
            midnight: later.date_naive().and_time(NaiveTime::MIN).and_utc(),
        }
    }

    fn day(self) -> String {
        self.midnight.format("%Y-%m-%d").to_string()
    }

    /// From the bound to its midnight in the order of time, and whether that counts: `sign` when
    /// the bound is the earlier one.
    fn edge(self, sign: i64) -> (Instant, Instant, i64) {
        let midnight = Instant::from(self.midnight);
        if self.at <= midnight {
            (self.at, midnight, sign)
        } else {
            (midnight, self.at, -sign)
        }
    }
}
