//! Bytes to letters, whatever program saved them.

use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Stands behind a letter that was not saved as the rest of the file: the cell is told. (It is none
/// of Unicode's characters, so no file has it.)
pub(super) const DOUBTFUL: char = '\u{fdd0}';

/// UTF-8, UTF-16, or a single byte for a letter: Windows', ISO-8859-15 or the Macintosh's.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match Encoding::for_bom(bytes) {
        Some((encoding, length)) => {
            let rest = bytes.get(length..).unwrap_or_default();
            if encoding == UTF_8 {
                mended(rest)
            } else {
                encoding.decode_without_bom_handling(rest).0.into_owned()
            }
        }
        None => without_mark(bytes),
    }
}

fn without_mark(bytes: &[u8]) -> String {
    if let Some(encoding) = wide(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += chunk.invalid().len();
    }
    if wrong == 0 || right >= wrong {
        mended(bytes)
    } else {
        single(bytes)
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    }
}

/// UTF-16 without a mark: every second byte of western letters is 0.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(1000)).unwrap_or_default();
    let zeros = |odd: usize| {
        let places = head.iter().enumerate();
        places
            .filter(|(n, byte)| n % 2 == odd && **byte == 0)
            .count()
    };
    let many = head.len() / 3;
    if head.len() > 1 && zeros(1) > many {
        Some(UTF_16LE)
    } else if head.len() > 1 && zeros(0) > many {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// UTF-8 with some bytes of Windows-1252 in between, as after pasting one file into another.
fn mended(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
            text.push(DOUBTFUL);
        }
    }
    text
}

/// Which single-byte encoding: by the letters that are signs in the others.
fn single(bytes: &[u8]) -> &'static Encoding {
    let beside_letters = |wanted: &[u8]| {
        let pairs = bytes.windows(2).filter(|pair| match pair {
            [a, b] => {
                (wanted.contains(a) && b.is_ascii_alphabetic())
                    || (wanted.contains(b) && a.is_ascii_alphabetic())
            }
            _ => false,
        });
        pairs.count()
    };
    let controls = bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
    // à ç é è ê of the Macintosh, where Windows has signs and the letters stand above C0.
    let high: Vec<u8> = (0xc0..=0xff).collect();
    if beside_letters(&[0x88, 0x8d, 0x8e, 0x8f, 0x90]) > beside_letters(&high) {
        MACINTOSH
    } else if !controls && beside_letters(&[0xbc, 0xbd, 0xbe]) > 0 {
        // Œ œ Ÿ, where Windows has fractions.
        ISO_8859_15
    } else {
        WINDOWS_1252
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_however_they_were_saved() {
        let utf16 = |little: bool| {
            let units = "\u{feff}Traoré\n".encode_utf16();
            let bytes = |unit: u16| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            units.flat_map(bytes).collect::<Vec<u8>>()
        };
        assert_eq!(decoded(&utf16(true)), "Traoré\n");
        assert_eq!(decoded(&utf16(false)), "Traoré\n");
        assert_eq!(decoded(&utf16(true)[2..]), "Traoré\n");
        for (bytes, text) in [
            (b"Traor\xc3\xa9".as_slice(), "Traoré"),
            (b"\xef\xbb\xbfTraor\xc3\xa9", "Traoré"),
            (b"Traor\xe9", "Traoré"),
            (b"l\x92\xe9cole", "l’école"),
            (b"LEC\xbcUR", "LECŒUR"),
            (b"s\xbdur \xe9", "sœur é"),
            (b"Traor\x8e", "Traoré"),
        ] {
            assert_eq!(decoded(bytes), text);
        }
    }

    #[test]
    fn a_letter_saved_otherwise_is_marked() {
        assert_eq!(
            decoded(b"\xc3\xa9l\xc3\xa8ve\nTraor\xe9\n"),
            format!("élève\nTraoré{DOUBTFUL}\n")
        );
        assert_eq!(
            decoded(b"\xef\xbb\xbfa\nTraor\x96\n"),
            format!("a\nTraor–{DOUBTFUL}\n")
        );
    }
}
