//! What stands in the cell of a directory, read for the digits that were dialled.

use super::plan::{self, Dialled};
use super::{Fault, Number, Region};
use crate::typed::visible;

/// Words that are written beside a number.
const LABELS: [&str; 19] = [
    "whatsapp",
    "telephone",
    "téléphone",
    "portable",
    "cellulaire",
    "mobile",
    "callto",
    "port",
    "tel",
    "tél",
    "gsm",
    "sms",
    "cell",
    "mob",
    "num",
    "numéro",
    "numero",
    "no",
    "n",
];

/// Longest text that is looked at: two numbers with their separators have room.
const LENGTH_MAX: usize = 120;

/// The first value that takes SMS.
pub(super) fn read(typed: &str, region: Region) -> Result<Number, Fault> {
    let text = undressed(&visible(typed));
    if is_damaged(&text) {
        return Err(Fault::Spreadsheet);
    }
    if text.len() > LENGTH_MAX {
        return Err(Fault::Unreadable);
    }
    let text = without_decimals(&text);
    if !text.contains(BETWEEN_VALUES) {
        match one(text, region) {
            Err(Fault::Unreadable) => {}
            read => return read,
        }
    }
    several(text, region)
}

/// Without what programs put around a number: `tel:`, `="…"`, the apostrophe that makes a text of
/// it; words for "or" and second `+` become line breaks.
fn undressed(text: &str) -> String {
    let text = text.trim_matches(['=', '"', '\'', '’', '‘', '`', '´', '“', '”', '«', '»', ' ']);
    let lower = text.to_lowercase();
    let mut text = lower.as_str();
    while let Some(rest) = LABELS
        .iter()
        .find_map(|label| behind(text, label).or_else(|| before(text, label)))
    {
        text = rest;
    }
    let mut text = without_sign(text).to_owned();
    for word in [" ou ", " et ", " or ", " and "] {
        text = text.replace(word, "\n");
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().map(ascii) {
        if letter == '+' && out.contains(|c: char| ('1'..='9').contains(&c)) {
            out.push('\n');
        }
        out.push(letter);
    }
    out.trim().to_owned()
}

/// Without a picture of a telephone in front.
fn without_sign(text: &str) -> &str {
    text.trim_start_matches(|c: char| !c.is_ascii() && !c.is_alphanumeric() || c == ' ')
}

/// What stands before a word for "telephone" that ends it: `06 12 34 56 78 (portable)`.
fn before<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let rest = text
        .trim_end_matches([')', ']', '.', ' '])
        .strip_suffix(label)?;
    let rest = (!rest.ends_with(char::is_alphabetic)).then_some(rest)?;
    Some(rest.trim_end_matches(['(', '[', ':', '-', ' ']))
}

/// What stands behind a word for "telephone", if it begins with that.
fn behind<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let rest = without_sign(text).strip_prefix(label)?;
    (!rest.starts_with(char::is_alphabetic))
        .then(|| rest.trim_start_matches(['.', ':', ' ', '/', '°', 'º']))
}

/// Dashes of all kinds, and the digits of Arabic writing.
fn ascii(letter: char) -> char {
    let digit = |first: char| {
        let value = u32::from(letter) - u32::from(first);
        char::from_digit(value, 10).unwrap_or(letter)
    };
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{660}'..='\u{669}' => digit('\u{660}'),
        '\u{6f0}'..='\u{6f9}' => digit('\u{6f0}'),
        letter => letter,
    }
}

/// `3,36123E+10`, `####`, `#REF!`.
fn is_damaged(text: &str) -> bool {
    let exponent = text.split_once('e').is_some_and(|(number, exponent)| {
        let digits = |part: &str, others: &[char]| {
            part.contains(|c: char| c.is_ascii_digit())
                && part
                    .chars()
                    .all(|c| c.is_ascii_digit() || others.contains(&c))
        };
        digits(number, &['.', ',', '-', '+']) && digits(exponent, &['+', '-', '\n'])
    });
    exponent || text.starts_with('#')
}

