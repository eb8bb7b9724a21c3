//! The document is complete, and says what is routed.

use super::*;
use crate::endpoint::Endpoint;
use crate::server;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn document() -> OpenApi {
    super::document(&server::endpoints())
}

fn json() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// Path, method and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((path.clone(), method.to_uppercase(), operation.clone()));
        }
    }
    all
}

fn id_of(operation: &Value) -> &str {
    operation["operationId"].as_str().unwrap()
}

/// What a reference means.
fn resolved<'d>(document: &'d Value, part: &'d Value) -> &'d Value {
    match part["$ref"].as_str() {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

/// Renew it with `UPDATE_OPENAPI=1 cargo nextest run -p messages-api openapi`.
#[test]
fn the_document_is_the_one_that_is_kept() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let now = document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == now,
        "{} is not what the server answers; if it shall be, renew it with UPDATE_OPENAPI=1",
        file.display()
    );
}

#[test]
fn every_operation_is_documented() {
    let document = json();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        for member in ["summary", "description", "operationId"] {
            let text = operation[member].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{name}: {member}");
        }
        assert!(
            ids.insert(id_of(&operation).to_owned()),
            "{name}: its operationId is another's"
        );
        assert!(operation["security"].is_array(), "{name}: security");
        let tag = &operation["tags"][0];
        let mut tags = document["tags"].as_array().unwrap().iter();
        assert!(tags.any(|known| known["name"] == *tag), "{name}: {tag}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = resolved(&document, answer);
            let name = format!("{name}: {status}");
            assert!(answer["description"].is_string(), "{name}");
            // What only a mail program sees is no text.
            if ["204", "304"].contains(&status.as_str())
                || (id_of(&operation) == "messages_track" && status == "200")
            {
                assert_eq!(answer["content"], Value::Null, "{name}");
                continue;
            }
            for content in answer["content"].as_object().unwrap().values() {
                assert!(!content["schema"].is_null(), "{name}: schema");
                assert!(!content["example"].is_null(), "{name}: example");
            }
        }
        let body = operation["requestBody"]["content"].as_object();
        for content in body.into_iter().flat_map(|content| content.values()) {
            assert!(!content["example"].is_null(), "{name}: example of the body");
        }
    }
}

#[test]
fn every_name_is_known() {
    fn names(part: &Value, found: &mut BTreeSet<String>) {
        match part {
            Value::Object(members) => {
                if let Some(Value::String(name)) = members.get("$ref") {
                    found.insert(name.clone());
                }
                members.values().for_each(|part| names(part, found));
            }
            Value::Array(items) => items.iter().for_each(|part| names(part, found)),
            _ => {}
        }
    }
    let document = json();
    let mut found = BTreeSet::new();
    names(&document, &mut found);
    for name in &found {
        let known = document.pointer(name.trim_start_matches('#'));
        assert!(known.is_some(), "{name}");
    }
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let name = format!("#/components/{kind}/{name}");
            assert!(found.contains(&name), "{name} is not used");
        }
    }
    let ids: BTreeSet<String> = operations(&document)
        .iter()
        .map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    for (path, _, operation) in operations(&document) {
        for answer in operation["responses"].as_object().unwrap().values() {
            let links = answer["links"].as_object();
            for link in links.into_iter().flat_map(|links| links.values()) {
                let id = link["operationId"].as_str().unwrap();
                assert!(ids.contains(id), "{path}: {id}");
            }
        }
    }
}

/// Everything is registered from tables: the document names each of their rows, and no other.
#[test]
fn what_is_routed_is_documented() {
    let rows = |endpoint: Endpoint| {
        let path = endpoint.path.to_owned();
        let methods = endpoint.operations.into_iter();
        methods.map(move |operation| (path.clone(), operation.method.to_string()))
    };
    let routed = server::endpoints().into_iter();
    let routed = routed.filter(|endpoint| endpoint.path != "/api/docs/{fichier}/");
    let routed: Vec<_> = routed.flat_map(rows).collect();
    let count = routed.len();
    let routed: BTreeSet<_> = routed.into_iter().collect();
    assert_eq!(count, routed.len(), "a row stands twice");
    let document = json();
    let documented = operations(&document).into_iter();
    let documented: BTreeSet<_> = documented.map(|(path, method, _)| (path, method)).collect();
    assert_eq!(routed, documented);
}
