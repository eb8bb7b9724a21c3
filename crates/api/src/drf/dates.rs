//! Dates as Django reads them: Python's `datetime.fromisoformat` (3.11), then the older and more
//! tolerant pattern of `django.utils.dateparse`.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A date and time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// With an offset from UTC.
    Fixed(DateTime<FixedOffset>),
    /// As the clock on the wall shows it.
    Local(NaiveDateTime),
}

/// Reads a date and time; a date alone is its midnight.
pub(crate) fn parse(text: &str) -> Option<Written> {
    iso(text).or_else(|| tolerant(text))
}

fn written(date: NaiveDate, time: NaiveTime, offset: Option<FixedOffset>) -> Written {
    let local = date.and_time(time);
    let Some(offset) = offset else {
        return Written::Local(local);
    };
    // The year is one of four digits, which chrono can shift by any offset.
    let utc = local.checked_sub_offset(offset).unwrap_or(local);
    Written::Fixed(DateTime::from_naive_utc_and_offset(utc, offset))
}

fn iso(text: &str) -> Option<Written> {
    let mut cursor = Cursor(text);
    let date = iso_date(&mut cursor)?;
    if cursor.0.is_empty() {
        return Some(written(date, NaiveTime::MIN, None));
    }
    let mut letters = cursor.0.chars();
    letters.next();
    cursor.0 = letters.as_str();
    let time = iso_time(&mut cursor)?;
    let offset = cursor.offset()?;
    cursor.0.is_empty().then(|| written(date, time, offset))
}

fn iso_date(cursor: &mut Cursor<'_>) -> Option<NaiveDate> {
    let year = i32::try_from(cursor.digits(4)?).ok().filter(|y| *y > 0)?;
    let dashed = cursor.take('-');
    if cursor.take('W') {
        let week = cursor.digits(2)?;
        let day = match (dashed, cursor.0.starts_with('-')) {
            (true, true) => cursor.take('-').then(|| cursor.digits(1))??,
            (true, false) => 1,
            (false, _) => cursor.digits(1).unwrap_or(1),
        };
        let day = u8::try_from(day.checked_sub(1)?).ok()?;
        return NaiveDate::from_isoywd_opt(year, week, chrono::Weekday::try_from(day).ok()?);
    }
    let month = cursor.digits(2)?;
    if dashed && !cursor.take('-') {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month, cursor.digits(2)?)
}

fn iso_time(cursor: &mut Cursor<'_>) -> Option<NaiveTime> {
    let hour = cursor.digits(2)?;
    let colon = cursor.0.starts_with(':');
    let mut parts = [0, 0];
    for part in &mut parts {
        let more = if colon {
            cursor.take(':')
        } else {
            cursor.0.starts_with(|c: char| c.is_ascii_digit())
        };
        if !more {
            return NaiveTime::from_hms_opt(hour, parts[0], parts[1]);
        }
        *part = cursor.digits(2)?;
    }
    let micro = cursor.fraction()?;
    NaiveTime::from_hms_micro_opt(hour, parts[0], parts[1], micro)
}

/// `2026-4-1 9:05`, `2026-04-01T10:00:00.5 +02`
fn tolerant(text: &str) -> Option<Written> {
    let mut cursor = Cursor(text);
    let year = i32::try_from(cursor.digits(4)?).ok().filter(|y| *y > 0)?;
    let month = cursor.after('-')?;
    let day = cursor.after('-')?;
    let hour = if cursor.take('T') || cursor.take(' ') {
        cursor.one_or_two()?
    } else {
        return None;
    };
    let minute = cursor.after(':')?;
    let (second, micro) = if cursor.0.starts_with(':') {
        (cursor.after(':')?, cursor.fraction()?)
    } else {
        (0, 0)
    };
    cursor.0 = cursor.0.trim_start();
    let offset = cursor.offset()?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micro)?;
    cursor.0.is_empty().then(|| written(date, time, offset))
}

struct Cursor<'t>(&'t str);

