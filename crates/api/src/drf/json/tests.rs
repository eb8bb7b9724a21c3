use super::*;
use proptest::prelude::*;

fn fault(text: &str) -> String {
    parse(text).unwrap_err()
}

#[test]
fn values_read_as_python_reads_them() {
    let value = parse(r#" {"a": [1, -0, 1.50, 1e3, "é\ud83c\udf92", null], "a": true} "#);
    let expected = Value::Dict(vec![
        (
            "a".to_owned(),
            Value::List(vec![
                Value::Int("1".to_owned()),
                Value::Int("0".to_owned()),
                Value::Float(1.5),
                Value::Float(1000.0),
                Value::Text("é🎒".to_owned()),
                Value::Null,
            ]),
        ),
        ("a".to_owned(), Value::Bool(true)),
    ]);
    assert_eq!(value.unwrap(), expected);
    assert_eq!(parse(r#""\ud800x""#).unwrap(), Value::Surrogate(0xd800));
}

#[test]
fn faults_are_told_in_pythons_words() {
    // Each was asked of CPython 3.11.
    let expected = [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        (
            "{",
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (
            "{\"a\" 1}",
            "Expecting ':' delimiter: line 1 column 6 (char 5)",
        ),
        ("{\"a\":}", "Expecting value: line 1 column 6 (char 5)"),
        (
            "{\"a\":1 \"b\":2}",
            "Expecting ',' delimiter: line 1 column 8 (char 7)",
        ),
        ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
        ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
        (
            "\"é",
            "Unterminated string starting at: line 1 column 1 (char 0)",
        ),
        (
            "\"é\u{1}\"",
            "Invalid control character at: line 1 column 3 (char 2)",
        ),
        ("\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)"),
        (
            "\"\\u12g4\"",
            "Invalid \\uXXXX escape: line 1 column 3 (char 2)",
        ),
        ("1\n x", "Extra data: line 2 column 2 (char 3)"),
        ("-", "Expecting value: line 1 column 1 (char 0)"),
        ("01", "Extra data: line 1 column 2 (char 1)"),
        ("1.", "Extra data: line 1 column 2 (char 1)"),
        ("tru", "Expecting value: line 1 column 1 (char 0)"),
        (
            "NaN",
            "Out of range float values are not JSON compliant: 'NaN'",
        ),
    ];
    for (text, words) in expected {
        assert_eq!(fault(text), words, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&format!("{}{}", "[".repeat(900), "]".repeat(900))).is_ok());
}

#[test]
fn the_items_of_outer_arrays_are_handed_over_and_not_kept() {
    let mut rows = Vec::new();
    let text = r#"{"a": [1, [2]], "b": {"c": [3]}, "\ud800": [4], "a": [{"d": [5]}]}"#;
    let rest = parse_rows(text, &mut |name, item| rows.push((name.to_owned(), item))).unwrap();
    let int = |digits: &str| Value::Int(digits.to_owned());
    let named = |name: &str, value| (name.to_owned(), value);
    let list = |digits| Value::List(vec![int(digits)]);
    let expected = [
        named("a", int("1")),
        named("a", list("2")),
        named("", int("4")),
        named("a", Value::Dict(vec![named("d", list("5"))])),
    ];
    assert_eq!(rows, expected);
    let empty = || Value::List(Vec::new());
    let expected = vec![
        named("a", empty()),
        named("b", Value::Dict(vec![named("c", list("3"))])),
        named("a", empty()),
    ];
    assert_eq!(rest, Value::Dict(expected));
}

/// What another reader makes of a text, in our terms.
fn of(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) if number.is_f64() => {
            Value::Float(number.as_f64().unwrap())
        }
        serde_json::Value::Number(number) => Value::Int(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(of).collect()),
        serde_json::Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), of(value)));
            Value::Dict(members.collect())
        }
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let members = proptest::collection::btree_map(any::<String>(), inner.clone(), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Into::into),
            members.prop_map(|members| members
                .into_iter()
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(value in json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        prop_assert_eq!(parse(&text.unwrap()), Ok(of(&value)));
    }

    #[test]
    fn a_fault_says_where_it_is(
        text in prop_oneof![any::<String>(), "[\\[\\]{}:,\"\\\\u0-9dDeE+.a-f \n-]{0,60}", "[\\[{\":\\]},]{0,40}"],
        cut in any::<proptest::sample::Index>(),
        value in json(),
    ) {
        let mut short = value.to_string();
        let at = short.char_indices().map(|(at, _)| at).nth(cut.index(short.chars().count().max(1)));
        short.truncate(at.unwrap_or(0));
        for text in [text, short] {
            let Err(fault) = parse(&text) else { continue };
            let place = fault.rsplit_once(": line ").map(|(_, place)| place.to_owned());
            let numbers: Vec<usize> = place
                .unwrap_or_default()
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|digits| digits.parse().ok())
                .collect();
            // A whole number of too many digits has no place.
            if let [line, column, position] = numbers[..] {
                let before: String = text.chars().take(position).collect();
                prop_assert!(position <= text.chars().count());
                prop_assert_eq!(line, before.matches('\n').count() + 1);
                prop_assert_eq!(column, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
            } else {
                prop_assert!(numbers.is_empty(), "{}", fault);
            }
        }
    }

    #[test]
    fn rows_that_are_handed_over_are_those_of_the_whole(value in json()) {
        let text = value.to_string();
        let mut rows = Vec::new();
        let whole = parse(&text);
        let rest = parse_rows(&text, &mut |name, row| rows.push((name.to_owned(), row)));
        prop_assert_eq!(rest.is_ok(), whole.is_ok());
        if let Ok(Value::Dict(members)) = whole {
            let lists = members.into_iter().filter_map(|(name, value)| match value {
                Value::List(items) => Some(items.into_iter().map(move |item| (name.clone(), item))),
                _ => None,
            });
            prop_assert_eq!(rows, lists.flatten().collect::<Vec<_>>());
        }
    }
}
