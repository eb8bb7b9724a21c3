//! Texts as they are searched; PostgreSQL has a function of its own for this.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Small letters, Latin ones without the marks above and below them, and one apostrophe: `É` and `e` are the
/// same, `’` and `'`; `œ` and `oe`, `й` and `и` are not. (SQLite's index of pieces knows these marks, and no others.)
pub(in crate::store) fn folded(text: &str) -> String {
    let mut is_latin = false;
    let bare = text.chars().filter_map(|letter| {
        if is_latin && is_mark(letter) {
            return None;
        }
        let base = base(letter);
        is_latin = base.is_ascii_alphabetic();
        Some(base)
    });
    bare.collect::<String>().to_lowercase()
}

/// The Latin letter below its marks; any other as it is.
fn base(letter: char) -> char {
    match letter {
        _ if letter.is_ascii() => return letter,
        '’' | '‘' | 'ʼ' => return '\'',
        _ => {}
    }
    let mut parts = DecomposingNormalizerBorrowed::new_nfd().normalize_iter([letter].into_iter());
    match parts.next() {
        Some(base) if base.is_ascii_alphabetic() && parts.all(is_mark) => base,
        _ => letter,
    }
}

const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}
