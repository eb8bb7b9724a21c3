//! Telephone numbers: what people type, made into E.164 (ITU-T recommendation: `+` and at most
//! fifteen digits).
//!
//! The numbering plans are Google's, through rlibphonenumber; only this file knows that library.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

/// A country or territory, by its ISO 3166 code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Region(rlibphonenumber::Region);

impl Region {
    /// Reads a code such as `FR`; `None` when no numbering plan has it.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let region = code.trim().to_ascii_uppercase().parse().ok().map(Self)?;
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(region.0)
            .map(|_| region)
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(rlibphonenumber::Region::FR)
    }
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.as_region_str())
    }
}

/// A valid number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Such as `+33612345678`.
    pub e164: String,
    /// The country it belongs to, where the plan tells.
    pub region: Option<Region>,
}

/// Overseas numbers are often typed as metropolitan ones: 0692… is Réunion's.
const FRENCH_OVERSEAS: [rlibphonenumber::Region; 5] = [
    rlibphonenumber::Region::RE,
    rlibphonenumber::Region::YT,
    rlibphonenumber::Region::GP,
    rlibphonenumber::Region::GF,
    rlibphonenumber::Region::MQ,
];

/// Reads what was typed; numbers without a country are of `region`. `None` when it is not exactly
/// one valid number.
#[must_use]
pub fn parse(typed: &str, region: Region) -> Option<Number> {
    let digits = cleaned(typed)?;
    let regions = std::iter::once(region.0).chain(
        FRENCH_OVERSEAS
            .into_iter()
            .filter(|_| region == Region::default() && !digits.starts_with('+')),
    );
    for region in regions {
        let Ok(number) = PHONE_NUMBER_UTIL.parse(&digits, Some(region)) else {
            continue;
        };
        if PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return Some(Number {
                e164: PHONE_NUMBER_UTIL
                    .format(&number, PhoneNumberFormat::E164)
                    .into_owned(),
                region: PHONE_NUMBER_UTIL.get_region_for_number(&number).map(Region),
            });
        }
    }
    None
}

/// Only digits, a leading `+` and the usual separators. Letters ("poste 12") and a second number
/// ("06… / 07…") would be read as one long number by the library.
fn cleaned(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let mut out = String::new();
    for (n, c) in typed.chars().enumerate() {
        match c {
            '+' if n == 0 => out.push('+'),
            c if c.is_numeric() => out.push(c),
            ' ' | '.' | '-' | '(' | ')' | '\u{a0}' | '\u{202f}' | '\u{2011}' => {}
            _ => return None,
        }
    }
    let out = out
        .strip_prefix("00")
        .map_or(out.clone(), |rest| format!("+{rest}"));
    // "+33 (0)6 12…": the trunk zero that people write in brackets.
    Some(if typed.contains("(0)") && out.starts_with('+') {
        let (head, _) = typed.split_once("(0)")?;
        let kept = head.chars().filter(char::is_ascii_digit).count();
        let kept = if typed.starts_with("00") {
            kept.saturating_sub(2)
        } else {
            kept
        };
        let digits: String = out.chars().skip(1).collect();
        let rest: String = digits.chars().skip(kept + 1).collect();
        let head: String = digits.chars().take(kept).collect();
        format!("+{head}{rest}")
    } else {
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(typed: &str) -> Option<String> {
        parse(typed, Region::default()).map(|number| number.e164)
    }

    #[test]
    fn what_schools_type_becomes_e164() {
        for (typed, expected) in [
            ("06 12 34 56 78", "+33612345678"),
            ("06.12.34.56.78", "+33612345678"),
            ("0612345678", "+33612345678"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("0033 (0)6 12 34 56 78", "+33612345678"),
            ("0033612345678", "+33612345678"),
            ("33612345678", "+33612345678"),
            ("06\u{a0}12\u{a0}34\u{a0}56\u{a0}78", "+33612345678"),
            // A digit must not be lost: ten digits since 2021 in Côte d'Ivoire, 2024 in Bénin.
            ("+2250707070707", "+2250707070707"),
            ("+225 07 07 07 07 07", "+2250707070707"),
            ("002290197000000", "+2290197000000"),
            ("+221771234567", "+221771234567"),
            ("0692123456", "+262692123456"),
            ("0690123456", "+590690123456"),
        ] {
            assert_eq!(e164(typed).as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_not_one_number_is_refused() {
        for typed in [
            "",
            "-",
            "0612",
            "06 12 34 56 7",
            "0612345678 / 0698765432",
            "01 42 34 56 78 poste 12",
            "0712345678901",
            "abc",
            "06 12 34 56 78 maman",
            "+",
            "00",
        ] {
            assert_eq!(e164(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_default_country_is_a_setting() {
        let ivory_coast = Region::of("ci").unwrap();
        let number = parse("0707070707", ivory_coast).unwrap();
        assert_eq!(
            (number.e164.as_str(), number.region),
            ("+2250707070707", Some(ivory_coast))
        );
        assert!(Region::of("France").is_none());
    }
}
