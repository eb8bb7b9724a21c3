//! What SMS cost, in parts that are paid, and the limits that the settings put on it
//! (`MESSAGES_SMS_PER_DAY`, `MESSAGES_SMS_PER_MONTH`).
//!
//! An SMS is counted in the commit that announces it, before its first byte leaves, and what does not fit
//! is not announced: no limit is ever passed, however many runs there are and whatever becomes of
//! them. What the peer has surely not taken is given back where its answer is recorded: it is as sure as
//! a second attempt has to be, and a gateway that is away for a night would use the day up. What is
//! in doubt stays counted, and so does what a killed run leaves behind. Sending again counts again.

pub(super) mod bill;

use super::backend::locked;
use super::{Conn, Error};
use crate::config::{self, Config};
use crate::instant::Instant;
use crate::schema::canaux;
use crate::schema::depenses::{jour, table};
use crate::segments::Plain;
use crate::vocabulary::{Canal, Mode};
use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;
use diesel::prelude::*;

/// Over which time a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duree {
    /// A day in the school's time zone.
    Jour,
    /// A month.
    Mois,
}

impl Duree {
    /// The setting of the limit.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Jour => config::SMS_PER_DAY,
            Self::Mois => config::SMS_PER_MONTH,
        }
    }

    /// Whether both days are in one of these.
    fn is_same(self, one: NaiveDate, other: NaiveDate) -> bool {
        match self {
            Self::Jour => one == other,
            Self::Mois => (one.year(), one.month()) == (other.year(), other.month()),
        }
    }

    /// The first day of the next one.
    fn next(self, day: NaiveDate) -> NaiveDate {
        let next = match self {
            Self::Jour => day.checked_add_days(Days::new(1)),
            Self::Mois => first_of_month(day).checked_add_months(Months::new(1)),
        };
        next.unwrap_or(day)
    }
}

/// The limits of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    per_day: Option<i64>,
    per_month: Option<i64>,
    zone: Tz,
    plain: Plain,
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Which one.
    pub duree: Duree,
    /// What it allows.
    pub most: i64,
    /// The day on which it begins anew.
    pub reprise: NaiveDate,
}

/// What was counted, and what may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compte {
    /// Over which time.
    pub duree: Duree,
    /// Parts counted so far.
    pub segments: i64,
    /// The limit.
    pub most: i64,
}

/// What was counted for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// Number of the envoi.
    pub envoi: i64,
    /// Token of the attempt.
    pub jeton: i64,
    /// The day on which it was counted.
    jour: NaiveDate,
    /// Parts.
    segments: i64,
}

impl Limits {
    /// Those of the settings, if there are any; what is only simulated costs nothing.
    #[must_use]
    pub fn of(config: &Config) -> Option<Self> {
        let sms = &config.sms;
        let limits = Self {
            per_day: sms.per_day.map(i64::from),
            per_month: sms.per_month.map(i64::from),
            zone: config.messages.zone,
            plain: sms.plain,
        };
        let is_limited = limits.per_day.or(limits.per_month).is_some();
        (is_limited && config.messages.mode != Mode::Simulation).then_some(limits)
    }

    fn day(&self, now: Instant) -> NaiveDate {
        now.in_zone(self.zone).date_naive()
    }

    fn each(&self) -> impl Iterator<Item = (Duree, i64)> {
        let limits = [(Duree::Jour, self.per_day), (Duree::Mois, self.per_month)];
        let limits = limits.into_iter();
        limits.filter_map(|(duree, most)| Some((duree, most?)))
    }

    /// Whether a limit that was reached at this moment, and whose setting is `code`, has begun anew.
    #[must_use]
    pub fn is_over(&self, code: &str, reached: Instant, now: Instant) -> bool {
        let mut durees = [Duree::Jour, Duree::Mois].into_iter();
        let duree = durees.find(|duree| duree.setting() == code);
        duree.is_none_or(|duree| !duree.is_same(self.day(reached), self.day(now)))
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Nobody else counts until the commit. To be asked before anything else is locked, so that no two
/// runs wait for each other.
pub fn lock(conn: &mut Conn) -> Result<(), Error> {
    let row = canaux::table.find(Canal::Sms).select(canaux::canal);
    conn.one::<Canal>(locked(row)).map(drop)
}

/// What was counted today and this month, for each limit.
pub fn comptes(conn: &mut Conn, limits: &Limits, now: Instant) -> Result<Vec<Compte>, Error> {
    let today = limits.day(now);
    let month = jour.between(first_of_month(today).to_string(), today.to_string());
    let days: Vec<(String, i64)> = conn.load(table.filter(month))?;
    let sum = |duree: Duree| -> i64 {
        let today = today.to_string();
        let counted = days.iter();
        let counted = counted.filter(|(day, _)| duree == Duree::Mois || *day == today);
        counted.map(|(_, segments)| segments).sum()
    };
    let comptes = limits.each().map(|(duree, most)| Compte {
        duree,
        segments: sum(duree),
        most,
    });
    Ok(comptes.collect())
}

/// The same by the settings; nothing where there are no limits.
pub fn of_settings(conn: &mut Conn, config: &Config) -> Result<Vec<Compte>, Error> {
    let Some(limits) = Limits::of(config) else {
        return Ok(Vec::new());
    };
    let now = conn.now()?;
    comptes(conn, &limits, now)
}

/// The first limit that so many more parts would pass.
fn passed(comptes: &[Compte], more: i64, today: NaiveDate) -> Option<Reached> {
    let passed = comptes.iter().filter(|one| one.segments + more > one.most);
    let reached = passed.map(|one| Reached {
        duree: one.duree,
        most: one.most,
        reprise: one.duree.next(today),
    });
    // Of two, the one that keeps waiting longer.
    reached.max_by_key(|reached| reached.reprise)
}

/// The limit that allows not one more.
pub fn reached(conn: &mut Conn, limits: &Limits, now: Instant) -> Result<Option<Reached>, Error> {
    Ok(passed(&comptes(conn, limits, now)?, 1, limits.day(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_limit_begins_anew_with_the_day_and_the_month() {
        assert_eq!(Duree::Jour.next(day("2026-11-30")), day("2026-12-01"));
        assert_eq!(Duree::Mois.next(day("2026-12-31")), day("2027-01-01"));
        assert!(Duree::Mois.is_same(day("2026-11-01"), day("2026-11-30")));
        assert!(!Duree::Mois.is_same(day("2026-11-01"), day("2025-11-01")));
    }

    #[test]
    fn of_two_limits_the_longer_one_is_told() {
        let compte = |duree, segments, most| Compte {
            duree,
            segments,
            most,
        };
        let both = [compte(Duree::Jour, 9, 10), compte(Duree::Mois, 99, 100)];
        let today = day("2026-11-28");
        assert_eq!(passed(&both, 1, today), None);
        assert_eq!(passed(&both, 2, today).unwrap().reprise, day("2026-12-01"));
        let first = passed(&both[..1], 2, today).unwrap();
        assert_eq!((first.most, first.reprise), (10, day("2026-11-29")));
    }
}
