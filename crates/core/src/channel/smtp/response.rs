//! What a relay says, read from its bytes as they come (RFC 5321, 4.2).
//!
//! Relays say `250` without a word, use second digits that no RFC names, write Latin-1 and end
//! lines with a bare line feed. All that is read as it is meant: a reply that is not understood
//! after the content makes an e-mail go out again.

use encoding_rs::WINDOWS_1252;

/// Most bytes of one reply. RFC 5321 (4.5.3.1.5) allows 512 a line.
const REPLY_MAX: usize = 64 * 1024;

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    /// Its three digits, 200 to 599.
    pub(super) code: u16,
    /// The words behind them, line by line.
    pub(super) lines: Vec<String>,
}

impl Response {
    /// The words of all lines as one text; an enhanced code (RFC 3463) that every line repeats
    /// stands at its head only.
    pub(super) fn words(&self) -> String {
        let mut lines = self.lines.iter().map(|line| line.trim());
        let first = lines.next().unwrap_or_default();
        let code = first.split(' ').next().filter(|word| word.contains('.'));
        let others = lines.map(|line| {
            let plain = code.and_then(|code| line.strip_prefix(code));
            plain.unwrap_or(line).trim_start()
        });
        let all: Vec<&str> = std::iter::once(first).chain(others).collect();
        all.join(" ").trim().to_owned()
    }
}

/// Puts replies together from pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Reader {
    unread: Vec<u8>,
    begun: Option<Response>,
    /// Bytes of the reply that is begun.
    taken: usize,
}

impl Reader {
    /// Takes in what came over the line.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// False when something came that was not asked for, or half a reply.
    pub(super) const fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.begun.is_none()
    }

    /// The next reply, once all of it is here. Lines may differ in their code as long as they say
    /// the same; the last one counts.
    ///
    /// # Errors
    /// What came is no reply, in its words or ours, and nothing behind it can be trusted.
    pub(super) fn reply(&mut self) -> Result<Option<Response>, String> {
        while let Some(line) = self.line() {
            let Some((code, is_last, words)) = parse(&line) else {
                return Err(text(&line));
            };
            let mut lines = match self.begun.take() {
                None => Vec::new(),
                Some(begun) if agree(begun.code, code) => begun.lines,
                Some(begun) => return Err(format!("{}-… {code}", begun.code)),
            };
            lines.push(words);
            let response = Response { code, lines };
            if is_last {
                self.taken = 0;
                return Ok(Some(response));
            }
            self.begun = Some(response);
            if self.taken > REPLY_MAX {
                break;
            }
        }
        if self.taken + self.unread.len() > REPLY_MAX {
            return Err("réponse sans fin".to_owned());
        }
        Ok(None)
    }

    /// The next line, without its end.
    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.unread.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.unread.drain(..=end).collect();
        self.taken += line.len();
        let blank = |byte: &u8| matches!(*byte, b'\r' | b'\n');
        let length = line.iter().rposition(|byte| !blank(byte));
        line.truncate(length.map_or(0, |last| last + 1));
        Some(line)
    }
}

/// Code, whether it is the last line, words.
fn parse(line: &[u8]) -> Option<(u16, bool, String)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    if !(200..600).contains(&code) {
        return None;
    }
    match rest.split_first() {
        None => Some((code, true, String::new())),
        Some((b' ' | b'\t', words)) => Some((code, true, text(words))),
        Some((b'-', words)) => Some((code, false, text(words))),
        Some(_) => None,
    }
}

/// Whether two lines say the same: refused, or the same kind of yes.
const fn agree(one: u16, other: u16) -> bool {
    one / 100 == other / 100 || (one >= 400 && other >= 400)
}

