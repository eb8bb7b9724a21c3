//! What a file is, by its first bytes: programs and people name files as they like.

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines of text.
    Text,
    /// Text in XML.
    Xml,
    /// A spreadsheet's own file.
    Workbook,
}

const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The kind.
///
/// # Errors
/// What it is instead, and what to save.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, &'static str> {
    if bytes.starts_with(ZIP) || bytes.starts_with(OLE) {
        return Ok(Kind::Workbook);
    }
    let head: String = bytes
        .iter()
        .take(1000)
        .map(|byte| char::from(*byte).to_ascii_lowercase())
        .filter(|c| !matches!(c, '\0' | 'ï' | '»' | '¿' | 'ÿ' | 'þ'))
        .collect();
    let head = head.trim_start();
    if head.is_empty() {
        return Err("le fichier est vide");
    }
    if head.starts_with("%pdf") {
        return Err("c'est un PDF : demandez l'export en CSV ou en classeur (.xlsx, .ods)");
    }
    if head.starts_with("{\\rtf") {
        return Err(
            "c'est un texte RTF : enregistrez la liste en CSV ou en classeur (.xlsx, .ods)",
        );
    }
    if head.starts_with("<!doctype html")
        || head.starts_with("<html")
        || head.starts_with("<table")
        || (head.starts_with('<') && head.contains("<html"))
    {
        return Err(
            "c'est une page HTML, quel que soit son nom : ouvrez-la dans un tableur et enregistrez-la en .xlsx ou en CSV UTF-8",
        );
    }
    if head.starts_with('<') {
        return Ok(Kind::Xml);
    }
    if is_binary(bytes) {
        return Err(
            "ce n'est pas un tableau : enregistrez la liste en CSV ou en classeur (.xlsx, .ods)",
        );
    }
    Ok(Kind::Text)
}

/// Zeros are in no text but UTF-16, whose every second byte they are.
fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4000)).unwrap_or_default();
    let zeros = head.split(|byte| *byte == 0).count() - 1;
    let marked = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let wide = zeros > head.len() / 3 && zeros < head.len() * 2 / 3;
    let gzip = head.starts_with(b"\x1f\x8b");
    let picture = head.starts_with(b"\x89PNG") || head.starts_with(b"\xff\xd8\xff");
    gzip || picture || (zeros > 0 && !marked && !wide)
}

/// What is said of an archive or an old document that no sheet could be read from.
pub(super) fn no_workbook(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(ZIP) {
        "c'est une archive ZIP, pas un classeur : extrayez-en les fichiers, ou enregistrez la liste en .xlsx ou en CSV UTF-8"
    } else {
        "ce classeur ne peut pas être lu (abîmé, protégé, ou un autre document) : enregistrez-le en .xlsx ou en CSV UTF-8"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(kind(b"nom;prenom\n"), Ok(Kind::Text));
        assert_eq!(kind(b"\xff\xfen\0o\0m\0"), Ok(Kind::Text));
        assert_eq!(
            kind(b"\xef\xbb\xbf<?xml version=\"1.0\"?><BEE_ELEVES/>"),
            Ok(Kind::Xml)
        );
        assert_eq!(kind(b"PK\x03\x04..."), Ok(Kind::Workbook));
        for (bytes, word) in [
            (b"%PDF-1.7".as_slice(), "PDF"),
            (b"\xef\xbb\xbf<html><table>", "HTML"),
            (b"<?xml version=\"1.0\"?><html>", "HTML"),
            (b" \r\n", "vide"),
            (b"", "vide"),
            (b"\x1f\x8b\x08", "tableau"),
            (b"nom\0;prenom", "tableau"),
        ] {
            assert!(kind(bytes).unwrap_err().contains(word), "{word}");
        }
    }
}
