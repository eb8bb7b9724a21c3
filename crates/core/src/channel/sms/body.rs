//! What stands in the body of a 200: many gateways say no there.
//!
//! In JSON, wherever it stands, a member that says error or false is a refusal (`success`, `error`,
//! `status`, `code`, `invalidReceivers`, … and the numbers of Nexmo's `messages[].status`); of a
//! text, the first word. What tells nothing is taken for a yes, as the status says.

mod json;
mod words;

use crate::gateways::reading::Meaning;
use serde_json::Value;

/// What a body says, if it says no.
pub(super) fn refusal(text: &str, parsed: Option<&Value>) -> Option<Meaning> {
    match parsed {
        Some(Value::String(text)) => of_text(text),
        Some(Value::Bool(false)) => Some(Meaning::Recipient),
        Some(value @ (Value::Object(_) | Value::Array(_))) => json::refusal(value),
        Some(_) => None,
        None => of_text(text),
    }
}

fn of_text(text: &str) -> Option<Meaning> {
    let text = words::plain(text);
    words::begins_with_no(&text).then(|| words::whose(&text).unwrap_or(Meaning::Recipient))
}

#[cfg(test)]
mod tests;