fn text(bytes: &[u8]) -> String {
    let decoded = std::str::from_utf8(bytes).map(ToOwned::to_owned);
    decoded.unwrap_or_else(|_| {
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        text.into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that a reader makes of these bytes, given in pieces.
    fn read(pieces: &[&[u8]]) -> Result<Vec<Response>, String> {
        let (mut reader, mut all) = (Reader::default(), Vec::new());
        for piece in pieces {
            reader.take_in(piece);
            while let Some(response) = reader.reply()? {
                all.push(response);
            }
        }
        Ok(all)
    }

    fn one(bytes: &[u8]) -> (u16, String) {
        let mut all = read(&[bytes]).unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        let response = all.remove(0);
        (response.code, response.words())
    }

    #[test]
    fn replies_are_read_as_relays_write_them() {
        let cases: [(&[u8], u16, &str); 14] = [
            (b"250 2.0.0 Ok\r\n", 250, "2.0.0 Ok"),
            (b"250\r\n", 250, ""),
            (b"250 \r\n", 250, ""),
            (b"250\n", 250, ""),
            (b"250-\r\n250\r\n", 250, ""),
            (b"250-a\n250 b\n", 250, "a b"),
            (b"299 ?\r\n", 299, "?"),
            (b"571 5.7.1 no\r\n", 571, "5.7.1 no"),
            (b"250 Accept\xe9\r\n", 250, "Accepté"),
            (b"550 refus\xe9 \x80\r\n", 550, "refusé €"),
            ("250 reçu\r\n".as_bytes(), 250, "reçu"),
            (b"250\tOk\r\r\n", 250, "Ok"),
            (b"450-a\r\n451 b\r\n", 451, "a b"),
            (
                b"534-5.7.9 Password required.\r\n534 5.7.9  https://support.example/\r\n",
                534,
                "5.7.9 Password required. https://support.example/",
            ),
        ];
        for (bytes, code, words) in cases {
            assert_eq!(one(bytes), (code, words.to_owned()), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_reply_is_not_taken_for_one() {
        let cases: [&[u8]; 13] = [
            b"bonjour\r\n",
            b"\r\n",
            b"25\r\n",
            b"2500 Ok\r\n",
            b"250Ok\r\n",
            b"+50 Ok\r\n",
            b"100 wait\r\n",
            b"999 what\r\n",
            b"250-a\r\n550 b\r\n",
            b"354-a\r\n250 b\r\n",
            b"\xff\xfe\x00\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
            b"250-a\r\n\r\n250 b\r\n",
        ];
        for bytes in cases {
            assert!(read(&[bytes]).is_err(), "{bytes:?}");
        }
        for bytes in [&b"250 Ok"[..], b"250-Ok\r\n", b""] {
            assert_eq!(read(&[bytes]), Ok(vec![]), "{bytes:?}");
        }
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let line = [b"250-".to_vec(), vec![b'x'; 900], b"\r\n".to_vec()].concat();
        for piece in [vec![b'x'; 1000], line] {
            let (mut reader, mut read) = (Reader::default(), 0);
            let end = loop {
                reader.take_in(&piece);
                read += piece.len();
                match reader.reply() {
                    Ok(None) => {}
                    other => break other,
                }
                assert!(read < 2 * REPLY_MAX);
            };
            assert!(end.is_err(), "{end:?}");
        }
    }

    #[test]
    fn what_was_not_asked_for_is_noticed() {
        let mut reader = Reader::default();
        reader.take_in(b"250 Ok\r\n250 again\r\n");
        assert!(reader.reply().unwrap().is_some());
        assert!(!reader.is_empty());
        assert!(reader.reply().unwrap().is_some());
        assert!(reader.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pieces_of_any_size_read_as_the_whole(
            replies in proptest::collection::vec((200_u16..600, proptest::collection::vec("[ -~éà]{0,20}", 1..4)), 1..4),
            bare: bool,
            cuts in proptest::collection::vec(1_usize..12, 0..40),
        ) {
            let end = if bare { "\n" } else { "\r\n" };
            let mut wire = String::new();
            for (code, lines) in &replies {
                for (n, line) in lines.iter().enumerate() {
                    let sign = if n + 1 == lines.len() { " " } else { "-" };
                    wire.extend([code.to_string().as_str(), sign, line.as_str(), end]);
                }
            }
            let mut rest = wire.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            let expected: Vec<Response> = replies.into_iter().map(|(code, lines)| Response { code, lines }).collect();
            prop_assert_eq!(read(&pieces).unwrap(), expected);
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let nothing_invented = match read(&[&bytes]) {
                Ok(all) => all.iter().all(|response| {
                    let code = response.code.to_string();
                    bytes.windows(3).any(|three| three == code.as_bytes())
                }),
                Err(_) => true,
            };
            prop_assert!(nothing_invented);
        }
    }
}
