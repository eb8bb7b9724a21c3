//! The form of a message that survives its way: names in small letters, blanks as one, nothing at the ends
//! (RFC 6376, 3.4.2 and 3.4.4).

use ring::digest::{Context, Digest, SHA256};
use std::borrow::Cow;

/// A header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'m> {
    pub(super) name: &'m str,
    value: &'m str,
}

impl<'m> Field<'m> {
    /// Reads one header, folded or not.
    pub(super) fn of(text: &'m str) -> Option<Self> {
        let (name, value) = text.split_once(':')?;
        Some(Self {
            name: name.trim_end(),
            value,
        })
    }

    /// In one line without an end.
    pub(super) fn relaxed(&self) -> String {
        let words: Vec<&str> = self.value.split_ascii_whitespace().collect();
        format!("{}:{}", self.name.to_ascii_lowercase(), words.join(" "))
    }
}

/// Head and body.
pub(super) fn parts(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = message.split_at(end.map_or(message.len(), |end| end + 2));
    (head, body.strip_prefix(b"\r\n").unwrap_or(body))
}

/// The headers, in their order.
pub(super) fn fields(head: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut rest = head;
    while !rest.is_empty() {
        let ends = rest.match_indices("\r\n").map(|(at, _)| at + 2);
        let folded = |end: &usize| {
            rest.get(*end..)
                .is_some_and(|next| next.starts_with([' ', '\t']))
        };
        let end = ends.into_iter().find(|end| !folded(end));
        let (field, next) = rest.split_at(end.unwrap_or(rest.len()));
        fields.extend(Field::of(field));
        rest = next;
    }
    fields
}

/// The body, heard in pieces of whole lines: nothing where it has only blank lines, none of these at its end.
pub(super) struct Body {
    digest: Context,
    blanks: usize,
}

impl Default for Body {
    fn default() -> Self {
        Self {
            digest: Context::new(&SHA256),
            blanks: 0,
        }
    }
}

impl Body {
    pub(super) fn hear(&mut self, piece: &[u8]) {
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = collapsed(line.strip_suffix(b"\r").unwrap_or(line));
            if line.is_empty() {
                self.blanks += 1;
                continue;
            }
            for _ in 0..std::mem::take(&mut self.blanks) {
                self.digest.update(b"\r\n");
            }
            self.digest.update(&line);
            self.digest.update(b"\r\n");
        }
    }

    pub(super) fn digest(self) -> Digest {
        self.digest.finish()
    }
}

/// Blanks as one, none at the end.
fn collapsed(line: &[u8]) -> Cow<'_, [u8]> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    if !line.iter().any(is_blank) {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    let mut after_blank = false;
    for byte in line.iter().copied() {
        let is_blank = is_blank(&byte);
        if !is_blank {
            if after_blank {
                out.push(b' ');
            }
            out.push(byte);
        }
        after_blank = is_blank;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::digest::digest;

    fn is_heard_as(text: &[u8], expected: &[u8]) {
        let expected = digest(&SHA256, expected);
        for size in [1, 2, 100] {
            let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
            let mut body = Body::default();
            for lines in lines.chunks(size) {
                body.hear(&lines.concat());
            }
            let heard = body.digest();
            assert_eq!(heard.as_ref(), expected.as_ref(), "{text:?}");
        }
    }

    /// The example of RFC 6376, 3.4.5.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (head, text) = parts(message);
        let head = std::str::from_utf8(head).unwrap();
        let relaxed: Vec<String> = fields(head).iter().map(Field::relaxed).collect();
        assert_eq!(relaxed, ["a:X", "b:Y Z"]);
        is_heard_as(text, b" C\r\nD E\r\n");
    }

    #[test]
    fn a_body_of_nothing_is_nothing() {
        for text in [&b""[..], b"\r\n", b" \t\r\n\r\n", b"\n"] {
            is_heard_as(text, b"");
        }
        is_heard_as(b"\r\n\r\na", b"\r\n\r\na\r\n");
        is_heard_as(b"a\r\n\r\nb\r\n", b"a\r\n\r\nb\r\n");
        assert_eq!(parts(b"A: X\r\n"), (&b"A: X\r\n"[..], &b""[..]));
        assert_eq!(parts(b"A: X\r\n\r\n"), (&b"A: X\r\n"[..], &b""[..]));
    }
}