impl Cursor<'_> {
    fn take(&mut self, letter: char) -> bool {
        match self.0.strip_prefix(letter) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    fn one_or_two(&mut self) -> Option<u32> {
        self.digits(2).or_else(|| self.digits(1))
    }

    fn after(&mut self, letter: char) -> Option<u32> {
        self.take(letter).then(|| self.one_or_two())?
    }

    /// Microseconds; what is finer is cut off.
    fn fraction(&mut self) -> Option<u32> {
        if !self.take('.') && !self.take(',') {
            return Some(0);
        }
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        let micro = digits.get(..6).unwrap_or(digits);
        format!("{micro:0<6}")
            .parse()
            .ok()
            .filter(|_| !digits.is_empty())
    }

    /// `Z`, `+02`, `+0200`, `+02:00`, `+02:00:00`; none at all is `Some(None)`.
    #[expect(clippy::option_option, reason = "missing is not the same as wrong")]
    fn offset(&mut self) -> Option<Option<FixedOffset>> {
        if self.0.is_empty() {
            return Some(None);
        }
        if self.take('Z') {
            return Some(FixedOffset::east_opt(0));
        }
        let west = self.take('-');
        if !west && !self.take('+') {
            return None;
        }
        let time = iso_time(self)?;
        let seconds = time.signed_duration_since(NaiveTime::MIN);
        let seconds = if west { -seconds } else { seconds };
        let seconds = i32::try_from(TimeDelta::num_seconds(&seconds)).ok()?;
        FixedOffset::east_opt(seconds).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<String> {
        match parse(text)? {
            Written::Fixed(at) => Some(at.to_utc().format("%FT%T%.fZ").to_string()),
            Written::Local(at) => Some(at.format("%FT%T%.f").to_string()),
        }
    }

    #[test]
    fn dates_are_read_as_python_reads_them() {
        let expected = [
            ("2026-04-01T10:00:00Z", "2026-04-01T10:00:00Z"),
            ("2026-04-01T10:00:00-05:00", "2026-04-01T15:00:00Z"),
            ("20260401T100000Z", "2026-04-01T10:00:00Z"),
            ("2026-04-01", "2026-04-01T00:00:00"),
            ("2026-04-01 10:00", "2026-04-01T10:00:00"),
            ("2026-04-01T10", "2026-04-01T10:00:00"),
            (
                "2026-04-01T10:00:00.123456789Z",
                "2026-04-01T10:00:00.123456Z",
            ),
            ("2026-04-01T10:00:00,5+0200", "2026-04-01T08:00:00.500Z"),
            ("2026-W14-3T10:00", "2026-04-01T10:00:00"),
            ("2026-4-1 9:05", "2026-04-01T09:05:00"),
            ("2026-04-01T10:00:00 +02", "2026-04-01T08:00:00Z"),
        ];
        for (text, at) in expected {
            assert_eq!(utc(text).as_deref(), Some(at), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "demain",
            "01/04/2026 10:00",
            "2026-13-01T10:00:00Z",
            "2026-02-30",
            "10000-01-01",
            " 2026-04-01T10:00:00Z ",
            "2026-04-01T10:00:00Zx",
            "2026-04-01T25:00",
            "2026-04-01T",
            "0000-01-01T00:00:00Z",
            "2026-4-1",
            "é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_date_that_was_written_is_read(
            seconds in -62_135_596_800i64..253_402_300_799,
            micros in 0u32..1_000_000,
            minutes in -1439i32..=1439,
            separator in "[T ]",
        ) {
            let utc = DateTime::from_timestamp(seconds, micros * 1000).unwrap().naive_utc();
            let offset = FixedOffset::east_opt(minutes * 60).unwrap();
            let at = DateTime::<FixedOffset>::from_naive_utc_and_offset(utc, offset);
            let wall = at.naive_local();
            prop_assume!((1..=9999).contains(&chrono::Datelike::year(&wall)));
            let text = wall.format(&format!("%Y-%m-%d{separator}%H:%M:%S%.6f")).to_string();
            prop_assert_eq!(parse(&text), Some(Written::Local(wall)));
            let text = format!("{text}{}", at.format("%:z"));
            prop_assert_eq!(parse(&text), Some(Written::Fixed(at)));
        }

        #[test]
        fn any_text_is_a_date_or_none(text in prop_oneof![any::<String>(), "[0-9]{1,5}[0-9W:.,TZ +é-]{0,30}"]) {
            if let Some(Written::Local(wall)) = parse(&text) {
                prop_assert!((1..=9999).contains(&chrono::Datelike::year(&wall)));
            }
        }
    }
}
