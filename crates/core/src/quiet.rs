//! The hours in which no late SMS rings: `SMS_QUIET_HOURS`, such as `21:00-07:30`, in the school's
//! time zone.

use crate::instant::Instant;
use chrono::{Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use std::time::Duration;

/// Quiet hours every night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: NaiveTime,
    until: NaiveTime,
}

/// One night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// Its first moment.
    pub begins: Instant,
    /// The first moment after it.
    pub ends: Instant,
}

/// No longer: a next attempt that is further off counts as the fault of a clock that ran ahead.
const LONGEST: TimeDelta = TimeDelta::hours(14);

/// Programmed for the night: so long it may take until it has left, with all its recipients.
const AT_NIGHT: Duration = Duration::from_secs(3600);

/// Programmed for the evening, two looks of the scheduler before.
const IN_THE_EVENING: Duration = Duration::from_secs(10 * 60);

/// The clocks never jump further.
const STEPS: i32 = 48;

impl Quiet {
    /// `21:00-07:30`, at most 14 hours long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let quiet = Self {
            from: time(from)?,
            until: time(until)?,
        };
        let length = quiet.until - quiet.from + TimeDelta::days(quiet.wraps().into());
        (quiet.from != quiet.until && length <= LONGEST).then_some(quiet)
    }

    /// When it begins and ends, by the clock on the wall.
    #[must_use]
    pub const fn hours(self) -> (NaiveTime, NaiveTime) {
        (self.from, self.until)
    }

    fn wraps(self) -> bool {
        self.until <= self.from
    }

    /// The night that `at` lies in.
    #[must_use]
    pub fn night(self, at: Instant, zone: Tz) -> Option<Night> {
        let today = at.in_zone(zone).date_naive();
        let yesterday = today.checked_sub_days(Days::new(1));
        yesterday
            .into_iter()
            .chain([today])
            .filter_map(|day| self.of(day, zone))
            .find(|night| night.begins <= at && at < night.ends)
    }

    /// The night that begins on a day.
    fn of(self, day: NaiveDate, zone: Tz) -> Option<Night> {
        let last = day.checked_add_days(Days::new(self.wraps().into()))?;
        Some(Night {
            begins: moment(day, self.from, zone, LocalResult::earliest)?,
            ends: moment(last, self.until, zone, LocalResult::latest)?,
        })
    }
}

impl Night {
    /// What was due before this is late now, and waits for the morning. What a person programmed for
    /// this very night is not late for an hour; what was to leave just before it, for ten minutes.
    #[must_use]
    pub fn punctual_since(self, now: Instant) -> Instant {
        (now - IN_THE_EVENING).min((now - AT_NIGHT).max(self.begins))
    }
}

/// A time of the wall that is skipped in spring is the first after it; of one that comes twice in
/// autumn, `choose` takes one.
fn moment(
    day: NaiveDate,
    time: NaiveTime,
    zone: Tz,
    choose: fn(LocalResult<chrono::DateTime<Tz>>) -> Option<chrono::DateTime<Tz>>,
) -> Option<Instant> {
    let wall = day.and_time(time);
    (0..STEPS)
        .filter_map(|step| wall.checked_add_signed(TimeDelta::minutes(5) * step))
        .find_map(|wall| choose(zone.from_local_datetime(&wall)))
        .map(|at| at.to_utc().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Paris;
    use proptest::prelude::*;

    fn night(hours: &str, at: &str) -> Option<String> {
        let quiet = Quiet::parse(hours).unwrap();
        let night = quiet.night(at.parse().unwrap(), Paris)?;
        let local = |at: Instant| at.in_zone(Paris).format("%d/%m %H:%M");
        Some(format!("{} - {}", local(night.begins), local(night.ends)))
    }

    #[test]
    fn nights_go_over_midnight_and_have_an_end() {
        let usual = "27/11 21:00 - 28/11 07:30";
        for (hours, at, expected) in [
            ("21:00-07:30", "2026-11-27T20:59:59+01:00", None),
            ("21:00-07:30", "2026-11-27T21:00:00+01:00", Some(usual)),
            ("21:00-07:30", "2026-11-28T03:00:00+01:00", Some(usual)),
            ("21:00-07:30", "2026-11-28T07:29:59+01:00", Some(usual)),
            ("21:00-07:30", "2026-11-28T07:30:00+01:00", None),
            (
                "13:00-14:00",
                "2026-11-27T13:30:00+01:00",
                Some("27/11 13:00 - 27/11 14:00"),
            ),
            ("13:00-14:00", "2026-11-27T12:30:00+01:00", None),
        ] {
            assert_eq!(night(hours, at).as_deref(), expected, "{at}");
        }
    }

    #[test]
    fn nights_in_which_the_clocks_change_begin_and_end_by_the_wall() {
        // 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
        let spring = |hours, at| night(hours, at).unwrap();
        assert_eq!(
            spring("21:00-07:30", "2026-03-29T04:00:00+02:00"),
            "28/03 21:00 - 29/03 07:30"
        );
        assert_eq!(
            spring("21:00-02:30", "2026-03-29T00:30:00Z"),
            "28/03 21:00 - 29/03 03:00"
        );
        let quiet = Quiet::parse("21:00-02:30").unwrap();
        let autumn = |at: &str| quiet.night(at.parse().unwrap(), Paris);
        let ends = autumn("2026-10-25T00:45:00Z").unwrap().ends;
        assert_eq!(ends.to_string(), "2026-10-25T01:30:00.000000Z");
        assert_eq!(autumn("2026-10-25T01:45:00Z"), None);
    }

    #[test]
    fn what_is_not_a_night_is_refused() {
        for text in [
            "",
            "21:00",
            "21-7",
            "21:00-21:00",
            "08:00-23:00",
            "20:00-10:30",
            "25:00-07:00",
        ] {
            assert_eq!(Quiet::parse(text), None, "{text}");
        }
        assert!(Quiet::parse("18:00 - 8:00").is_some());
    }

    #[test]
    fn what_was_programmed_for_the_night_leaves_and_what_is_late_does_not() {
        let quiet = Quiet::parse("21:00-07:30").unwrap();
        let at = |text: &str| -> Instant { format!("2026-11-27T{text}:00+01:00").parse().unwrap() };
        for (due, now, punctual) in [
            ("22:00", "22:00", true),
            ("22:00", "22:59", true),
            ("22:00", "23:01", false),
            ("20:58", "21:05", true),
            ("20:58", "21:09", false),
            ("18:00", "21:00", false),
            ("21:00", "21:30", true),
        ] {
            let night = quiet.night(at(now), Paris).unwrap();
            assert_eq!(
                at(due) >= night.punctual_since(at(now)),
                punctual,
                "{due}, {now}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_night_is_endless_or_missed(us in 1_700_000_000_000_000i64..1_900_000_000_000_000) {
            let at: Instant = chrono::DateTime::from_timestamp_micros(us).unwrap().into();
            let wall = at.in_zone(Paris).time();
            let quiet = Quiet::parse("21:00-07:30").unwrap();
            let (from, until) = quiet.hours();
            let night = quiet.night(at, Paris);
            prop_assert_eq!(night.is_some(), wall >= from || wall < until);
            if let Some(night) = night {
                prop_assert!(night.ends.since(night.begins) <= Duration::from_secs(12 * 3600));
                prop_assert!(quiet.night(night.ends, Paris).is_none());
            }
        }
    }
}
