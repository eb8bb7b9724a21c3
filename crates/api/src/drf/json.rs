//! JSON as Python's `json` module reads it, with its messages.
//!
//! The web app shows the server's texts, so a syntax error says what Django REST framework says:
//! CPython's `Modules/_json.c` (3.11), positions counted in characters. Unlike Python, a value
//! nested deeper than [`DEPTH`] is an error and not a crash.

mod strings;

use super::value::Value;

/// Deepest nesting: about what Python bears.
const DEPTH: usize = 900;

/// Longest whole number, in digits (CPython's `sys.int_info.default_max_str_digits`).
const MAX_DIGITS: usize = 4300;

/// Reads one JSON text.
///
/// # Errors
/// Python's words for what is wrong, such as `Expecting value: line 1 column 1 (char 0)`.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    Reader::new(text).whole()
}

/// Reads one JSON text, an object of long arrays: their items are handed to `row` one by one, with
/// the name of the array, and are not kept. What is returned has empty arrays in their place.
///
/// # Errors
/// As [`parse`]; some items may have been handed over then.
pub(crate) fn parse_rows(text: &str, row: Row<'_>) -> Result<Value, String> {
    let mut reader = Reader::new(text);
    reader.row = Some(row);
    reader.whole()
}

struct Reader<'t, 'r> {
    text: &'t str,
    /// Byte offset.
    at: usize,
    /// The member of the outermost object that is being read.
    member: String,
    /// Who takes the items of its array.
    row: Option<Row<'r>>,
}

/// Takes an item of the array that is the member of this name.
type Row<'r> = &'r mut dyn FnMut(&str, Value);

impl<'t> Reader<'t, '_> {
    const fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            member: String::new(),
            row: None,
        }
    }

    fn whole(&mut self) -> Result<Value, String> {
        if self.text.starts_with('\u{feff}') {
            let words = "Unexpected UTF-8 BOM (decode using utf-8-sig)";
            return Err(self.fault(words, 0));
        }
        self.skip_space();
        let value = self.value(0)?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(self.fault("Extra data", self.at));
        }
        Ok(value)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    /// `what: line 1 column 2 (char 1)` for the byte offset `at`.
    fn fault(&self, what: &str, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let position = before.chars().count();
        format!("{what}: line {line} column {column} (char {position})")
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEPTH {
            return Err(self.fault("Too deeply nested", self.at));
        }
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            _ => self.word().unwrap_or_else(|| self.number()),
        }
    }

    fn word(&mut self) -> Option<Result<Value, String>> {
        let words = [
            ("null", Some(Value::Null)),
            ("true", Some(Value::Bool(true))),
            ("false", Some(Value::Bool(false))),
            ("NaN", None),
            ("Infinity", None),
            ("-Infinity", None),
        ];
        let (word, value) = words
            .into_iter()
            .find(|(word, _)| self.rest().starts_with(word))?;
        self.at += word.len();
        Some(
            value.ok_or_else(|| {
                format!("Out of range float values are not JSON compliant: '{word}'")
            }),
        )
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut members: Vec<(String, Value)> = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Dict(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                let words = "Expecting property name enclosed in double quotes";
                return Err(self.fault(words, self.at));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.fault("Expecting ':' delimiter", self.at));
            }
            self.skip_space();
            if depth == 0 {
                self.member.clear();
                self.member.push_str(match &name {
                    Value::Text(name) => name,
                    _ => "",
                });
            }
            let value = self.value(depth + 1)?;
            // The last of two members with one name counts; a name that is no text names nothing.
            if let Value::Text(name) = name {
                members.push((name, value));
            }
            self.skip_space();
            if self.take(b'}') {
                return Ok(Value::Dict(members));
            }
            self.comma()?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            let item = self.value(depth + 1)?;
            match &mut self.row {
                Some(row) if depth == 1 => row(&self.member, item),
                _ => items.push(item),
            }
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            self.comma()?;
        }
    }

    fn comma(&mut self) -> Result<(), String> {
        if !self.take(b',') {
            return Err(self.fault("Expecting ',' delimiter", self.at));
        }
        self.skip_space();
        Ok(())
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(rest.starts_with('-'));
        let after_sign = rest.get(sign..).unwrap_or_default();
        let whole = if after_sign.starts_with('0') {
            1
        } else {
            digits(after_sign)
        };
        if whole == 0 {
            return Err(self.fault("Expecting value", self.at));
        }
        let mut length = sign + whole;
        let tail = |length: usize| rest.get(length..).unwrap_or_default();
        let fraction = tail(length).strip_prefix('.').map_or(0, digits);
        length += if fraction > 0 { fraction + 1 } else { 0 };
        let exponent = tail(length).strip_prefix(['e', 'E']).map_or(0, |power| {
            let unsigned = power.strip_prefix(['+', '-']).unwrap_or(power);
            match digits(unsigned) {
                0 => 0,
                n => 1 + (power.len() - unsigned.len()) + n,
            }
        });
        length += exponent;
        let text = rest.get(..length).unwrap_or_default();
        self.at += length;
        if fraction > 0 || exponent > 0 {
            return Ok(Value::Float(text.parse().unwrap_or(f64::INFINITY)));
        }
        if whole > MAX_DIGITS {
            return Err(format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {whole} digits; use sys.set_int_max_str_digits() to increase the limit"
            ));
        }
        let text = if text == "-0" { "0" } else { text };
        Ok(Value::Int(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
