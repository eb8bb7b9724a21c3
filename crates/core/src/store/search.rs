//! Words that a person looks for.

use super::sql::{Sql, columns};
use diesel::sql_types::Text;
use serde::Serialize;

diesel::define_sql_function! {
    /// The text in small letters, accented ones included; compares and sorts by code point.
    fn minuscules(texte: Text) -> Text;
}

/// Nobody types a longer word; SQLite refuses patterns that are much longer.
const TERM_MAX: usize = 1000;

#[derive(Serialize)]
struct Term {
    terme: String,
}
columns!(Term: terme);

/// Goes on with `condition` unless there is nothing to look for. The condition is given one
/// `{rows: terme}` of patterns for `LIKE … ESCAPE '\'`, in small letters; its text does not
/// depend on how many there are.
pub(super) fn searched(question: Sql, terms: &[String], condition: &'static str) -> Sql {
    if terms.is_empty() {
        return question;
    }
    // PostgreSQL has no text with NUL, and does not let one be asked for.
    if terms
        .iter()
        .any(|term| term.len() > TERM_MAX || term.contains('\0'))
    {
        return question.then(" AND false");
    }
    let patterns: Vec<Term> = terms.iter().map(|term| pattern(term)).collect();
    question.then(condition).bind_rows(&patterns)
}

/// The terms as patterns for `LIKE … ESCAPE '\'`, to be compared with [`minuscules`]; none when there
/// can be no text with all of them.
pub(super) fn patterns(terms: &[String]) -> Option<Vec<String>> {
    // PostgreSQL has no text with NUL, and does not let one be asked for.
    let is_possible = |term: &String| term.len() <= TERM_MAX && !term.contains('\0');
    terms
        .iter()
        .map(|term| is_possible(term).then(|| pattern(term).terme))
        .collect()
}

/// Finds the term anywhere. What `LIKE` reads as a sign is a letter here.
fn pattern(term: &str) -> Term {
    let mut terme = String::from("%");
    for letter in term.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            terme.push('\\');
        }
        terme.push(letter);
    }
    terme.push('%');
    Term { terme }
}