/// `612345678,00`: a number that was given decimals.
fn without_decimals(text: &str) -> &str {
    let Some((whole, decimals)) = text.rsplit_once([',', '.']) else {
        return text;
    };
    let is_number = whole.chars().filter(char::is_ascii_digit).count() >= 8
        && whole
            .chars()
            .all(|c| c.is_ascii_digit() || c == '+' || (c == ' ' && text.contains(',')));
    let are_decimals = (1..=2).contains(&decimals.len()) && decimals.chars().all(|c| c == '0');
    if is_number && are_decimals {
        whole
    } else {
        text
    }
}

/// A text that is one number and nothing else.
fn one(text: &str, region: Region) -> Result<Number, Fault> {
    if let Some(dialled) = dialled(text) {
        return plan::number(&dialled, region);
    }
    let without_words: String = text.chars().filter(|c| !c.is_alphabetic()).collect();
    let number = dialled(&without_words).map(|dialled| plan::number(&dialled, region));
    Err(match number {
        Some(Ok(_)) => Fault::Words,
        _ => Fault::Unreadable,
    })
}

/// Digits with the usual separators between them. Letters would be read as digits by the library.
fn dialled(text: &str) -> Option<Dialled> {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let bare = compact.trim_start_matches(['(', '[']);
    let with_code = bare.starts_with('+') || bare.starts_with("00");
    // "+33 (0)6 12…": the zero that is not dialled from abroad.
    let compact = if with_code {
        compact.replacen("(0)", "", 1).replacen("[0]", "", 1)
    } else {
        compact
    };
    let mut digits = String::new();
    for letter in compact.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if digits.bytes().all(|digit| digit == b'0') => {}
            '.' | ',' | '-' | '/' | '(' | ')' | '[' | ']' | ':' | '_' | '\\' | '·' | '•' | '~'
            | '\'' | '’' => {}
            _ => return None,
        }
    }
    // "+06 12…" is a national number.
    let international = with_code && (digits.starts_with("00") || !digits.starts_with('0'));
    let digits = if international {
        digits.trim_start_matches('0').to_owned()
    } else {
        digits
    };
    (5..=20).contains(&digits.len()).then_some(Dialled {
        international,
        digits,
    })
}

/// What stands between two values, and never within one.
const BETWEEN_VALUES: [char; 4] = ['\n', ';', '|', '&'];

/// What may stand between two values, the surest first.
const SEPARATORS: [fn(&str) -> Vec<&str>; 5] = [
    |text| text.split(BETWEEN_VALUES).collect(),
    |text| {
        text.split(" / ")
            .flat_map(|part| part.split(" - "))
            .collect()
    },
    |text| text.split(['/', ',']).collect(),
    |text| text.split('-').collect(),
    |text| {
        let parts: Vec<&str> = text.split(' ').collect();
        let whole = |part: &&str| part.chars().filter(char::is_ascii_digit).count() >= 8;
        if parts.iter().all(whole) {
            parts
        } else {
            Vec::new()
        }
    },
];

/// The first of several values that takes SMS.
fn several(text: &str, region: Region) -> Result<Number, Fault> {
    let mut known = Fault::Unreadable;
    for separate in SEPARATORS {
        let mut parts = separate(text);
        parts.retain(|part| part.contains(|c: char| c.is_ascii_digit()));
        for part in &parts {
            match one(part, region) {
                Ok(number) => {
                    let more = parts.len() > 1;
                    return Ok(Number { more, ..number });
                }
                Err(fault) if known == Fault::Unreadable => known = fault,
                Err(_) => {}
            }
        }
    }
    halves(text, region).ok_or(known)
}

/// Two numbers with nothing but blanks between them.
fn halves(text: &str, region: Region) -> Option<Number> {
    let digits: String = text.chars().filter(|c| *c != ' ').collect();
    let half = digits.len() / 2;
    let (first, second) = digits.split_at_checked(half)?;
    let numbers = [first, second].map(|half| one(half, region));
    let both = first.len() == second.len()
        && numbers
            .iter()
            .all(|number| *number != Err(Fault::Unreadable));
    let number = numbers.into_iter().find_map(Result::ok)?;
    both.then_some(Number {
        more: true,
        ..number
    })
}
