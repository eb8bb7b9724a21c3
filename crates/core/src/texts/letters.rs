//! Letters of an SMS that cost, and what was done about them.

use crate::config::Lang;
use crate::segments::Price;

/// So many letters are named.
const NAMED: usize = 8;

/// What whoever writes an SMS should know of its letters; none when they cost nothing and leave as
/// they are written.
#[must_use]
pub fn letters(lang: Lang, price: &Price) -> Option<String> {
    let (written, sent) = (price.ecrit.segments, price.envoye.segments);
    if price.remplace {
        let replaced = price.lettres.iter().filter_map(|wide| {
            let instead = wide.devient.as_deref()?;
            Some(swapped(lang, wide.lettre, instead))
        });
        return Some(changed(lang, &listed(replaced), written, sent));
    }
    if price.lettres.is_empty() || written < 2 {
        return None;
    }
    let cheaper = (price.simplifie.segments < written).then_some(price.simplifie.segments);
    let at_fault = price.lettres.iter();
    let at_fault = at_fault.filter(|wide| cheaper.is_some() || wide.devient.is_none());
    let named = listed(at_fault.map(|wide| name(lang, wide.lettre)));
    Some(costly(lang, &named, written, cheaper))
}

fn listed(letters: impl Iterator<Item = String>) -> String {
    let mut letters: Vec<String> = letters.collect();
    if letters.len() > NAMED {
        letters.truncate(NAMED);
        letters.push("…".to_owned());
    }
    letters.join(", ")
}

fn changed(lang: Lang, letters: &str, written: usize, sent: usize) -> String {
    let price = match lang {
        Lang::Fr if sent < written => {
            format!(" : {sent} SMS par destinataire au lieu de {written}")
        }
        Lang::En if sent < written => {
            format!(": {sent} SMS for each recipient instead of {written}")
        }
        Lang::Fr | Lang::En => String::new(),
    };
    match lang {
        Lang::Fr => format!("Ce SMS partira avec {letters}{price}."),
        Lang::En => format!("This SMS leaves with {letters}{price}."),
    }
}

fn costly(lang: Lang, letters: &str, written: usize, cheaper: Option<usize>) -> String {
    match (lang, cheaper) {
        (Lang::Fr, None) => format!(
            "Ce texte fait {written} SMS par destinataire : {letters} oblige à compter chaque lettre pour deux."
        ),
        (Lang::Fr, Some(cheaper)) => format!(
            "Ce texte fait {written} SMS par destinataire à cause de {letters} ; il en ferait {cheaper} avec SMS_PLAIN=auto."
        ),
        (Lang::En, None) => format!(
            "This text makes {written} SMS for each recipient: because of {letters} each letter counts twice."
        ),
        (Lang::En, Some(cheaper)) => format!(
            "This text makes {written} SMS for each recipient because of {letters}; with SMS_PLAIN=auto it would make {cheaper}."
        ),
    }
}

fn swapped(lang: Lang, letter: char, instead: &str) -> String {
    let letter = name(lang, letter);
    match (lang, instead) {
        (Lang::Fr, "") => format!("rien à la place de {letter}"),
        (Lang::Fr, " ") => format!("une espace simple à la place de {letter}"),
        (Lang::Fr, "\n") => format!("un saut de ligne à la place de {letter}"),
        (Lang::Fr, instead) => format!("{instead} à la place de {letter}"),
        (Lang::En, "") => format!("nothing instead of {letter}"),
        (Lang::En, " ") => format!("a plain space instead of {letter}"),
        (Lang::En, "\n") => format!("a line break instead of {letter}"),
        (Lang::En, instead) => format!("{instead} instead of {letter}"),
    }
}

/// What is not seen is named by its number.
fn name(lang: Lang, letter: char) -> String {
    let code = u32::from(letter);
    let is_mark = ('\u{300}'..='\u{36f}').contains(&letter);
    let is_unseen = [
        '\u{ad}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}',
    ];
    match lang {
        Lang::Fr if letter.is_whitespace() => format!("l'espace U+{code:04X}"),
        Lang::En if letter.is_whitespace() => format!("the space U+{code:04X}"),
        Lang::Fr if is_mark || is_unseen.contains(&letter) || letter.is_control() => {
            format!("le signe invisible U+{code:04X}")
        }
        Lang::En if is_mark || is_unseen.contains(&letter) || letter.is_control() => {
            format!("the unseen sign U+{code:04X}")
        }
        Lang::Fr | Lang::En => letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::{Plain, price};

    fn said(text: &str, plain: Plain) -> Option<String> {
        letters(Lang::Fr, &price(text, plain))
    }

    #[test]
    fn whoever_writes_is_told_what_letters_cost_and_what_leaves() {
        let text = "La fête de l’école aura lieu samedi\u{a0}; venez nombreux, le préau sera ouvert dès 9 h.";
        assert_eq!(
            said(text, Plain::Auto).unwrap(),
            "Ce SMS partira avec une espace simple à la place de l'espace U+00A0, \
             e à la place de ê, ' à la place de ’ : 1 SMS par destinataire au lieu de 2."
        );
        assert_eq!(
            said(text, Plain::Never).unwrap(),
            "Ce texte fait 2 SMS par destinataire à cause de l'espace U+00A0, ê, ’ ; il en ferait 1 \
             avec SMS_PLAIN=auto."
        );
        assert_eq!(
            said(&format!("{text} 🎒"), Plain::Auto).unwrap(),
            "Ce texte fait 2 SMS par destinataire : 🎒 oblige à compter chaque lettre \
             pour deux."
        );
    }

    #[test]
    fn nothing_is_said_of_a_text_that_costs_one_sms_as_it_is() {
        assert_eq!(said("La fête de l’école", Plain::Auto), None);
        assert_eq!(said(&"Réunion à 18 h. ".repeat(20), Plain::Auto), None);
        assert_eq!(
            said("La fête", Plain::Always).unwrap(),
            "Ce SMS partira avec e à la place de ê."
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let many: String = ('Ā'..='Ŀ').collect();
        assert!(said(&many.repeat(2), Plain::Never).unwrap().contains(", …"));
        assert!(said(&many, Plain::Always).unwrap().contains(", …"));
    }
}
