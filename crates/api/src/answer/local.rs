//! An instant as the web app shows it: in the school's time zone, with its offset (RFC 3339).

use chrono::{Datelike, Offset, Timelike};
use messages_core::instant::Instant;
use serde::{Serialize, Serializer};

/// An instant in a time zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local(pub(crate) Instant, pub(crate) chrono_tz::Tz);

/// `2026-04-01T12:00:00.123456+02:00`
const LONGEST: usize = 32;

impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, length) = self.text();
        let text = text.get(..length).unwrap_or_default();
        serializer.serialize_str(std::str::from_utf8(text).unwrap_or_default())
    }
}

impl Local {
    /// Written by hand: a long list has some hundred of them, and chrono's formatter takes most of
    /// the list's time.
    fn text(self) -> ([u8; LONGEST], usize) {
        let at = self.0.in_zone(self.1);
        let mut writer = Writer([0; LONGEST], 0);
        writer.number(u32::try_from(at.year()).unwrap_or_default(), 4);
        for (mark, part) in [
            (b'-', at.month()),
            (b'-', at.day()),
            (b'T', at.hour()),
            (b':', at.minute()),
            (b':', at.second()),
        ] {
            writer.byte(mark);
            writer.number(part, 2);
        }
        let micro = at.nanosecond() / 1000 % 1_000_000;
        if micro > 0 {
            writer.byte(b'.');
            writer.number(micro, 6);
        }
        let offset = at.offset().fix().local_minus_utc();
        if offset == 0 {
            writer.byte(b'Z');
            return (writer.0, writer.1);
        }
        writer.byte(if offset < 0 { b'-' } else { b'+' });
        let minutes = offset.unsigned_abs() / 60;
        writer.number(minutes / 60, 2);
        writer.byte(b':');
        writer.number(minutes % 60, 2);
        (writer.0, writer.1)
    }
}

struct Writer([u8; LONGEST], usize);

impl Writer {
    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.0.get_mut(self.1) {
            *place = byte;
            self.1 += 1;
        }
    }

    fn number(&mut self, number: u32, digits: u32) {
        for power in (0..digits).rev() {
            let digit = number / 10_u32.pow(power) % 10;
            self.byte(b'0' + u8::try_from(digit).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(at: &str, zone: chrono_tz::Tz) -> String {
        serde_json::to_string(&Local(at.parse().unwrap(), zone)).unwrap()
    }

    #[test]
    fn instants_are_shown_with_the_zones_offset() {
        use chrono_tz::{America::St_Johns, Europe::Paris, UTC};
        let expected = [
            (
                "2026-04-01T10:00:00Z",
                Paris,
                "\"2026-04-01T12:00:00+02:00\"",
            ),
            (
                "2026-01-01T10:00:00.123Z",
                Paris,
                "\"2026-01-01T11:00:00.123000+01:00\"",
            ),
            ("2026-01-01T10:00:00Z", UTC, "\"2026-01-01T10:00:00Z\""),
            (
                "2026-01-01T10:00:00Z",
                St_Johns,
                "\"2026-01-01T06:30:00-03:30\"",
            ),
        ];
        for (at, zone, text) in expected {
            assert_eq!(json(at, zone), text);
        }
    }
}
