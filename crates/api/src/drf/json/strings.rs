//! Strings and their escapes.

use super::super::value::Value;
use super::Reader;

impl Reader<'_, '_> {
    pub(super) fn string(&mut self) -> Result<Value, String> {
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut lone = None;
        loop {
            let rest = self.rest();
            let plain = rest
                .bytes()
                .take_while(|b| !matches!(b, b'"' | b'\\' | 0..=0x1f))
                .count();
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(lone.map_or(Value::Text(text), Value::Surrogate));
                }
                Some(b'\\') => match self.escape(begin)? {
                    Ok(letter) => text.push(letter),
                    Err(surrogate) => lone = lone.or(Some(surrogate)),
                },
                Some(_) => return Err(self.fault("Invalid control character at", self.at)),
                None => return Err(self.fault("Unterminated string starting at", begin)),
            }
        }
    }

    /// The letter that an escape means, or the half of a pair that stands alone.
    fn escape(&mut self, begin: usize) -> Result<Result<char, u32>, String> {
        let backslash = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else {
            return Err(self.fault("Unterminated string starting at", begin));
        };
        let plain = match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.fault("Invalid \\escape", backslash)),
        };
        self.at += 1;
        Ok(Ok(plain))
    }

    fn unicode_escape(&mut self) -> Result<Result<char, u32>, String> {
        let high = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).ok_or(high));
        }
        let before_pair = self.at;
        if self.rest().starts_with("\\u") {
            self.at += 1;
            let low = self.four_digits()?;
            if (0xdc00..0xe000).contains(&low) {
                let pair = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(pair).ok_or(high));
            }
            self.at = before_pair;
        }
        Ok(Err(high))
    }

    /// Four hexadecimal digits after the `u` where the reader stands.
    fn four_digits(&mut self) -> Result<u32, String> {
        let digits = self
            .rest()
            .get(1..5)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.fault("Invalid \\uXXXX escape", self.at))?;
        self.at += 5;
        Ok(code)
    }
}
