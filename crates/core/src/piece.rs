//! Files that travel with an e-mail: which may, and as what.

use crate::config::Lang;

/// Most bytes of the files of one message together: what most mail systems take, in base64 and with the
/// text.
pub const TOTAL_MAX: i64 = 10 * 1024 * 1024;

/// Most files of one message.
pub const COUNT_MAX: i64 = 20;

/// Longest name, in characters.
pub const NAME_MAX: usize = 150;

/// Why a file may not travel, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no name, or nothing in front of its point.
    Unnamed,
    /// It names a folder too.
    Path,
    /// Mail systems throw away what has this ending.
    Program(String),
    /// A document with programs in it, by its ending.
    Macros(String),
}

/// Endings that Gmail and Outlook let nobody send: programs, scripts, installers, images of disks,
/// shortcuts.
const PROGRAMS: &str = "\
    ade adp apk app appcontent-ms application appref-ms appx appxbundle asp aspx bas bat cab cdxml \
    chm cmd cnt com command cpl crt csh deb der diagcab diagcfg diagpkg dll dmg elf ex ex_ exe fxp \
    gadget grp hlp hpj hta htc img inf ins iso isp its jar jnlp js jse ksh lib library-ms lnk mad \
    maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml mjs msc msh msh1 \
    msh1xml msh2 msh2xml mshxml msi msix msixbundle msp mst msu nsh ops osd pcd php pif pkg pl plg \
    prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 pst py pyc pyo pyw pyz \
    pyzw reg rpm run scf scr sct search-ms settingcontent-ms sh shb shs slk sys theme tmp udl url \
    vb vbe vbp vbs vhd vhdx vsmacros vsw vxd webpnp website ws wsb wsc wsf wsh xbap xll xnk";

/// Documents that may hold programs, by their endings: mail systems of schools keep them back.
const MACROS: &str = "\
    docm dotm potm ppam ppsm pptm sldm xla xlam xlm xlsb xlsm xltm";

/// What a file is whose ending is not known here.
const BYTES: &str = "application/octet-stream";

/// What a file is, by its ending.
const TYPES: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("gif", "image/gif"),
    ("heic", "image/heic"),
    ("ics", "text/calendar"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("rtf", "application/rtf"),
    ("txt", "text/plain"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("zip", "application/zip"),
];

/// Everything that a file may be.
pub fn types() -> impl Iterator<Item = &'static str> {
    let known = TYPES.iter().map(|(_, media)| *media);
    known.chain([BYTES])
}

/// What a file of this name is: said by its ending, and by nobody else.
///
/// # Errors
/// Why it may not travel.
pub fn type_mime(name: &str) -> Result<&'static str, Refused> {
    if name.contains(['/', '\\']) {
        return Err(Refused::Path);
    }
    // Windows knows no points and blanks at the end of a name; a colon opens a second file behind it.
    let name = name.trim_end_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let (stem, ending) = match name.rsplit_once(['.', ':']) {
        Some((stem, ending)) => (stem, ending.trim().to_lowercase()),
        None => (name, String::new()),
    };
    if stem.trim_matches(['.', ' ']).is_empty() {
        return Err(Refused::Unnamed);
    }
    let is_among = |list: &str| list.split(' ').any(|known| known == ending);
    if is_among(PROGRAMS) {
        return Err(Refused::Program(ending));
    }
    if is_among(MACROS) {
        return Err(Refused::Macros(ending));
    }
    let known = TYPES.iter().find(|(known, _)| *known == ending);
    Ok(known.map_or(BYTES, |(_, media)| *media))
}

const KILO: i64 = 1024;
const MEGA: i64 = KILO * KILO;

/// A size, rounded up: `850 Ko`, `7,4 Mo`.
#[must_use]
pub fn taille(lang: Lang, octets: i64) -> String {
    let up = |unit: i64| (octets.max(0) + unit - 1) / unit;
    let (unit, comma) = match lang {
        Lang::Fr => ("o", ","),
        Lang::En => ("B", "."),
    };
    if octets < MEGA {
        return format!("{}\u{a0}K{unit}", up(KILO));
    }
    // Tenths of 1024 × 1024 are no whole bytes.
    let tenths = (octets * 10 + MEGA - 1) / MEGA;
    match tenths % 10 {
        0 => format!("{}\u{a0}M{unit}", tenths / 10),
        tenth => format!("{}{comma}{tenth}\u{a0}M{unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_is_said_by_its_ending() {
        for (name, media) in [
            ("Réunion.pdf", "application/pdf"),
            ("PHOTO.JPG", "image/jpeg"),
            ("www.ecole.com.pdf", "application/pdf"),
            ("liste.csv ", "text/csv"),
            ("sans-fin", "application/octet-stream"),
            ("archive.tar.gz", "application/octet-stream"),
            ("page.html", "application/octet-stream"),
        ] {
            assert_eq!(type_mime(name), Ok(media), "{name}");
        }
    }

    #[test]
    fn what_mail_systems_throw_away_is_refused_however_it_is_named() {
        for name in [
            "a.exe",
            "a.pdf.exe",
            "A.PDF.EXE",
            "a.exe.",
            "a.exe . ",
            "a.exe\u{a0}",
            "a.js",
            "a.bat",
            "a.vbs",
            "a.jar",
            "a.msi",
            "a.iso",
            "a.pdf:b.exe",
            "a. exe",
        ] {
            assert!(
                matches!(type_mime(name), Err(Refused::Program(_))),
                "{name}"
            );
        }
        assert_eq!(type_mime("b.XLSM"), Err(Refused::Macros("xlsm".to_owned())));
    }

    #[test]
    fn a_name_is_a_name() {
        for name in ["", ".", "..", " .pdf", ".pdf", "...exe"] {
            assert_eq!(type_mime(name), Err(Refused::Unnamed), "{name:?}");
        }
        for name in ["../a.pdf", "C:\\Documents\\a.pdf", "/etc/passwd", "a/"] {
            assert_eq!(type_mime(name), Err(Refused::Path), "{name}");
        }
    }

    #[test]
    fn sizes_are_rounded_up() {
        for (octets, expected) in [
            (1, "1\u{a0}Ko"),
            (1024, "1\u{a0}Ko"),
            (MEGA - 1, "1024\u{a0}Ko"),
            (MEGA, "1\u{a0}Mo"),
            (TOTAL_MAX, "10\u{a0}Mo"),
            (TOTAL_MAX + 1, "10,1\u{a0}Mo"),
            (7 * MEGA + 400 * KILO, "7,4\u{a0}Mo"),
        ] {
            assert_eq!(taille(Lang::Fr, octets), expected);
        }
        assert_eq!(taille(Lang::En, 7 * MEGA + 1), "7.1\u{a0}MB");
    }
}
