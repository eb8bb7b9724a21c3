//! A refusal in JSON, wherever in it.

use super::words::{is_none, plain, says_no, whose};
use crate::gateways::reading::Meaning;
use serde_json::{Map, Value};

/// Objects within objects that are looked at.
const DEPTH_MAX: usize = 6;

/// What the JSON says, if it says no.
pub(super) fn refusal(value: &Value) -> Option<Meaning> {
    let mut found = None;
    look(value, 0, &mut found);
    let sign = found?;
    let mut said = String::new();
    words(value, 0, &mut said);
    // Numbers mean one thing here and another there; words are plainer.
    let told = whose(&said);
    Some(told.unwrap_or(match sign {
        Sign::Whose(refusal) => refusal,
        Sign::No => Meaning::Recipient,
    }))
}

/// That somebody says no, and perhaps whom it concerns.
#[derive(Clone, Copy)]
enum Sign {
    No,
    Whose(Meaning),
}

fn look(value: &Value, depth: usize, found: &mut Option<Sign>) {
    if depth > DEPTH_MAX || matches!(found, Some(Sign::Whose(_))) {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| look(item, depth + 1, found)),
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(sign) = sign(members, &plain(name), member) {
                    *found = Some(sign);
                }
                look(member, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// What one member says. Names are compared without `-` and `_`.
fn sign(siblings: &Map<String, Value>, name: &str, member: &Value) -> Option<Sign> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match name.as_str() {
        "success" | "succes" | "successful" | "ok" | "accepted" | "sent" | "issuccess"
        | "valid" => is_false(member).then_some(Sign::No),
        "error" | "errors" | "err" | "erreur" | "erreurs" | "errormessage" | "errormsg"
        | "errortext" | "errordescription" | "errorcode" | "errcode" | "errorid" | "iserror"
        | "haserror" | "failure" | "exception" | "fault" => {
            is_something(member).then(|| of_code(member).unwrap_or(Sign::No))
        }
        "status" | "state" | "statut" | "etat" | "result" | "resultat" | "groupname"
        | "statusname" | "statustext" | "resultcode" | "statuscode" | "code" | "responsecode" => {
            of_state(siblings, &name, member)
        }
        "invalidreceivers" | "invalidrecipients" | "invalidnumbers" | "invalid" | "rejected"
        | "rejectednumbers" | "failed" | "failednumbers" => {
            is_something(member).then_some(Sign::No)
        }
        _ => None,
    }
}

fn of_state(siblings: &Map<String, Value>, name: &str, member: &Value) -> Option<Sign> {
    if let Some(sign) = of_code(member) {
        return Some(sign);
    }
    let text = match member {
        Value::String(text) => plain(text),
        Value::Bool(false) => return Some(Sign::No),
        _ => return None,
    };
    let nexmo = name == "status"
        && ["error-text", "message-price", "remaining-balance"]
            .iter()
            .any(|name| siblings.contains_key(*name));
    let is_number = text.len() <= 2 && text.parse::<u8>().is_ok_and(|number| number != 0);
    if is_number && (nexmo || siblings.len() == 1) {
        return Some(of_nexmo(&text));
    }
    says_no(&text).then_some(Sign::No)
}

/// Nexmo's (now Vonage's) numbers, which are texts: `0` is yes.
fn of_nexmo(status: &str) -> Sign {
    Sign::Whose(match status {
        "1" => Meaning::Pace,
        "9" => Meaning::Credit,
        "2" | "4" | "8" | "11" | "14" | "22" | "23" | "29" => Meaning::Account,
        "5" => Meaning::Doubt,
        "15" => Meaning::Sender,
        _ => Meaning::Recipient,
    })
}

/// HTTP's numbers, told in the body (RFC 9110, 15).
fn of_code(member: &Value) -> Option<Sign> {
    let number = match member {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(match number {
        401 | 403 | 407 => Sign::Whose(Meaning::Account),
        402 => Sign::Whose(Meaning::Credit),
        429 => Sign::Whose(Meaning::Pace),
        500..=599 => Sign::Whose(Meaning::Doubt),
        400..=499 => Sign::No,
        _ => return None,
    })
}

fn is_false(member: &Value) -> bool {
    match member {
        Value::Bool(said) => !said,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => {
            ["false", "no", "non", "0", "ko", "nok"].contains(&plain(text).as_str())
        }
        _ => false,
    }
}

/// Whether a member that names an error holds one.
fn is_something(member: &Value) -> bool {
    match member {
        Value::Null => false,
        Value::Bool(said) => *said,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !is_none(&plain(text)),
        Value::Array(items) => items.iter().any(is_something),
        Value::Object(members) => members.values().any(is_something),
    }
}

/// All texts of it. (Not the names of members: `remainingCredits` is no word of a refusal.)
fn words(value: &Value, depth: usize, said: &mut String) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => {
            said.push_str(&plain(text));
            said.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, depth + 1, said)),
        Value::Object(members) => {
            for (_, member) in members {
                words(member, depth + 1, said);
            }
        }
        _ => {}
    }
}
