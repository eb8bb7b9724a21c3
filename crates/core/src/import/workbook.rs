//! The first sheet of a spreadsheet's own file.

use super::cell::DATE;
use super::kind;
use super::table::Row;
use calamine::{Data, Reader};
use std::io::Cursor;

/// The rows of the sheet, from the first with something on.
///
/// # Errors
/// What the file is instead, and what to save.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, &'static str> {
    let unreadable = || kind::no_workbook(bytes);
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|_foreign| unreadable())?;
    let sheet = book.worksheet_range_at(0).ok_or_else(unreadable)?;
    let sheet = sheet.map_err(|_broken| unreadable())?;
    let (above, left) = sheet.start().unwrap_or_default();
    let before = usize::try_from(left).unwrap_or_default();
    let numbered = (u64::from(above) + 1..).zip(sheet.rows());
    let row = |(line, cells): (u64, &[Data])| Row {
        line,
        cells: std::iter::repeat_n(String::new(), before)
            .chain(cells.iter().map(text))
            .collect(),
        open: false,
    };
    Ok(numbered.map(row).collect())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        // Numbers without a fraction are numbers of people, telephones or switches.
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(true) => "oui".to_owned(),
        Data::Bool(false) => "non".to_owned(),
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => DATE.to_owned(),
        other => other.to_string(),
    }
}
