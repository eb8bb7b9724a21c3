//! Contacts of Google: a table, whose labels are the classes.

use super::super::columns::Column;
use super::super::entry::{self, Entry};
use super::super::remark::Remarks;
use super::super::table::Row;
use crate::phone::Region;

/// Between several values in one cell.
const BETWEEN: &str = ":::";

/// One entry for each label of a contact. Those of Google itself begin with a star.
pub(super) fn entries(
    rows: &[Row],
    region: Region,
    remarks: &mut Remarks,
) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for entry in entry::entries(rows, region, remarks)? {
        let labels = entry.get(Column::Classe).unwrap_or_default().to_owned();
        let labels = labels.split(BETWEEN).map(str::trim);
        let classes = labels.filter(|label| !label.is_empty() && !label.starts_with('*'));
        let mut plain = entry.without(Column::Classe);
        for column in [Column::Telephone, Column::Email] {
            let first = plain
                .get(column)
                .and_then(|cell| cell.split(BETWEEN).next());
            let first = first.unwrap_or_default().to_owned();
            plain = plain.without(column);
            plain.say(column, &first, remarks);
        }
        entries.extend(plain.with_each(classes, |entry, classe| {
            entry.say(Column::Classe, classe, remarks);
        }));
    }
    Ok(entries)
}
