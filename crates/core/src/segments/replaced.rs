//! What stands in the place of a letter that the 7-bit alphabet has not.
//!
//! The base of a letter is Unicode's own; what has none stands in a table. Arabic, pictures and the like
//! cannot be replaced.

use super::septets;
use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};

/// What has no base letter, and what stands in its place.
const TABLE: &[(&str, &str)] = &[
    ("’‘‚‛′ʼʻ`´‹›", "'"),
    ("“”„‟«»″", "\""),
    ("–—―‒−‐‑", "-"),
    ("•", "-"),
    ("·", "."),
    ("…", "..."),
    (
        "\t\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}",
        " ",
    ),
    (
        "\u{2007}\u{2008}\u{2009}\u{200a}\u{202f}\u{205f}\u{3000}",
        " ",
    ),
    ("\u{2028}\u{2029}\u{85}\u{b}", "\n"),
    ("\u{ad}\u{200b}\u{200e}\u{200f}\u{2060}\u{feff}", ""),
    ("œ", "oe"),
    ("Œ", "OE"),
    ("ĳ", "ij"),
    ("Ĳ", "IJ"),
    ("þ", "th"),
    ("Þ", "TH"),
    ("ªɑ", "a"),
    ("Ɓ", "B"),
    ("ɓƀ", "b"),
    ("ĐÐƉƊ", "D"),
    ("đðɖɗ", "d"),
    ("ƐƎƏ", "E"),
    ("ɛǝə", "e"),
    ("Ħ", "H"),
    ("ħ", "h"),
    ("Ɨ", "I"),
    ("ıɨ", "i"),
    ("Ƙ", "K"),
    ("ƙĸ", "k"),
    ("ŁĿ", "L"),
    ("łŀ", "l"),
    ("ŊƝ", "N"),
    ("ŋɲŉ", "n"),
    ("Ɔ", "O"),
    ("°ºɔ", "o"),
    ("Ƥ", "P"),
    ("ƥ", "p"),
    ("ſ", "s"),
    ("ŦƬ", "T"),
    ("ŧƭ", "t"),
    ("ƱɄ", "U"),
    ("ʊʉ", "u"),
    ("Ƴ", "Y"),
    ("ƴ", "y"),
    ("¹", "1"),
    ("²", "2"),
    ("³", "3"),
    ("½", "1/2"),
    ("¼", "1/4"),
    ("¾", "3/4"),
    ("×", "x"),
    ("÷", "/"),
    ("©", "(c)"),
    ("®", "(r)"),
    ("™", "TM"),
];

/// What stands in the place of a letter that the 7-bit alphabet has not; none if nothing can.
pub(super) fn replaced(letter: char) -> Option<String> {
    if ('\u{300}'..='\u{36f}').contains(&letter) {
        return Some(String::new());
    }
    let mut entries = TABLE.iter();
    match entries.find(|(letters, _)| letters.contains(letter)) {
        Some((_, plain)) => Some((*plain).to_owned()),
        None => base(letter).map(String::from),
    }
}

/// The letter without its accents, or with fewer of them.
fn base(letter: char) -> Option<char> {
    let decomposition = CanonicalDecompositionBorrowed::new();
    let mut base = letter;
    while let Decomposed::Expansion(first, _) = decomposition.decompose(base) {
        base = first;
        if base.is_alphabetic() && septets(base).is_some() {
            return Some(base);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_has_no_base() {
        assert_eq!(replaced('≠'), None);
        assert_eq!(replaced('ê').as_deref(), Some("e"));
        assert_eq!(replaced('ʒ'), None);
    }

    #[test]
    fn the_table_holds_each_letter_once_and_replaces_it_by_7_bits() {
        let mut seen = std::collections::BTreeSet::new();
        for (letters, plain) in TABLE {
            assert!(
                plain.chars().all(|letter| septets(letter).is_some()),
                "{plain}"
            );
            for letter in letters.chars() {
                assert!(seen.insert(letter) && septets(letter).is_none(), "{letter}");
            }
        }
    }
}
