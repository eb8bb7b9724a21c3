//! What stands in the body of a 200: many gateways say no there.
//!
//! In JSON, wherever it stands, a member that says error or false is a refusal (`success`, `error`,
//! `status`, `code`, `invalidReceivers`, … and the numbers of Nexmo's `messages[].status`); of a
//! text, the first word. What tells nothing is taken for a yes, as the status says.

mod json;
mod words;

use serde_json::Value;

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Our credit is used up.
    Credit,
    /// Our key or our account.
    Account,
    /// The sender that we name.
    Sender,
    /// Too many at a time: later.
    Pace,
    /// This number; also where nothing tells whom.
    Recipient,
    /// The gateway failed, and perhaps after it had sent.
    Doubt,
}

/// What a body says, if it says no.
pub(super) fn refusal(text: &str, parsed: Option<&Value>) -> Option<Refusal> {
    match parsed {
        Some(Value::String(text)) => of_text(text),
        Some(Value::Bool(false)) => Some(Refusal::Recipient),
        Some(value @ (Value::Object(_) | Value::Array(_))) => json::refusal(value),
        Some(_) => None,
        None => of_text(text),
    }
}

fn of_text(text: &str) -> Option<Refusal> {
    let text = words::plain(text);
    words::begins_with_no(&text).then(|| words::whose(&text).unwrap_or(Refusal::Recipient))
}

#[cfg(test)]
mod tests;
