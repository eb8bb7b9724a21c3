//! How many SMS a text costs (3GPP TS 23.038 and 23.040).
//!
//! A text of the 7-bit alphabet has 160 places, or 153 a part; any other letter, such as `ê` or a
//! typographic apostrophe, makes the whole text 16-bit: 70 places, or 67 a part. What takes two
//! places is not cut in two. [`plain`](Plain) says which letters are replaced before.

mod plain;
mod replaced;

pub use plain::{Plain, Price, Wide, as_sent, price, wide};

use icu_normalizer::ComposingNormalizerBorrowed;

/// What a text costs as an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Segments {
    /// `gsm7` or `ucs2`.
    pub encodage: &'static str,
    /// Places that are taken: septets or code units.
    pub caracteres: usize,
    /// SMS that are paid for each recipient.
    pub segments: usize,
}

/// The letters of one septet that are not plain ASCII ones (TS 23.038, 6.2.1).
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

/// The letters of two septets (TS 23.038, 6.2.1.1).
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Places that a letter takes in 7 bits, if it can be said in them.
fn septets(letter: char) -> Option<usize> {
    if letter.is_ascii_alphanumeric() || BASIC.contains(letter) {
        Some(1)
    } else {
        EXTENDED.contains(letter).then_some(2)
    }
}

/// Whether 7 bits can say a text as it stands.
#[must_use]
pub fn is_seven_bit(text: &str) -> bool {
    text.chars().all(|letter| septets(letter).is_some())
}

/// A text as an SMS says it: letters composed (Unicode's NFC: `e` with an accent behind it is one
/// letter `é`, and costs as one), lines ended by `\n`.
#[must_use]
pub fn normal(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&lines)
        .into_owned()
}

/// How many SMS a text makes as it leaves, if they are more than `most`.
#[must_use]
pub fn over(text: &str, plain: Plain, most: usize) -> Option<usize> {
    let counted = count(text, plain).segments;
    (counted > most).then_some(counted)
}

/// Counts a text as it leaves.
#[must_use]
pub fn count(text: &str, plain: Plain) -> Segments {
    count_as_it_is(&as_sent(text, plain))
}

fn count_as_it_is(text: &str) -> Segments {
    let places: Option<Vec<usize>> = text.chars().map(septets).collect();
    let (encodage, whole, part, places) = match places {
        Some(places) => ("gsm7", 160, 153, places),
        None => ("ucs2", 70, 67, text.chars().map(char::len_utf16).collect()),
    };
    let caracteres = places.iter().sum();
    let segments = if caracteres <= whole {
        1
    } else {
        let mut parts = 1;
        let mut used = 0;
        for place in places {
            if used + place > part {
                parts += 1;
                used = 0;
            }
            used += place;
        }
        parts
    };
    Segments {
        encodage,
        caracteres,
        segments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_said_in_composed_letters_and_plain_lines() {
        assert_eq!(
            normal("Re\u{301}union\r\na\u{300} 18 h\rSalle 2"),
            "Réunion\nà 18 h\nSalle 2"
        );
    }

    #[test]
    fn what_is_over_the_limit_is_counted() {
        assert_eq!(over(&"a".repeat(918), Plain::Auto, 6), None);
        assert_eq!(over(&"a".repeat(919), Plain::Auto, 6), Some(7));
        assert_eq!(over(&"ê".repeat(900), Plain::Auto, 6), None);
        assert_eq!(over(&"ê".repeat(900), Plain::Never, 6), Some(14));
    }

    fn cost(text: &str) -> (&'static str, usize) {
        let counted = count(text, Plain::Never);
        (counted.encodage, counted.segments)
    }

    #[test]
    fn parts_are_counted_as_gateways_count_them() {
        let expected = [
            (String::new(), ("gsm7", 1)),
            ("Réunion jeudi à 18 h".to_owned(), ("gsm7", 1)),
            ("La fête de l’école".to_owned(), ("ucs2", 1)),
            ("a".repeat(160), ("gsm7", 1)),
            ("a".repeat(161), ("gsm7", 2)),
            ("a".repeat(307), ("gsm7", 3)),
            ("€".repeat(80), ("gsm7", 1)),
            ("€".repeat(153), ("gsm7", 3)),
            ("ç".repeat(70), ("ucs2", 1)),
            ("ç".repeat(71), ("ucs2", 2)),
            ("😀".repeat(67), ("ucs2", 3)),
            (format!("{0}😀{0}", "ç".repeat(66)), ("ucs2", 3)),
            ("e\u{301}".repeat(160), ("gsm7", 1)),
            ("a\r\n".repeat(80), ("gsm7", 1)),
        ];
        for (text, parts) in expected {
            assert_eq!(cost(&text), parts, "{text}");
        }
    }
}
