//! Words that a person looks for.

use diesel::sql_types::Text;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "sqlite")]
mod folded;

#[cfg(feature = "sqlite")]
pub(super) use folded::folded;

diesel::define_sql_function! {
    /// The text in small letters, without accents and with one apostrophe; compares and sorts by code point.
    fn sans_accents(texte: Text) -> Text;
}

/// Nobody types a longer word; SQLite refuses patterns that are much longer.
const TERM_MAX: usize = 1000;

/// Nobody types more words. Whoever pastes a whole text finds it by the first of them; all of them
/// would be compared with every text.
const TERMS_MAX: usize = 20;

/// A question, narrowed by a value where one is asked for.
pub(super) fn by<Q, V>(question: Q, asked: Option<V>, narrow: impl FnOnce(Q, V) -> Q) -> Q {
    match asked {
        Some(value) => narrow(question, value),
        None => question,
    }
}

/// The rows in the order of these numbers; one that is missing is left out.
pub(super) fn in_order<T>(ids: &[i64], rows: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
    let mut rows: BTreeMap<i64, T> = rows.into_iter().map(|row| (id(&row), row)).collect();
    ids.iter().filter_map(|id| rows.remove(id)).collect()
}

/// The terms that are looked for, in small letters: each once, and the first of many.
pub(super) fn terms_of(terms: &[String]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let terms = terms.iter().map(|term| term.to_lowercase());
    terms
        .filter(|term| known.insert(term.clone()))
        .take(TERMS_MAX)
        .collect()
}

/// The terms as patterns for `LIKE … ESCAPE '\'`, both sides through [`sans_accents`]; none when there
/// can be no text with all of them.
pub(super) fn patterns(terms: &[String]) -> Option<Vec<String>> {
    // PostgreSQL has no text with NUL, and does not let one be asked for.
    let is_possible = |term: &String| term.len() <= TERM_MAX && !term.contains('\0');
    let terms = terms_of(terms);
    let patterns = terms
        .iter()
        .map(|term| is_possible(term).then(|| pattern(term)));
    patterns.collect()
}

/// Finds the term anywhere. What `LIKE` reads as a sign is a letter here.
fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for letter in term.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
