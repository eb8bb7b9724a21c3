//! The subject as a header: what was typed is what is read.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lettre::message::header::{Header, HeaderName, HeaderValue};

const NAME: &str = "Subject";

/// Longest line of a header (RFC 5322, 2.1.1; with encoded words RFC 2047, 2).
const LINE_MAX: usize = 76;

/// Characters of one encoded word without its frame: beside the header's name and `=?utf-8?q?…?=`.
const WORD_MAX: usize = 52;

/// lettre leaves a `=?utf-8?q?…?=` that somebody typed as it is, and readers see something else.
#[derive(Clone)]
pub(super) struct Subject(pub(super) String);

impl Header for Subject {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str(NAME)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        let encoded = folded(&self.0).unwrap_or_else(|| encoded_words(&self.0));
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), encoded)
    }
}

/// As it is, in lines; nothing when it would not be read as it is.
fn folded(subject: &str) -> Option<String> {
    let plain = subject.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && subject.trim() == subject
        && !subject.contains("=?")
        && !subject.contains("  ");
    let mut line = NAME.len() + 1;
    let mut out = String::new();
    for (n, word) in subject.split(' ').enumerate() {
        if n > 0 && line + 1 + word.len() > LINE_MAX {
            out.push_str("\r\n");
            line = 0;
        }
        if n > 0 {
            out.push(' ');
        }
        out.push_str(word);
        line += 1 + word.len();
        if line > LINE_MAX {
            return None;
        }
    }
    plain.then_some(out)
}

/// As encoded words (RFC 2047), in the encoding that is shorter.
pub(super) fn encoded_words(subject: &str) -> String {
    let all = quoted(subject).len();
    let (kind, word): (_, fn(&str) -> String) = if all <= subject.len().div_ceil(3) * 4 {
        ('q', quoted)
    } else {
        ('b', |text| BASE64_STANDARD.encode(text))
    };
    let mut pieces = vec![String::new()];
    for c in subject.chars() {
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
            if word(piece).len() > WORD_MAX {
                piece.pop();
                pieces.push(c.to_string());
            }
        }
    }
    let words = pieces
        .iter()
        .map(|piece| format!("=?utf-8?{kind}?{}?=", word(piece)));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// The Q encoding, with nothing left as it is that could mean something (RFC 2047, 5).
fn quoted(text: &str) -> String {
    let quoted = |byte: u8| match byte {
        b' ' => "_".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("={byte:02X}"),
    };
    text.bytes().map(quoted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(subject: &str) -> String {
        folded(subject).unwrap_or_else(|| encoded_words(subject))
    }

    /// What a reader makes of it.
    fn read(header: &str) -> String {
        if !header.starts_with("=?utf-8?") {
            return header.replace("\r\n", "");
        }
        let mut bytes = Vec::new();
        for word in header.split("\r\n ") {
            let word = word
                .strip_prefix("=?utf-8?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            let (kind, text) = word.split_once('?').unwrap();
            let decoded = match kind {
                "b" => BASE64_STANDARD.decode(text).unwrap(),
                _ => unquoted(text),
            };
            assert!(
                std::str::from_utf8(&decoded).is_ok(),
                "a letter is cut: {header}"
            );
            bytes.extend(decoded);
        }
        String::from_utf8(bytes).unwrap()
    }

    fn unquoted(text: &str) -> Vec<u8> {
        let mut pieces = text.split('=');
        let plain = |text: &str| text.replace('_', " ").into_bytes();
        let mut bytes = plain(pieces.next().unwrap());
        for piece in pieces {
            let (code, rest) = piece.split_at(2);
            bytes.push(u8::from_str_radix(code, 16).unwrap());
            bytes.extend(plain(rest));
        }
        bytes
    }

    #[test]
    fn subjects_are_read_as_they_were_typed() {
        assert_eq!(shown("Reunion jeudi"), "Reunion jeudi");
        assert_eq!(
            shown("Réunion à 18 h"),
            "=?utf-8?q?R=C3=A9union_=C3=A0_18_h?="
        );
        let literal = "Voir =?utf-8?Q?caf=C3=A9?= ici";
        assert!(shown(literal).starts_with("=?utf-8?"), "{}", shown(literal));
        for subject in [
            literal,
            "=?x",
            "é =?utf-8?B?w6k=?= é",
            " deux  blancs ",
            "",
            "🎓🎓🎓 اجتماع الآباء يوم الخميس في الساعة السادسة",
        ] {
            assert_eq!(read(&shown(subject)), subject);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_typed_is_read_and_no_line_is_too_long(subject in "([ -~]{0,30}|[a-zé ]{0,30}|\\PC{0,20}|=\\?utf-8\\?[qQbB]\\?|x{60}){0,6}") {
            let shown = shown(&subject);
            prop_assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte) || b"\r\n".contains(&byte)));
            let whole = format!("{NAME}: {shown}");
            prop_assert!(whole.split("\r\n").all(|line| line.len() <= LINE_MAX), "{}", whole);
            prop_assert!(shown.split("\r\n").skip(1).all(|line| line.starts_with(' ') && !line.trim().is_empty()), "{}", whole);
            prop_assert_eq!(read(&shown), subject);
        }
    }
}
