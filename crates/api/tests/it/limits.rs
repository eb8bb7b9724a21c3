//! What clients may send: too much, too deep, not what it says it is. No answer is a 500, none
//! shows anything from inside, and the server lives on.

mod forms;
mod ids;
mod queries;
mod segments;
mod sizes;
mod texts;

use crate::wire::Answer;

/// Nothing of this kind may be shown.
const INNER: &[&str] = &[
    "panicked",
    "diesel",
    "sqlite",
    "SQLite",
    "postgres",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "/src/",
    ".rs:",
    "FROM ",
    "syntax error",
    "invalid byte sequence",
    "/tmp/",
    "actix",
    "serde",
    "search_path",
    "RUST_",
    "constraint",
];

/// What is wrong with an answer to bad input.
fn fault(answer: &Answer) -> Option<String> {
    let text = answer.text();
    if answer.status >= 500 {
        return Some(format!("{}: {text}", answer.status));
    }
    INNER
        .iter()
        .find(|word| text.contains(**word))
        .map(|word| format!("shows {word:?}: {text}"))
}
