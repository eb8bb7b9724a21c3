//! Rows to entries: what each line says, by column.

use super::cell;
use super::columns::{Column, column, is_of_parent};
use super::remark::{Genre, Remarks};
use super::table::Row;
use crate::phone::{self, Fault, Region};
use std::collections::BTreeMap;

/// One line: a parent, a pupil and a class, or some of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entry {
    /// As a spreadsheet numbers it.
    pub(super) line: u64,
    /// What is said; what is not, or empty, is not here.
    values: BTreeMap<Column, String>,
    /// Whether numbers are the other program's, not the web app's own.
    pub(super) foreign: bool,
}

impl Entry {
    pub(super) fn foreign(line: u64) -> Self {
        Self {
            line,
            foreign: true,
            ..Self::default()
        }
    }

    pub(super) fn get(&self, column: Column) -> Option<&str> {
        self.values.get(&column).map(String::as_str)
    }

    /// Says something, unless it is empty; tells what happened to it.
    pub(super) fn say(&mut self, column: Column, raw: &str, remarks: &mut Remarks) {
        let (value, told) = cell::clean(raw);
        for (genre, text) in told {
            remarks.cell(self.line, column, genre, text, raw);
        }
        if !value.is_empty() {
            self.values.insert(column, value);
        }
    }

    /// The same, with nothing said of a column.
    pub(super) fn without(mut self, column: Column) -> Self {
        self.values.remove(&column);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One entry for each of these, which `say` adds to it; without any, the entry as it is.
    pub(super) fn with_each<T>(
        self,
        others: impl IntoIterator<Item = T>,
        mut say: impl FnMut(&mut Self, T),
    ) -> Vec<Self> {
        let with = |other| {
            let mut entry = self.clone();
            say(&mut entry, other);
            entry
        };
        let entries: Vec<Self> = others.into_iter().map(with).collect();
        if entries.is_empty() {
            return vec![self];
        }
        entries
    }
}

/// Rows above the names of the columns, such as a title.
const ABOVE: usize = 10;

/// Which cells of a row say what: for each column its places, the preferred ones first.
pub(super) struct Head {
    places: BTreeMap<Column, Vec<usize>>,
    width: usize,
}

/// Finds the row that names the columns. Returns also the rows below.
///
/// # Errors
/// That there is none, and what it should be.
pub(super) fn head<'r>(
    rows: &'r [Row],
    remarks: &mut Remarks,
) -> Result<(Head, &'r [Row]), String> {
    for (n, row) in rows.iter().enumerate().take(ABOVE) {
        let mut found: BTreeMap<Column, Vec<(usize, usize)>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for (place, name) in row.cells.iter().enumerate() {
            match column(name) {
                Some((column, rank)) => found.entry(column).or_default().push((rank, place)),
                None if name.trim().is_empty() => {}
                None => unknown.push(name.as_str()),
            }
        }
        tell_pupil_apart(&mut found, &row.cells);
        let named = found.contains_key(&Column::Nom) || found.contains_key(&Column::ParentId);
        if named && (found.len() > 1 || row.cells.len() == 1) {
            tell_columns(row.line, &found, &unknown, remarks);
            let places = found.into_iter().map(|(column, mut places)| {
                places.sort_unstable();
                (column, places.into_iter().map(|(_, place)| place).collect())
            });
            let head = Head {
                places: places.collect(),
                width: row.cells.len(),
            };
            return Ok((head, rows.get(n + 1..).unwrap_or_default()));
        }
    }
    Err("aucune ligne ne nomme les colonnes : la première doit le faire, par exemple parent_id, nom, prenom, telephone, email, etudiant_id, etudiant_nom, classe".to_owned())
}

/// Beside `Nom du responsable`, a mere `Nom` is the pupil's.
fn tell_pupil_apart(found: &mut BTreeMap<Column, Vec<(usize, usize)>>, cells: &[String]) {
    let of_parent =
        |(_, place): &(usize, usize)| cells.get(*place).is_some_and(|name| is_of_parent(name));
    let beside = |places: &Vec<(usize, usize)>| places.iter().any(of_parent);
    if found.contains_key(&Column::EtudiantNom) || !found.get(&Column::Nom).is_some_and(beside) {
        return;
    }
    for (column, pupils) in [
        (Column::Nom, Column::EtudiantNom),
        (Column::Prenom, Column::EtudiantPrenom),
    ] {
        let places = found.remove(&column).unwrap_or_default();
        let (own, others): (Vec<_>, Vec<_>) = places.into_iter().partition(of_parent);
        for (column, places) in [(column, own), (pupils, others)] {
            if !places.is_empty() {
                found.entry(column).or_default().extend(places);
            }
        }
    }
}

fn tell_columns(
    line: u64,
    found: &BTreeMap<Column, Vec<(usize, usize)>>,
    unknown: &[&str],
    remarks: &mut Remarks,
) {
    for (column, places) in found {
        let mut ranks: Vec<usize> = places.iter().map(|(rank, _)| *rank).collect();
        ranks.sort_unstable();
        if ranks.windows(2).any(|two| two.first() == two.last()) {
            let text = "colonne en double : la première cellule remplie compte";
            remarks.cell(line, *column, Genre::Colonne, text, "");
        }
    }
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().take(20).map(|name| shown(name)).collect();
        let more = unknown.len().saturating_sub(names.len());
        let more = match more {
            0 => String::new(),
            more => format!(" et {more} autres"),
        };
        let text = format!("colonnes non reprises : {}{more}", names.join(", "));
        remarks.line(line, Genre::Colonne, text);
    }
}

/// A name of a column on the terminal.
fn shown(name: &str) -> String {
    let plain = name.trim().replace(char::is_control, " ");
    let seen = plain.chars().filter(|c| *c != super::decode::DOUBTFUL);
    seen.take(40).collect()
}

impl Head {
    /// What a row says; none when it is blank.
    fn entry(&self, row: &Row, region: Region, remarks: &mut Remarks) -> Option<Entry> {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        if row.open {
            let text = "guillemet jamais fermé : pris pour un signe";
            remarks.line(row.line, Genre::Guillemet, text);
        }
        let beyond = row.cells.get(self.width..).unwrap_or_default();
        if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            let text = "plus de cellules que de colonnes : un séparateur dans une cellule ?";
            remarks.line(row.line, Genre::Colonne, text);
        }
        let mut entry = Entry {
            line: row.line,
            ..Entry::default()
        };
        for (column, places) in &self.places {
            let cells = places.iter().filter_map(|place| row.cells.get(*place));
            let mut filled = cells.filter(|cell| !cell.trim().is_empty());
            let first = filled.clone().next();
            let counts = match column {
                // A land line under "portable" is no reason to pass over a mobile under "domicile".
                Column::Telephone => filled.find(|cell| !is_without_sms(cell, region)).or(first),
                _ => first,
            };
            if let Some(cell) = counts {
                entry.say(*column, cell, remarks);
            }
        }
        Some(entry)
    }
}

fn is_without_sms(cell: &str, region: Region) -> bool {
    matches!(
        phone::parse(cell, region),
        Err(Fault::FixedLine | Fault::Premium | Fault::Service)
    )
}

/// All entries of a table.
///
/// # Errors
/// Those of [`head`].
pub(super) fn entries(
    rows: &[Row],
    region: Region,
    remarks: &mut Remarks,
) -> Result<Vec<Entry>, String> {
    let (head, rows) = head(rows, remarks)?;
    Ok(rows
        .iter()
        .filter_map(|row| head.entry(row, region, remarks))
        .collect())
}
