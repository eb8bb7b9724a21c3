//! The settings file, whatever an editor made of it: UTF-8, UTF-16 (Windows' Notepad and
//! PowerShell), Windows-1252, any line end, a name with `.txt` behind it.
//!
//! A file that is not understood is a fault, never an empty one: the defaults would send nothing
//! and mark everything as sent.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::path::{Path, PathBuf};

/// What stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Its text, with `\n` at the end of each line, as Python reads it.
    pub(super) text: String,
    /// What the administrator should know of its encoding.
    pub(super) warning: Option<String>,
}

/// Reads the bytes of a settings file; the error completes "FILE : …".
pub(super) fn text(bytes: &[u8]) -> Result<Text, String> {
    let (text, warning) = decode(bytes)?;
    Ok(Text {
        text: text.replace("\r\n", "\n").replace('\r', "\n"),
        warning,
    })
}

type Decoded = (String, Option<String>);

const UTF_32: [[u8; 4]; 2] = [[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]];

fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if UTF_32.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(format!("encodage UTF-32, illisible : {SAVE_AS}"));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return whole(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if bytes.contains(&0) {
        return whole(unmarked(bytes), bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.to_owned(), None)),
        Err(_) => line_by_line(bytes),
    }
}

const SAVE_AS: &str = "enregistrez-le en UTF-8";

/// Which half of UTF-16's units is zero, as it is for Latin letters.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    let zeros_at = |place: usize| {
        let those = bytes.iter().skip(place).step_by(2);
        those.filter(|byte| **byte == 0).count()
    };
    if zeros_at(1) > zeros_at(0) {
        UTF_16LE
    } else {
        UTF_16BE
    }
}

fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Result<Decoded, String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    // A line that another editor added in one byte a letter reads as Chinese.
    let sound = |c: char| c != '\0' && !('\u{2e80}'..='\u{9fff}').contains(&c);
    match text {
        Some(text) if text.chars().all(sound) => Ok((text.into_owned(), None)),
        _ => Err(format!(
            "ni UTF-8 ni {} de bout en bout : {SAVE_AS}",
            encoding.name()
        )),
    }
}

/// Lines that are not UTF-8 are Windows-1252, as Notepad writes "ANSI" in Western Europe.
fn line_by_line(bytes: &[u8]) -> Result<Decoded, String> {
    let mut text = String::new();
    let mut western = Vec::new();
    let unix = unix_lines(bytes);
    for (number, line) in (1..).zip(unix.split_inclusive(|byte| *byte == b'\n')) {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) if is_comment(line) => text.push_str("#\n"),
            Err(_) if is_western(line) => {
                western.push(number.to_string());
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0);
            }
            Err(_) => {
                return Err(format!(
                    "ligne {number}, encodage inconnu (ni UTF-8 ni Windows-1252) : {SAVE_AS}"
                ));
            }
        }
    }
    let warning = (!western.is_empty()).then(|| {
        let lines = western.join(", ");
        format!("encodage Windows-1252 (ligne {lines}), lu comme tel : {SAVE_AS}")
    });
    Ok((text, warning))
}

/// Line ends of one byte, so that lines are counted the same whoever wrote them.
fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    let mut before = 0;
    for byte in bytes {
        match (before, byte) {
            (b'\r', b'\n') => {}
            (_, b'\r') => lines.push(b'\n'),
            (_, byte) => lines.push(*byte),
        }
        before = *byte;
    }
    lines
}

fn is_comment(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"#")
}

/// Whether a line can be nothing but Windows-1252. The accents of DOS and of old Macs are between
/// 0x80 and 0x9F, where it has little that is ever typed; a password read wrongly would lock the
/// account.
fn is_western(line: &[u8]) -> bool {
    const TYPED: [u8; 3] = [0x80, 0x92, 0x9c]; // € ’ œ
    let one_encoding = line.utf8_chunks().all(|chunk| chunk.valid().is_ascii());
    let known = |byte: &u8| byte.is_ascii() || *byte >= 0xa0 || TYPED.contains(byte);
    one_encoding && line.iter().all(known)
}

/// A file beside `path` that was meant to be it: Windows hides the `.txt` that Notepad adds.
pub(super) fn mistaken(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let bare = name.trim_start_matches('.');
    [
        format!("{name}.txt"),
        format!("{bare}.txt"),
        bare.to_owned(),
    ]
    .into_iter()
    .filter(|other| other != name)
    .map(|other| path.with_file_name(other))
    .find(|other| other.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str =
        "MESSAGES_MODE=reel\r\nDEFAULT_FROM_EMAIL=Collège <c@exemple.fr>\r\nP=œuf€’é#1\r\n";

    fn read(bytes: &[u8]) -> String {
        let read = text(bytes).unwrap();
        assert_eq!(read.warning, None);
        read.text
    }

    fn utf_16(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    }

    #[test]
    fn what_windows_calls_unicode_is_read_with_any_line_end() {
        for ends in ["\r\n", "\n", "\r"] {
            let settings = SETTINGS.replace("\r\n", ends);
            let expected = SETTINGS.replace("\r\n", "\n");
            for unit in [u16::to_le_bytes, u16::to_be_bytes] {
                for mark in [true, false] {
                    assert_eq!(read(&utf_16(&settings, unit, mark)), expected);
                }
            }
            assert_eq!(read(settings.as_bytes()), expected);
            assert_eq!(read(format!("\u{feff}{settings}").as_bytes()), expected);
        }
    }

    #[test]
    fn windows_1252_is_read_as_such_and_told() {
        let (bytes, _, lost) = WINDOWS_1252.encode(SETTINGS);
        assert!(!lost);
        let read = text(&bytes).unwrap();
        assert_eq!(read.text, SETTINGS.replace("\r\n", "\n"));
        let warning = read.warning.unwrap();
        assert!(warning.contains("Windows-1252 (ligne 2, 3)"), "{warning}");
        // One line that an old editor added to a file in UTF-8.
        let mut mixed = "A=école\n".as_bytes().to_vec();
        mixed.extend(b"B=coll\xe8ge\n# \x82t\x82\n");
        let read = text(&mixed).unwrap();
        assert_eq!(read.text, "A=école\nB=collège\n#\n");
    }

    #[test]
    fn no_password_is_read_in_a_wrong_encoding() {
        for (bytes, named) in [
            (&b"P=\x82t\x82\n"[..], "ligne 1, encodage inconnu"), // code page 850
            (b"A=1\rP=\x8et\x8e\r", "ligne 2, encodage inconnu"), // Mac
            (b"P=\xc3\xa9 \xe9\n", "ligne 1, encodage inconnu"),  // two at once
            (b"\xff\xfe\0\0P\0\0\0", "UTF-32"),
            (b"\xef\xbb\xbfP=\xe9\n", "UTF-8"),
            (b"P=1\nQ\0=\x002\0\n\0", "UTF-16"), // `>>` of PowerShell
            (b"\xff\xfeP\0=\x001\0\n\0QQ=22\n", "UTF-16LE"), // `>>` of cmd
            (b"\xff\xfeP\0=\0\xd8", "UTF-16LE"),
            (b"PK\x03\x04\0\0\0\0\0\0", "UTF-16"),
        ] {
            let error = text(bytes).unwrap_err();
            assert!(error.contains(named), "{named}: {error}");
            assert!(error.contains("enregistrez-le en UTF-8"), "{error}");
        }
    }
}
