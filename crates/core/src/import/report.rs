//! Everything to look at in a file, as a table for the office.

use super::remark::Remarque;

/// What a spreadsheet would take for a formula begins with one of these.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// CSV as Excel reads it in French: UTF-8 with a mark, semicolons, CRLF.
#[must_use]
pub fn report(remarques: &[Remarque]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // Into memory: nothing can fail.
    writer
        .write_record(["ligne", "colonne", "genre", "remarque", "cellule"])
        .ok();
    for remarque in remarques {
        let ligne = match remarque.ligne {
            0 => String::new(),
            ligne => ligne.to_string(),
        };
        let genre = remarque.genre.as_str();
        let cellule = harmless(&remarque.cellule);
        let record = [&ligne, remarque.colonne, genre, &remarque.texte, &cellule];
        writer.write_record(record).ok();
    }
    writer.into_inner().unwrap_or_default()
}

fn harmless(cell: &str) -> String {
    let plain = cell.replace(|c: char| c.is_control() && c != '\n', " ");
    if plain.starts_with(FORMULAS) {
        format!("'{plain}")
    } else {
        plain
    }
}
