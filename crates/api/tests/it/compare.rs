//! When an answer is as it was recorded: status, body, and the headers that the web app reads.
//! Members may be added, never dropped, renamed or changed.

use crate::recordings::Case;
use crate::wire::Answer;
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs, a line each; `host` stands for `{{host}}` in recorded bodies and headers.
pub(crate) fn differences(case: &Case, answer: &Answer, host: &str) -> Vec<String> {
    let mut found = Vec::new();
    if case.status != answer.status {
        found.push(format!(
            "status: {} recorded, {} answered",
            case.status, answer.status
        ));
    }
    headers(case, answer, host, &mut found);
    let text = String::from_utf8_lossy(&answer.body);
    match &case.json {
        Some(recorded) => match serde_json::from_str(&text) {
            Ok(answered) => {
                let recorded = with_host(recorded, host);
                members(&recorded, &answered, &case.volatile, "$", &mut found);
            }
            Err(error) => found.push(format!("body: {error}: {}", short(&text))),
        },
        None if case.bodiless && !text.is_empty() => {
            found.push(format!("body: none recorded, answered: {}", short(&text)));
        }
        None => {}
    }
    found
}

fn headers(case: &Case, answer: &Answer, host: &str, found: &mut Vec<String>) {
    let recorded = watched(&case.recorded_headers);
    let answered = watched(&answer.headers);
    for name in recorded.keys().chain(answered.keys()) {
        let expected = recorded
            .get(name)
            .map(|text| text.replace("{{host}}", host));
        let got = answered.get(name).cloned();
        let line = format!("{name}: {expected:?} recorded, {got:?} answered");
        if expected != got && !found.contains(&line) {
            found.push(line);
        }
    }
}

/// The headers that count, in lower case.
fn watched(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let counts = |name: &str| {
        matches!(
            name,
            "allow" | "www-authenticate" | "content-type" | "location"
        ) || is_cors(name)
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .filter(|(name, _)| counts(name))
        .collect()
}

fn with_host(value: &Value, host: &str) -> Value {
    match value {
        Value::String(text) => text.replace("{{host}}", host).into(),
        Value::Array(list) => list.iter().map(|one| with_host(one, host)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, one)| (name.clone(), with_host(one, host)))
            .collect(),
        other => other.clone(),
    }
}

/// Recorded members are equal, recursively.
fn members(
    recorded: &Value,
    answered: &Value,
    volatile: &[String],
    at: &str,
    found: &mut Vec<String>,
) {
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            for (name, value) in recorded {
                let at = format!("{at}.{name}");
                match answered.get(name) {
                    None => found.push(format!("{at}: missing")),
                    Some(_) if volatile.contains(name) => {}
                    Some(got) => members(value, got, &[], &at, found),
                }
            }
        }
        (Value::Array(recorded), Value::Array(answered)) if recorded.len() == answered.len() => {
            for (index, (value, got)) in recorded.iter().zip(answered).enumerate() {
                members(value, got, &[], &format!("{at}[{index}]"), found);
            }
        }
        _ if same(recorded, answered) => {}
        _ => found.push(format!(
            "{at}: {} recorded, {} answered",
            short(&recorded.to_string()),
            short(&answered.to_string())
        )),
    }
}

/// JSON does not tell 0 from 0.0.
fn same(recorded: &Value, answered: &Value) -> bool {
    recorded == answered
        || matches!(
            (recorded.as_f64(), answered.as_f64()),
            (Some(a), Some(b)) if a.total_cmp(&b).is_eq()
        )
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

/// The application before this one exposed no header of its own.
fn is_cors(name: &str) -> bool {
    name.starts_with("access-control-") && name != "access-control-expose-headers"
}
