//! A point in time, in UTC, to the microsecond: the only kind of time that is stored.
//!
//! PostgreSQL column: `TIMESTAMPTZ`. SQLite column: `TEXT` such as `2026-03-29T01:30:00.000000Z`,
//! which sorts as it reads.

use chrono::{
    DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, SubsecRound, TimeDelta, Utc,
};
use std::{fmt, time::Duration};

/// The SQL type of an [`Instant`].
#[derive(Debug, Clone, Copy, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct InstantSql;

impl diesel::sql_types::SqlOrd for InstantSql {}

/// A UTC instant, truncated to microseconds (what both databases keep).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = InstantSql)]
pub struct Instant(DateTime<Utc>);

const DAYS: [&str; 2] = ["%Y-%m-%d", "%d/%m/%Y"];
const HOURS: [&str; 4] = ["T%H:%M", " %H:%M", "T%H:%M:%S", " %H:%M:%S"];

impl Instant {
    /// The machine's clock. For the places that have no database to ask.
    #[must_use]
    pub fn of_this_machine() -> Self {
        std::time::SystemTime::now().into()
    }

    /// The instant as chrono sees it.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The instant in the school's time zone.
    #[must_use]
    pub fn in_zone(self, zone: chrono_tz::Tz) -> DateTime<chrono_tz::Tz> {
        self.0.with_timezone(&zone)
    }

    /// The first moment of a day, which is one o'clock where the clocks jump over midnight.
    #[must_use]
    pub fn begin_of(day: NaiveDate, zone: chrono_tz::Tz) -> Self {
        let midnight = day.and_time(NaiveTime::MIN);
        let local = |wall: NaiveDateTime| wall.and_local_timezone(zone).earliest();
        local(midnight)
            .or_else(|| local(midnight + TimeDelta::hours(1)))
            .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
            .into()
    }

    /// The moment that a person names in a time zone: a day (its last second), or a day and an hour,
    /// such as `2026-12-01`, `2026-12-01 08:30`, `01/12/2026`. An hour that the clocks jump over is
    /// the one after it.
    #[must_use]
    pub fn read_in_zone(text: &str, zone: chrono_tz::Tz) -> Option<Self> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(at.to_utc().into());
        }
        let wall = DAYS.iter().find_map(|day| {
            let date = NaiveDate::parse_from_str(text, day);
            date.ok()?.and_hms_opt(23, 59, 59)
        });
        let hour = |day: &&str| {
            HOURS
                .iter()
                .find_map(|hour| NaiveDateTime::parse_from_str(text, &format!("{day}{hour}")).ok())
        };
        let wall = wall.or_else(|| DAYS.iter().find_map(hour))?;
        let local = |wall: NaiveDateTime| wall.and_local_timezone(zone).latest();
        let at = local(wall).or_else(|| local(wall + TimeDelta::hours(1)))?;
        Some(at.to_utc().into())
    }

    /// Whether [`Self::read_in_zone`] understands a text.
    #[must_use]
    pub fn is_readable(text: &str) -> bool {
        Self::read_in_zone(text, chrono_tz::UTC).is_some()
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }
}

impl std::ops::Add<Duration> for Instant {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        let sum = self.0.checked_add_signed(delta);
        Self(sum.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

impl std::ops::Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        let difference = self.0.checked_sub_signed(delta);
        Self(difference.unwrap_or(DateTime::<Utc>::MIN_UTC))
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(utc: DateTime<Utc>) -> Self {
        Self(utc.trunc_subsecs(6))
    }
}

impl From<std::time::SystemTime> for Instant {
    fn from(time: std::time::SystemTime) -> Self {
        DateTime::<Utc>::from(time).into()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl std::str::FromStr for Instant {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(DateTime::parse_from_rfc3339(text)?.to_utc().into())
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::{Instant, InstantSql};
    use diesel::{deserialize, deserialize::FromSql, serialize, serialize::ToSql, sqlite::Sqlite};

    impl ToSql<InstantSql, Sqlite> for Instant {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.to_string());
            Ok(serialize::IsNull::No)
        }
    }

    impl FromSql<InstantSql, Sqlite> for Instant {
        fn from_sql(
            bytes: <Sqlite as diesel::backend::Backend>::RawValue<'_>,
        ) -> deserialize::Result<Self> {
            let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(bytes)?;
            Ok(text.parse()?)
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{Instant, InstantSql};
    use chrono::{DateTime, TimeDelta};
    use diesel::pg::{Pg, data_types::PgTimestamp};
    use diesel::sql_types::Timestamptz;
    use diesel::{deserialize, deserialize::FromSql, serialize, serialize::ToSql};

    /// Microseconds from the Unix epoch to 2000-01-01, where PostgreSQL counts from.
    const PG_EPOCH_US: i64 = 946_684_800_000_000;

    impl ToSql<InstantSql, Pg> for Instant {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, Pg>) -> serialize::Result {
            let timestamp = PgTimestamp(self.0.timestamp_micros() - PG_EPOCH_US);
            ToSql::<Timestamptz, Pg>::to_sql(&timestamp, &mut out.reborrow())
        }
    }

    impl FromSql<InstantSql, Pg> for Instant {
        fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
            let PgTimestamp(us) = FromSql::<Timestamptz, Pg>::from_sql(bytes)?;
            let utc = DateTime::UNIX_EPOCH
                .checked_add_signed(TimeDelta::microseconds(us.saturating_add(PG_EPOCH_US)))
                .ok_or("instant out of range")?;
            Ok(utc.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_reads_back_as_the_same_instant(us in 0i64..4_102_444_800_000_000) {
            let instant: Instant = DateTime::from_timestamp_micros(us).unwrap().into();
            prop_assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
        }

        #[test]
        fn text_sorts_as_time(a in 0i64..4_102_444_800_000_000, b in 0i64..4_102_444_800_000_000) {
            let [a, b] = [a, b].map(|us| Instant::from(DateTime::from_timestamp_micros(us).unwrap()));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn the_text_has_a_fixed_width() {
        let instant: Instant = "2026-03-29T03:30:00+02:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-03-29T01:30:00.000000Z");
    }
}
