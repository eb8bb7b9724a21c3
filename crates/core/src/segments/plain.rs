//! `SMS_PLAIN`: letters that force 16 bits are replaced by those of the 7-bit alphabet.
//!
//! Only what that alphabet has not: `é`, `à`, `Ç` and `€` stay what they are, which is why no crate
//! does it (`deunicode` and `any_ascii` make `e` of `é`, `EUR` of `€` and words of a picture).

use super::replaced::replaced;
use super::{Segments, count_as_it_is, is_seven_bit, normal, septets};
use serde::Serialize;
use std::collections::BTreeMap;

/// When letters are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plain {
    /// Where it saves an SMS: the same words, cheaper.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Whatever can be.
    Always,
}

impl Plain {
    /// Reads `auto`, `never` (`jamais`) or `always` (`toujours`).
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "auto" => Some(Self::Auto),
            "never" | "jamais" => Some(Self::Never),
            "always" | "toujours" => Some(Self::Always),
            _ => None,
        }
    }
}

/// The text with whatever can be replaced.
pub(super) fn simplified(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match septets(letter).map_or_else(|| replaced(letter), |_| None) {
            Some(instead) => plain.push_str(&instead),
            None => plain.push(letter),
        }
    }
    plain
}

/// The text as it leaves: in the form of [`normal`], its letters replaced by this rule.
///
/// This is what the channels send, and what is counted.
#[must_use]
pub fn as_sent(text: &str, plain: Plain) -> String {
    let text = normal(text);
    if plain == Plain::Never || is_seven_bit(&text) {
        return text;
    }
    let simplified = simplified(&text);
    if plain == Plain::Always {
        return simplified;
    }
    let (as_it_is, instead) = (count_as_it_is(&text), count_as_it_is(&simplified));
    // Half replaced it would look worse and cost the same.
    if is_seven_bit(&simplified) && instead.segments < as_it_is.segments {
        simplified
    } else {
        text
    }
}

/// A letter that makes a whole text 16-bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wide {
    /// The letter.
    pub lettre: char,
    /// How many times the text has it.
    pub nombre: usize,
    /// What would stand in its place; none when nothing can.
    pub devient: Option<String>,
}

/// The letters of a text that the 7-bit alphabet has not, the most frequent first.
#[must_use]
pub fn wide(text: &str) -> Vec<Wide> {
    let mut times: BTreeMap<char, usize> = BTreeMap::new();
    for letter in normal(text).chars() {
        if septets(letter).is_none() {
            *times.entry(letter).or_default() += 1;
        }
    }
    let letters = times.into_iter().map(|(lettre, nombre)| Wide {
        lettre,
        nombre,
        devient: replaced(lettre),
    });
    let mut letters: Vec<Wide> = letters.collect();
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.nombre));
    letters
}

/// What a text costs as it is written, without the letters that force 16 bits, and as it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The text that leaves.
    pub texte: String,
    /// As it is written.
    pub ecrit: Segments,
    /// With whatever letters can be replaced.
    pub simplifie: Segments,
    /// As it leaves: what is paid.
    pub envoye: Segments,
    /// Whether it leaves otherwise than it is written.
    pub remplace: bool,
    /// The letters that the 7-bit alphabet has not.
    pub lettres: Vec<Wide>,
}

/// Both prices of a text, and why they differ.
#[must_use]
pub fn price(text: &str, plain: Plain) -> Price {
    let [never, always, sent] =
        [Plain::Never, Plain::Always, plain].map(|plain| as_sent(text, plain));
    Price {
        ecrit: count_as_it_is(&never),
        simplifie: count_as_it_is(&always),
        envoye: count_as_it_is(&sent),
        remplace: sent != never,
        texte: sent,
        lettres: wide(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::count;
    use proptest::prelude::*;

    const FRENCH: &str = "L’élève Zoë a reçu la fête — « œuvre » 12 €, n° 3… Ça\u{202f}?";

    #[test]
    fn only_what_forces_16_bits_is_replaced() {
        assert_eq!(
            as_sent(FRENCH, Plain::Always),
            "L'élève Zoe a recu la fete - \" oeuvre \" 12 €, no 3... Ça ?"
        );
        assert_eq!(as_sent(FRENCH, Plain::Never), FRENCH);
        assert_eq!(
            as_sent("Ǘ ẹ Łódź Ɓ ŋ x\u{302}", Plain::Always),
            "Ü e Lodz B n x"
        );
    }

    #[test]
    fn auto_replaces_only_where_it_saves_an_sms() {
        // 61 places: one SMS in either alphabet.
        assert_eq!(as_sent(FRENCH, Plain::Auto), FRENCH);
        let long = "La fête aura lieu à l’école. ".repeat(3);
        assert_eq!(count(&long, Plain::Never).segments, 2);
        assert_eq!(count(&long, Plain::Auto).segments, 1);
        assert!(as_sent(&long, Plain::Auto).starts_with("La fete aura lieu à l'école."));
    }

    #[test]
    fn what_cannot_be_replaced_leaves_the_text_whole() {
        let picture = format!("{} 🎒", "La fête de l’école".repeat(5));
        assert_eq!(as_sent(&picture, Plain::Auto), picture);
        assert!(as_sent(&picture, Plain::Always).ends_with("La fete de l'école 🎒"));
        let arabic = "اجتماع الأولياء يوم الخميس على الساعة السادسة مساء ".repeat(2);
        for plain in [Plain::Auto, Plain::Never, Plain::Always] {
            assert_eq!(as_sent(&arabic, plain), normal(&arabic));
        }
    }

    #[test]
    fn the_letters_at_fault_are_named() {
        let named = wide("« Fête » d’été, forêt 😀 é€");
        let named = named
            .iter()
            .map(|w| (w.lettre, w.nombre, w.devient.as_deref()));
        assert_eq!(
            named.collect::<Vec<_>>(),
            [
                ('ê', 2, Some("e")),
                ('«', 1, Some("\"")),
                ('»', 1, Some("\"")),
                ('’', 1, Some("'")),
                ('😀', 1, None),
            ]
        );
        assert_eq!(wide("Réunion à 18 h, Ça coûtera 12 €").len(), 1);
    }

    #[test]
    fn the_setting_is_read_in_both_languages() {
        let words = ["auto", "JAMAIS", "never", "toujours", "always", "oui"];
        assert_eq!(
            words.map(Plain::parse),
            [
                Some(Plain::Auto),
                Some(Plain::Never),
                Some(Plain::Never),
                Some(Plain::Always),
                Some(Plain::Always),
                None
            ]
        );
    }

    proptest! {
        #[test]
        fn auto_never_costs_more_and_a_7_bit_text_is_never_changed(text in "\\PC{0,200}") {
            let [auto, never] = [Plain::Auto, Plain::Never].map(|plain| count(&text, plain));
            prop_assert!(auto.segments <= never.segments);
            let sent = as_sent(&text, Plain::Always);
            prop_assert_eq!(&as_sent(&sent, Plain::Always), &sent);
            let short: String = sent.chars().filter(|letter| septets(*letter).is_some()).collect();
            for plain in [Plain::Auto, Plain::Never, Plain::Always] {
                prop_assert_eq!(&as_sent(&short, plain), &short);
            }
        }
    }
}
