//! What was recorded: each line one request and the answer that the old server gave to it.

use crate::token;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::Path;

/// One request and its answer.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) status: u16,
    pub(crate) recorded_headers: Vec<(String, String)>,
    /// `None` when the answer was not JSON.
    pub(crate) json: Option<Value>,
    /// There was no body at all.
    pub(crate) bodiless: bool,
    /// Members whose value need not match.
    pub(crate) volatile: Vec<String>,
    /// It goes on where the case before it stopped.
    pub(crate) continues: bool,
    profile: String,
}

/// The cases of a profile, in their order.
pub(crate) fn cases(profile: &str) -> Vec<Case> {
    let mut cases = all();
    cases.retain(|case| case.profile == profile);
    assert!(!cases.is_empty(), "no case of profile {profile}");
    cases
}

/// The cases of all profiles.
pub(crate) fn all() -> Vec<Case> {
    // The first line tells how it was recorded.
    text().lines().skip(1).map(Case::read).collect()
}

/// How it was recorded: settings, tokens, fixture.
pub(crate) fn meta() -> Value {
    let meta: Value = serde_json::from_str(text().lines().next().unwrap()).unwrap();
    meta["meta"].clone()
}

fn text() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    std::fs::read_to_string(folder.join("api-recordings.jsonl")).unwrap()
}

impl Case {
    fn read(line: &str) -> Self {
        let case: Value = serde_json::from_str(line).unwrap();
        let (request, response) = (&case["request"], &case["response"]);
        let note = case["note"].as_str().unwrap_or_default();
        Self {
            id: owned(&case["id"]),
            profile: owned(&case["profile"]),
            method: owned(&request["method"]),
            path: owned(&request["path"]),
            headers: pairs(&request["headers"]),
            body: body(request),
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            recorded_headers: pairs(&response["headers"]),
            json: response.get("json").cloned(),
            bodiless: response["body"] == "",
            volatile: case["volatile"]
                .as_array()
                .map(|names| names.iter().map(owned).collect())
                .unwrap_or_default(),
            continues: note.starts_with("right after"),
        }
    }

    /// With the tokens filled in.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), filled(value)))
            .collect()
    }

    /// One line that says what is asked.
    pub(crate) fn summary(&self) -> String {
        let body = self.body.as_deref().unwrap_or_default();
        let body: String = String::from_utf8_lossy(body).chars().take(200).collect();
        format!("{}: {} {} {body}", self.id, self.method, self.path)
    }
}

/// `{{name}}` becomes a token of that name.
fn filled(value: &str) -> String {
    let Some((before, rest)) = value.split_once("{{") else {
        return value.to_owned();
    };
    let (name, after) = rest.split_once("}}").unwrap();
    format!("{before}{}{after}", token::mint(name))
}

fn body(request: &Value) -> Option<Vec<u8>> {
    if let Some(text) = request["body_base64"].as_str() {
        return Some(STANDARD.decode(text).unwrap());
    }
    request["body"].as_str().map(|text| text.as_bytes().into())
}

fn pairs(object: &Value) -> Vec<(String, String)> {
    let object = object.as_object().unwrap();
    object.iter().map(|(k, v)| (k.clone(), owned(v))).collect()
}

fn owned(text: &Value) -> String {
    text.as_str().unwrap().to_owned()
}
