//! Files as parts of e-mails (RFC 2045, RFC 2183): encoded once for all who get them.

use super::subject::encoded_words;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Bytes that make one line of base64 (RFC 2045, 6.8).
const LINE: usize = 57;

/// Characters of one piece of a name, beside ` filename*10*=` and the semicolon.
const PIECE: usize = 58;

/// What stands as it is in a name (RFC 2231, 7).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The files of one message, as they stand in each of its e-mails between the text and the end.
#[derive(Debug)]
pub struct Attached {
    /// What the parts are parted by. (No boundary inside begins like it.)
    boundary: String,
    parts: Vec<u8>,
}

impl Attached {
    /// None, of a message with this key.
    #[must_use]
    pub fn new(cle: &str) -> Self {
        Self {
            boundary: format!("pj-{cle}"),
            parts: Vec::new(),
        }
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, name: &str, type_mime: &str, content: &[u8]) -> Self {
        let lines = content.len().div_ceil(LINE);
        self.parts
            .reserve(content.len() / 3 * 4 + 4 + 2 * lines + 1024);
        let head = format!(
            "--{}\r\nContent-Type: {type_mime};\r\n name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n {}\r\n\r\n",
            self.boundary,
            named(name),
            filename(name)
        );
        self.parts.extend(head.into_bytes());
        let mut line = [0; LINE / 3 * 4];
        for bytes in content.chunks(LINE) {
            // A line has room for so many bytes.
            let length = BASE64_STANDARD.encode_slice(bytes, &mut line);
            let length = length.unwrap_or_default();
            self.parts.extend(line.get(..length).unwrap_or_default());
            self.parts.extend(b"\r\n");
        }
        self
    }

    /// How many bytes they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn boundary(&self) -> &str {
        &self.boundary
    }

    /// Whole lines, none of which begins with a point.
    pub(in crate::channel) fn parts(&self) -> &[u8] {
        &self.parts
    }

    /// What the parts end with.
    pub(super) fn end(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }
}

fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    name.chars().all(is_plain) && !name.contains("=?") && name.len() < PIECE
}

/// In the way of RFC 2047, which has no place there and which old Outlooks read all the same.
fn named(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        encoded_words(name)
    }
}

/// In the way of RFC 2231, in lines of a usual length.
fn filename(name: &str) -> String {
    if is_plain(name) {
        return format!("filename=\"{name}\"");
    }
    let mut pieces = vec!["utf-8''".to_owned()];
    for letter in name.chars() {
        let letter = escaped(letter);
        match pieces.last_mut() {
            // No letter stands in two pieces.
            Some(piece) if piece.len() + letter.len() <= PIECE => piece.push_str(&letter),
            _ => pieces.push(letter),
        }
    }
    if let [whole] = pieces.as_slice() {
        return format!("filename*={whole}");
    }
    let numbered = (0..)
        .zip(&pieces)
        .map(|(n, piece)| format!("filename*{n}*={piece}"));
    numbered.collect::<Vec<String>>().join(";\r\n ")
}

fn escaped(letter: char) -> String {
    let mut bytes = [0; 4];
    let letter = letter.encode_utf8(&mut bytes);
    utf8_percent_encode(letter, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    fn whole(attached: &Attached) -> String {
        let parts = String::from_utf8(attached.parts().to_vec()).unwrap();
        format!(
            "Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n{parts}{}",
            attached.boundary(),
            attached.end()
        )
    }

    #[test]
    fn a_plain_name_stands_as_it_is() {
        let attached = Attached::new("abc").with("plan.pdf", "application/pdf", &[0; 60]);
        let expected = format!(
            "--pj-abc\r\nContent-Type: application/pdf;\r\n name=\"plan.pdf\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"plan.pdf\"\r\n\r\n\
             {}\r\nAAAA\r\n",
            "A".repeat(76)
        );
        assert_eq!(attached.parts(), expected.as_bytes());
    }

    #[test]
    fn a_name_with_accents_stands_in_both_ways() {
        let attached = Attached::new("abc").with("Réunion d'été.pdf", "application/pdf", b"x");
        let text = whole(&attached);
        assert!(
            text.contains("filename*=utf-8''R%C3%A9union%20d%27%C3%A9t%C3%A9.pdf"),
            "{text}"
        );
        assert!(text.contains("name=\"=?utf-8?"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn names_and_bytes_are_read_back(name in "([ -~]{1,40}|\\PC{1,150})", content in proptest::collection::vec(any::<u8>(), 1..400)) {
            let name = name.trim();
            prop_assume!(!name.is_empty() && !name.contains("  "));
            let attached = Attached::new("abc").with(name, "application/pdf", &content).with("b.pdf", "application/pdf", b"b");
            let text = whole(&attached);
            prop_assert!(text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 78 && !line.starts_with('.')), "{}", text);
            let read = MessageParser::default().parse(text.as_bytes()).unwrap();
            let first = read.attachment(0).unwrap();
            prop_assert_eq!(first.contents(), &content);
            let disposition = first.content_disposition().unwrap();
            prop_assert_eq!(disposition.attribute("filename"), Some(name));
            prop_assert_eq!(read.attachment(1).unwrap().attachment_name(), Some("b.pdf"));
        }
    }
}
