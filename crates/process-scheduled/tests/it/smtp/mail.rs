//! A message as its reader sees it: headers unfolded and decoded, body decoded.

/// A message with one part.
#[derive(Debug)]
pub(crate) struct Mail {
    headers: Vec<(String, String)>,
    /// With line feeds only.
    pub(crate) body: String,
}

impl Mail {
    /// Reads what a relay took.
    pub(crate) fn read(data: &str) -> Self {
        let (head, body) = data.split_once("\r\n\r\n").unwrap();
        assert!(data.is_ascii(), "{data:?}");
        assert!(
            !data.replace("\r\n", "").contains(['\r', '\n']),
            "a lone CR or LF: {data:?}"
        );
        let longest = data.split("\r\n").map(str::len).max();
        assert!(
            longest < Some(999),
            "a line of {longest:?} bytes (RFC 5322, 2.1.1)"
        );
        let headers: Vec<(String, String)> = head
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ")
            .split("\r\n")
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), words(value)))
            .collect();
        let mut mail = Self {
            headers,
            body: String::new(),
        };
        mail.body = text(&mail.decoded(body)).replace("\r\n", "\n");
        mail
    }

    /// The value of a header that is there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self
            .headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let value = &found
            .next()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
            .1;
        assert!(found.next().is_none(), "two {name}: {self:?}");
        value
    }

    /// The names of all headers, in lower case and in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort();
        names
    }

    fn decoded(&self, body: &str) -> Vec<u8> {
        match self.header("Content-Transfer-Encoding") {
            "7bit" => body.as_bytes().to_vec(),
            "base64" => base64(&body.replace("\r\n", "")),
            "quoted-printable" => quoted(&body.replace("=\r\n", "")),
            other => panic!("unexpected encoding {other}"),
        }
    }
}

/// A header's value with its encoded words decoded (RFC 2047).
fn words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, encoded)) = rest.split_once("=?utf-8?") {
        // Between two encoded words, white space is none.
        if out.is_empty() || !before.trim().is_empty() {
            out += before;
        }
        let (kind, encoded) = encoded.split_once('?').unwrap();
        let (encoded, after) = encoded.split_once("?=").unwrap();
        out += &match kind {
            "b" => text(&base64(encoded)),
            "q" => text(&quoted(&encoded.replace('_', " "))),
            other => panic!("unexpected encoding {other}"),
        };
        rest = after;
    }
    out + rest
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn quoted(encoded: &str) -> Vec<u8> {
    let mut pieces = encoded.split('=');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        let (code, plain) = piece.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend(plain.as_bytes());
    }
    bytes
}

fn base64(encoded: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut pending, mut bits, mut bytes) = (0_usize, 0, Vec::new());
    for symbol in encoded.trim_end_matches('=').chars() {
        pending = (pending << 6) | ALPHABET.find(symbol).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(pending >> bits).unwrap());
            pending &= (1 << bits) - 1;
        }
    }
    bytes
}

#[test]
fn encodings_are_undone() {
    assert_eq!(text(&base64("w6kh")), "é!");
    assert_eq!(text(&quoted("=C3=A9=3D!")), "é=!");
    assert_eq!(
        words("a =?utf-8?b?w6k=?= =?utf-8?q?=C3=A9_b?= c"),
        "a éé b c"
    );
}
