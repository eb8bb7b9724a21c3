//! Words that a person looks for.

use diesel::sql_types::Text;
use std::collections::BTreeSet;

diesel::define_sql_function! {
    /// The text in small letters, accented ones included; compares and sorts by code point.
    fn minuscules(texte: Text) -> Text;
}

/// Nobody types a longer word; SQLite refuses patterns that are much longer.
const TERM_MAX: usize = 1000;

/// Nobody types more words; SQLite refuses more than a thousand conditions.
const TERMS_MAX: usize = 200;

/// A question, narrowed by a value where one is asked for.
pub(super) fn by<Q, V>(question: Q, asked: Option<V>, narrow: impl FnOnce(Q, V) -> Q) -> Q {
    match asked {
        Some(value) => narrow(question, value),
        None => question,
    }
}

/// The terms as patterns for `LIKE … ESCAPE '\'`, each once, to be compared with [`minuscules`]; none
/// when there can be no text with all of them.
pub(super) fn patterns(terms: &[String]) -> Option<BTreeSet<String>> {
    // PostgreSQL has no text with NUL, and does not let one be asked for.
    let is_possible = |term: &String| term.len() <= TERM_MAX && !term.contains('\0');
    let patterns = terms
        .iter()
        .map(|term| is_possible(term).then(|| pattern(term)));
    let patterns: BTreeSet<String> = patterns.collect::<Option<_>>()?;
    (patterns.len() <= TERMS_MAX).then_some(patterns)
}

/// Finds the term anywhere. What `LIKE` reads as a sign is a letter here.
fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for letter in term.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
