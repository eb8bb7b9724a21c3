use super::*;

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
