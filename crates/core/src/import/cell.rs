//! What stands in a cell, and what happened to it on its way.

use super::decode::DOUBTFUL;
use super::remark::Genre;
use encoding_rs::WINDOWS_1252;

/// Longest value of a column.
const VALUE_MAX: usize = 255;

/// What stands for a cell that a workbook keeps as a date.
pub(super) const DATE: &str = "#DATE!";

/// Letters that take no place on paper and stay around a value after pasting.
const INVISIBLE: [char; 9] = [
    '\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}',
    '\u{2060}',
];

/// The value, with what is to be said of it. One that cannot be believed is empty: not said.
pub(super) fn clean(raw: &str) -> (String, Vec<(Genre, &'static str)>) {
    let mut told = Vec::new();
    let mut text: String = raw.chars().filter(|c| *c != DOUBTFUL).collect();
    if text.len() < raw.len() {
        told.push((
            Genre::Encodage,
            "lettre codée autrement que le reste du fichier",
        ));
    } else if is_broken_text(&text) {
        told.push((
            Genre::Encodage,
            "lettres abîmées par un enregistrement précédent",
        ));
    }
    text = bare(&text).to_owned();
    if text.chars().any(char::is_control) {
        text = text.replace("\r\n", "\n").replace(char::is_control, " ");
        text = text.trim().to_owned();
        told.push((
            Genre::Caractere,
            "caractère interdit (retour à la ligne, tabulation…), remplacé par un espace",
        ));
    }
    if text.chars().count() > VALUE_MAX {
        told.push((Genre::Long, "plus de 255 caractères, cellule non lue"));
        text.clear();
    } else if is_spoilt(&text) {
        told.push((
            Genre::Abime,
            "valeur abîmée par le tableur (date, nombre arrondi ou erreur), cellule non lue",
        ));
        text.clear();
    }
    (text, told)
}

/// Without what spreadsheets put around a value so that they leave it alone: `="06…"`, `'06…`.
fn bare(text: &str) -> &str {
    let around = |c: char| c.is_whitespace() || INVISIBLE.contains(&c);
    let text = text.trim_matches(around);
    let text = text
        .strip_prefix("=\"")
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(text);
    let digits = text.strip_prefix('\'');
    let number = digits.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '+'));
    number.unwrap_or(text).trim_matches(around)
}

/// Whether UTF-8 was read as Windows-1252 and saved (`TraorÃ©`), a letter was lost (`Traor\u{fffd}`),
/// or a fraction stands in a word (`LEC¼UR`).
fn is_broken_text(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    if text.contains('\u{fffd}') {
        return true;
    }
    let letters: Vec<char> = text.chars().collect();
    let in_word = letters.windows(3).any(|three| match three {
        [a, sign, b] => matches!(sign, '¼' | '½' | '¾') && a.is_alphabetic() && b.is_alphabetic(),
        _ => false,
    });
    let (bytes, _, lost) = WINDOWS_1252.encode(text);
    in_word || (!lost && std::str::from_utf8(&bytes).is_ok_and(|again| !again.is_ascii()))
}

const MONTHS: [&str; 24] = [
    "janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc",
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "fev", "aout", "dec",
];

/// Whether a spreadsheet took the value for a date (`06-janv`), rounded it (`3,00E+01`) or could not
/// work it out (`#REF!`). (`3E2` alone may be a class.)
fn is_spoilt(text: &str) -> bool {
    is_error(text) || is_rounded(text) || is_date(text)
}

fn is_error(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| {
        rest.is_empty()
            || rest.chars().all(|c| c == '#')
            || rest == "N/A"
            || rest.ends_with(['!', '?'])
    })
}

fn is_rounded(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let number = |text: &str| {
        let dots = text.matches([',', '.']).count();
        dots <= 1
            && text.trim_end_matches([',', '.']).len() > dots
            && text.chars().all(|c| c.is_ascii_digit() || ",.".contains(c))
    };
    number(digits)
        && power
            .strip_prefix(['+', '-'])
            .is_some_and(|power| !power.is_empty() && power.chars().all(|c| c.is_ascii_digit()))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<String> = text
        .split(['-', '/'])
        .map(|part| part.trim_end_matches('.').to_lowercase())
        .collect();
    let is_month = |part: &String| MONTHS.contains(&part.as_str());
    let is_number = |part: &String, long: usize| {
        (1..=long).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    let is_year = |part: &String| {
        is_number(part, 4) && (part.starts_with("19") || part.starts_with("20")) && part.len() == 4
    };
    match parts.as_slice() {
        [a, b] => (is_number(a, 4) && is_month(b)) || (is_month(a) && is_number(b, 4)),
        [a, b, c] => {
            let middle = is_month(b) || (is_number(b, 2) && (is_year(a) || is_year(c)));
            middle && is_number(a, 4) && is_number(c, 4)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(raw: &str) -> Vec<&'static str> {
        clean(raw)
            .1
            .iter()
            .map(|(genre, _)| genre.as_str())
            .collect()
    }

    #[test]
    fn what_happened_to_a_cell_is_told() {
        for (raw, value, told) in [
            (" Traoré ", "Traoré", [].as_slice()),
            ("\u{a0}\u{200b}06 12\u{feff}", "06 12", &[]),
            ("=\"0612345678\"", "0612345678", &[]),
            ("'0612345678", "0612345678", &[]),
            ("'t Hooft", "'t Hooft", &[]),
            ("3E2", "3E2", &[]),
            ("6-1", "6-1", &[]),
            ("6e mars", "6e mars", &[]),
            ("TraorÃ©", "TraorÃ©", &["encodage"]),
            ("Traor\u{fffd}", "Traor\u{fffd}", &["encodage"]),
            ("LEC¼UR", "LEC¼UR", &["encodage"]),
            ("½ pension", "½ pension", &[]),
            ("Élève", "Élève", &[]),
            ("a\nb\tc\u{1b}", "a b c", &["caractere"]),
            ("06-janv", "", &["abime"]),
            ("6-Jan", "", &["abime"]),
            ("janv-06", "", &["abime"]),
            ("06/01/2026", "", &["abime"]),
            ("3,00E+01", "", &["abime"]),
            ("3.36123E+10", "", &["abime"]),
            ("#REF!", "", &["abime"]),
            ("#N/A", "", &["abime"]),
            ("########", "", &["abime"]),
            (DATE, "", &["abime"]),
        ] {
            assert_eq!(
                (clean(raw).0.as_str(), kinds(raw).as_slice()),
                (value, told),
                "{raw:?}"
            );
        }
        assert_eq!(kinds(&"a".repeat(256)), ["long"]);
        assert_eq!(kinds(&format!("Traor\u{e9}{DOUBTFUL}")), ["encodage"]);
    }
}
