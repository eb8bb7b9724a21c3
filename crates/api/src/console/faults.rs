//! What is wrong with a request, as sentences for a page.

use crate::drf::{ApiError, Texts};
use serde_json::Value;

/// Each fault with the field that it is about; an empty name where it is about none.
pub(super) fn faults(error: &ApiError, texts: Texts) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    match error.body(texts) {
        Value::Object(members) => {
            for (name, value) in members {
                let name = if ["detail", "error", "non_field_errors"].contains(&name.as_str()) {
                    String::new()
                } else {
                    name
                };
                let said = strings(value);
                faults.extend(said.into_iter().map(|text| (name.clone(), text)));
            }
        }
        other => faults.extend(strings(other).into_iter().map(|text| (String::new(), text))),
    }
    faults
}

fn strings(value: Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.into_iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// The same without the names.
pub(super) fn sentences(error: &ApiError, texts: Texts) -> Vec<String> {
    faults(error, texts)
        .into_iter()
        .map(|(_, text)| text)
        .collect()
}
