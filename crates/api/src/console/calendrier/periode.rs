//! Which days a calendar shows.

use crate::console::words::Words;
use crate::drf::Query;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A month or a week, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Periode {
    Mois(NaiveDate),
    Semaine(NaiveDate),
}

/// Years that are shown: what databases and browsers know.
const YEARS: std::ops::RangeInclusive<i32> = 1971..=2999;

impl Periode {
    /// As `?mois=2026-12` or `?semaine=2026-W49` says; this month where they say nothing.
    pub(super) fn of(query: &Query, today: NaiveDate) -> Self {
        let day = |name, rest: &str, format| {
            let text = format!("{}{rest}", query.said(name)?);
            let day = NaiveDate::parse_from_str(&text, format).ok()?;
            YEARS.contains(&day.year()).then_some(day)
        };
        if let Some(monday) = day("semaine", "-1", "%G-W%V-%u") {
            return Self::Semaine(monday);
        }
        let first = day("mois", "-01", "%Y-%m-%d");
        Self::Mois(first.unwrap_or_else(|| begin(today)))
    }

    pub(super) const fn first(self) -> NaiveDate {
        match self {
            Self::Mois(first) | Self::Semaine(first) => first,
        }
    }

    pub(super) fn last(self) -> NaiveDate {
        let next = self.next().first();
        next.pred_opt().unwrap_or(next)
    }

    pub(super) fn next(self) -> Self {
        match self {
            Self::Mois(first) => Self::Mois(first + Months::new(1)),
            Self::Semaine(first) => Self::Semaine(first + Days::new(7)),
        }
    }

    pub(super) fn previous(self) -> Self {
        match self {
            Self::Mois(first) => Self::Mois(first - Months::new(1)),
            Self::Semaine(first) => Self::Semaine(first - Days::new(7)),
        }
    }

    pub(super) const fn is_month(self) -> bool {
        matches!(self, Self::Mois(_))
    }

    /// The other kind, around the same days: around today, where it is one of them.
    pub(super) fn other(self, today: NaiveDate) -> Self {
        let is_now = (self.first()..=self.last()).contains(&today);
        let around = |day| if is_now { today } else { day };
        match self {
            Self::Mois(first) => Self::Semaine(around(first).week(Weekday::Mon).first_day()),
            // Of a week at the turn of the month, the month that has more of it.
            Self::Semaine(first) => Self::Mois(begin(around(first + Days::new(3)))),
        }
    }

    /// Days from Monday to the first.
    pub(super) fn before(self) -> u32 {
        self.first().weekday().num_days_from_monday()
    }

    /// Messages of a day that are shown: pages stay small.
    pub(super) const fn most(self) -> i64 {
        match self {
            Self::Mois(_) => 3,
            Self::Semaine(_) => 8,
        }
    }

    /// Letters of a message that are shown.
    pub(super) const fn letters(self) -> usize {
        match self {
            Self::Mois(_) => 30,
            Self::Semaine(_) => 80,
        }
    }

    /// As a query says it.
    pub(super) fn query(self) -> String {
        match self {
            Self::Mois(first) => first.format("mois=%Y-%m").to_string(),
            Self::Semaine(first) => first.format("semaine=%G-W%V").to_string(),
        }
    }

    /// In words.
    pub(super) fn title(self, words: Words) -> String {
        let first = self.first();
        match self {
            Self::Mois(_) => {
                let month = words.month(first);
                let mut letters = month.chars();
                let begin: String = letters
                    .by_ref()
                    .take(1)
                    .flat_map(char::to_uppercase)
                    .collect();
                format!("{begin}{} {}", letters.as_str(), first.year())
            }
            Self::Semaine(_) => format!(
                "{} {} : {} – {}",
                words.t("Semaine", "Week"),
                first.iso_week().week(),
                words.date(first, false),
                words.date(self.last(), true),
            ),
        }
    }
}

/// The first day of its month.
fn begin(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn of(query: &str) -> Periode {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        let today = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        Periode::of(&Query::of(&request), today)
    }

    #[test]
    fn what_is_asked_for_is_shown_and_this_month_for_nonsense() {
        for (query, shown, before) in [
            ("", "mois=2026-11", 6),
            ("mois=2026-12", "mois=2026-12", 1),
            ("mois=2026-13", "mois=2026-11", 6),
            ("mois=99999-01", "mois=2026-11", 6),
            ("semaine=2026-W49", "semaine=2026-W49", 0),
            ("semaine=2026-W54", "mois=2026-11", 6),
            // 2026 has 53 weeks, and its last one ends in 2027.
            ("semaine=2026-W53", "semaine=2026-W53", 0),
        ] {
            let periode = of(query);
            assert_eq!(
                (periode.query().as_str(), periode.before()),
                (shown, before)
            );
        }
    }

    #[test]
    fn one_follows_the_other() {
        let december = of("mois=2026-12");
        assert_eq!(december.next().query(), "mois=2027-01");
        assert_eq!(december.previous().query(), "mois=2026-11");
        assert_eq!(december.last().to_string(), "2026-12-31");
        let today = |text: &str| text.parse().unwrap();
        let year_ago = today("2025-12-10");
        assert_eq!(december.other(year_ago).query(), "semaine=2026-W49");
        assert_eq!(
            december.other(today("2026-12-24")).query(),
            "semaine=2026-W52"
        );
        let last = of("semaine=2026-W53");
        assert_eq!(last.next().query(), "semaine=2027-W01");
        assert_eq!(last.last().to_string(), "2027-01-03");
        assert_eq!(last.other(year_ago).query(), "mois=2026-12");
        assert_eq!(last.other(today("2027-01-02")).query(), "mois=2027-01");
    }
}
