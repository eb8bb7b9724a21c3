//! What a gateway sent, whatever way it came.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

/// A request of a gateway.
pub(super) struct Asked {
    /// Query, form and JSON as one.
    pub(super) value: Value,
    /// Names and values of the uppermost level, in the order in which they came.
    pub(super) fields: Vec<(String, String)>,
    /// Those of the form alone.
    pub(super) form: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn read(request: &HttpRequest, body: &[u8]) -> Self {
        let media = request.headers().get(CONTENT_TYPE);
        let media = media
            .and_then(|media| media.to_str().ok())
            .unwrap_or_default();
        Self::of(request.query_string(), media, body)
    }

    /// What a body says goes before what the address says.
    fn of(query: &str, media: &str, body: &[u8]) -> Self {
        let mut fields = pairs(query.as_bytes());
        let is_json = media.contains("json") || body.trim_ascii_start().starts_with(b"{");
        if !is_json {
            let form = pairs(body);
            fields.extend(form.iter().cloned());
            return Self {
                value: Value::Object(members(&fields)),
                fields,
                form,
            };
        }
        let mut asked = members(&fields);
        let value = match serde_json::from_slice(body) {
            Ok(Value::Object(own)) => {
                fields.extend(own.iter().filter_map(field));
                asked.extend(own);
                Value::Object(asked)
            }
            // What is no JSON says nothing.
            Ok(other) => other,
            Err(_) => Value::Null,
        };
        Self {
            value,
            fields,
            form: Vec::new(),
        }
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn members(fields: &[(String, String)]) -> Map<String, Value> {
    let fields = fields.iter().cloned();
    fields
        .map(|(name, value)| (name, Value::String(value)))
        .collect()
}

fn field((name, value): (&String, &Value)) -> Option<(String, String)> {
    match value {
        Value::String(text) => Some((name.clone(), text.clone())),
        Value::Number(number) => Some((name.clone(), number.to_string())),
        _ => None,
    }
}

/// The addresses that the gateway may have called: as it knows this server, which may stand behind a proxy; with
/// the slash at the end, and without.
pub(super) fn urls(base_url: Option<&str>, request: &HttpRequest) -> Vec<String> {
    let connection = request.connection_info();
    let base = base_url.map_or_else(
        || format!("{}://{}", connection.scheme(), connection.host()),
        str::to_owned,
    );
    let path = request.path();
    let query = match request.query_string() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    [path, path.trim_end_matches('/')]
        .map(|path| format!("{base}{path}{query}"))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn query_form_and_json_are_read_alike() {
        let expected = json!({ "id": "7", "etat": "1" });
        for (query, media, body) in [
            ("id=7&etat=1", "", ""),
            ("", "application/x-www-form-urlencoded", "id=7&etat=1"),
            ("", "", "id=7&etat=1"),
            (
                "id=7",
                "application/x-www-form-urlencoded; charset=utf-8",
                "etat=1",
            ),
            ("etat=1&id=9", "application/json", r#"{"id":"7"}"#),
            ("", "text/plain", r#" {"id":"7","etat":"1"}"#),
        ] {
            assert_eq!(
                Asked::of(query, media, body.as_bytes()).value,
                expected,
                "{query} {body}"
            );
        }
        for body in ["{", "[1", "\u{0}"] {
            assert_eq!(
                Asked::of("id=7", "application/json", body.as_bytes()).value,
                Value::Null
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read(query in ".{0,40}", media in ".{0,20}", body in proptest::collection::vec(any::<u8>(), 0..60)) {
            Asked::of(&query, &media, &body);
        }
    }
}
