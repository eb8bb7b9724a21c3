//! Fields that are dates.

use super::super::dates::{self, Written};
use super::super::texts::Texts;
use super::super::value::Value;
use super::{Fields, OPTIONAL, Rule};
use chrono::{Datelike, TimeZone};
use messages_core::instant::Instant;

impl Fields<'_> {
    /// A date and time; without an offset it is the school's.
    #[expect(clippy::option_option, reason = "not said is not the same as null")]
    pub(crate) fn date(&mut self, name: &str, zone: chrono_tz::Tz) -> Option<Option<Instant>> {
        let rule = Rule {
            blank: false,
            ..OPTIONAL
        };
        let Some(value) = self.given(name, rule)? else {
            return Some(None);
        };
        let written = match &value {
            Value::Text(text) => dates::parse(text),
            _ => None,
        };
        let Some(written) = written else {
            self.fault(name, self.texts.not_a_date());
            return None;
        };
        match instant(written, zone, self.texts) {
            Ok(at) => Some(Some(at)),
            Err(text) => {
                self.fault(name, text);
                None
            }
        }
    }
}

/// A date of a query.
///
/// # Errors
/// What is wrong with it, in the server's language.
pub(crate) fn read_date(text: &str, zone: chrono_tz::Tz, texts: Texts) -> Result<Instant, String> {
    let written = dates::parse(text).ok_or_else(|| texts.not_a_date().to_owned())?;
    instant(written, zone, texts)
}

fn instant(written: Written, zone: chrono_tz::Tz, texts: Texts) -> Result<Instant, String> {
    let at = match written {
        Written::Fixed(at) => at.to_utc(),
        Written::Local(wall) => match zone.from_local_datetime(&wall) {
            chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.to_utc(),
            chrono::LocalResult::None => return Err(texts.skipped_hour(wall, zone)),
        },
    };
    let years = [at.year(), at.with_timezone(&zone).year()];
    if years.iter().any(|year| !(1..=9999).contains(year)) {
        return Err(texts.date_out_of_range().to_owned());
    }
    Ok(at.into())
}
