//! The content as it goes over the wire.

use crate::channel::email::Letter;
use std::borrow::Cow;

/// An e-mail in pieces, the last with the final dot. Files go as they are: they have whole lines of letters.
pub(super) fn pieces(letter: &Letter) -> Vec<Cow<'_, [u8]>> {
    match &letter.files {
        None => vec![Cow::Owned(wired(&letter.begin))],
        Some((attached, end)) => vec![
            Cow::Owned(stuffed(&letter.begin)),
            Cow::Borrowed(attached.parts()),
            Cow::Owned(wired(end)),
        ],
    }
}

/// The message with its final dot.
fn wired(message: &[u8]) -> Vec<u8> {
    let mut out = stuffed(message);
    out.extend(b".\r\n");
    out
}

/// Every line ends with CR LF, for a lone CR or LF is read differently by different
/// relays (RFC 5321, 2.3.8), and lines that begin with a dot get a second one (4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 64);
    let mut bytes = message.iter().copied().peekable();
    let mut is_start = true;
    while let Some(byte) = bytes.next() {
        if matches!(byte, b'\r' | b'\n') {
            if byte == b'\r' {
                bytes.next_if_eq(&b'\n');
            }
            out.extend(b"\r\n");
            is_start = true;
        } else {
            if is_start && byte == b'.' {
                out.push(b'.');
            }
            out.push(byte);
            is_start = false;
        }
    }
    if !out.ends_with(b"\r\n") {
        out.extend(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_that_begin_with_a_dot_get_another() {
        assert_eq!(wired(b".a\r\nb.\r\n..\r\n"), b"..a\r\nb.\r\n...\r\n.\r\n");
        assert_eq!(wired(b"a"), b"a\r\n.\r\n");
    }

    #[test]
    fn every_line_ends_as_it_should() {
        assert_eq!(
            wired(b"a\rb\nc\r\r\n\n.\r.d"),
            b"a\r\nb\r\nc\r\n\r\n\r\n..\r\n..d\r\n.\r\n"
        );
    }

    /// The dots undone and the end taken off, as a relay does it.
    fn undone(wire: &[u8]) -> String {
        let text = String::from_utf8(wire.to_vec()).unwrap();
        let body = text.strip_suffix(".\r\n").unwrap();
        body.split_inclusive("\r\n")
            .map(|line| line.strip_prefix('.').unwrap_or(line))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_relay_reads_back_what_was_written(lines in proptest::collection::vec("[.]{0,3}[ -~é]{0,12}", 0..12)) {
            let message: String = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
            let wire = wired(message.as_bytes());
            let text = String::from_utf8(wire.clone()).unwrap();
            // The end is where it should be, and nowhere else.
            let end = format!("\r\n{text}").find("\r\n.\r\n");
            prop_assert_eq!(end, Some(if message.is_empty() { 2 } else { wire.len() - 3 }));
            let expected = if message.is_empty() { "\r\n".to_owned() } else { message };
            prop_assert_eq!(undone(&wire), expected);
        }

        #[test]
        fn no_lone_line_end_reaches_the_wire(bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), any::<u8>()], 0..80)) {
            let wire = wired(&bytes);
            prop_assert!(wire.ends_with(b"\r\n.\r\n"));
            let lone = wire.windows(2).any(|two| (two[0] == b'\r') != (two[1] == b'\n'));
            prop_assert!(!lone && wire[0] != b'\n', "{:?}", wire);
            let end = wire.windows(5).position(|five| five == b"\r\n.\r\n");
            prop_assert_eq!(end, Some(wire.len() - 5));
        }
    }
}
