//! A value that a client sent, and how Python writes it: some error texts quote it.

use std::fmt::Write;

/// A value of a JSON text; of a form, always a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number of any size, as written.
    Int(String),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A text that cannot be one: it holds this half of a surrogate pair alone.
    Surrogate(u32),
    /// An array.
    List(Vec<Self>),
    /// An object, its members in order.
    Dict(Vec<(String, Self)>),
}

impl Value {
    /// Python's name for the kind of value.
    pub(crate) const fn python_type(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) | Self::Surrogate(_) => "str",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
        }
    }

    /// Python's `str(value)`.
    pub(crate) fn python_str(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Surrogate(_) => char::REPLACEMENT_CHARACTER.to_string(),
            _ => self.python_repr(),
        }
    }

    fn python_repr(&self) -> String {
        match self {
            Self::Null => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(digits) => digits.clone(),
            Self::Float(number) => float_repr(*number),
            Self::Text(text) => text_repr(text),
            Self::Surrogate(code) => format!("'\\u{code:04x}'"),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::python_repr).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Dict(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", text_repr(name), value.python_repr()))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }
}

/// The shortest digits that read back, with an exponent where Python uses one.
fn float_repr(number: f64) -> String {
    if !number.is_finite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&power) {
        let plain = format!("{number}");
        let fraction = if plain.contains('.') { "" } else { ".0" };
        return plain + fraction;
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.abs())
}

fn text_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut repr = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            '\\' => repr.push_str("\\\\"),
            c if c == quote => {
                repr.push('\\');
                repr.push(c);
            }
            c if c.is_control() => {
                // Writing into a String cannot fail.
                write!(repr, "\\x{:02x}", u32::from(c)).ok();
            }
            c => repr.push(c),
        }
    }
    repr.push(quote);
    repr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        let expected = [
            (1.5, "1.5"),
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (f64::INFINITY, "inf"),
        ];
        for (number, text) in expected {
            assert_eq!(Value::Float(number).python_str(), text);
        }
        let list = Value::List(vec![
            Value::Text("l'été\n".to_owned()),
            Value::Null,
            Value::Dict(vec![("a".to_owned(), Value::Bool(true))]),
        ]);
        assert_eq!(list.python_str(), r#"["l'été\n", None, {'a': True}]"#);
    }
}
