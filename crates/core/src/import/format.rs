//! Files that other programs write, as they write them: nobody has to retype a header.

mod google;
mod onde;
mod oneroster;
mod siecle;
mod xml;

use super::decode::decoded;
use super::entry::{self, Entry};
use super::fold::name_key;
use super::kind::{Kind, kind};
use super::remark::Remarks;
use super::source::{File, Source};
use super::table::{self, Row};
use super::workbook;
use crate::phone::Region;
use crate::vocabulary::text_enum;

text_enum! {
    /// The program that wrote a file.
    Format {
        /// A table with one line for each parent and child.
        Tableau = "tableau",
        /// OneRoster 1.1 or 1.2 in CSV: a folder with users.csv, classes.csv and enrollments.csv.
        Oneroster = "oneroster",
        /// SIECLE's ResponsablesAvecAdresses.xml, with ElevesAvecAdresses.xml.
        Siecle = "siecle",
        /// ONDE's extraction of `responsables`, with that of the pupils.
        Onde = "onde",
        /// Google Contacts in CSV.
        Google = "google",
    }
}

impl Format {
    /// The one that a person names.
    ///
    /// # Errors
    /// What there is, in French.
    pub fn named(word: &str) -> Result<Self, String> {
        word.parse().map_err(|_unknown| {
            let words: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            format!("il faut {}", words.join(", "))
        })
    }
}

/// What the lines of a source say, and which program wrote it.
///
/// # Errors
/// What it is instead of a directory.
pub(super) fn entries(
    source: &Source,
    said: Option<Format>,
    region: Region,
    remarks: &mut Remarks,
) -> Result<(Format, Vec<Entry>), String> {
    let format = match said {
        Some(format) => format,
        None => guessed(source)?,
    };
    let entries = match format {
        Format::Tableau => entry::entries(&rows(main(source)?)?, region, remarks),
        Format::Google => google::entries(&rows(main(source)?)?, region, remarks),
        Format::Oneroster => oneroster::entries(source, remarks),
        Format::Siecle => siecle::entries(source, remarks),
        Format::Onde => onde::entries(source, remarks),
    };
    Ok((format, entries?))
}

fn main(source: &Source) -> Result<&File, String> {
    source
        .files
        .first()
        .ok_or_else(|| "aucun fichier".to_owned())
}

/// By the names of the files, or of the columns.
fn guessed(source: &Source) -> Result<Format, String> {
    if source.files.len() > 1 && source.named("userscsv").is_some() {
        return Ok(Format::Oneroster);
    }
    if source.files.len() > 1 && source.named("responsable").is_none() {
        return Err(
            "plusieurs fichiers dans ce dossier : indiquez lequel importer, ou --format".to_owned(),
        );
    }
    let file = source
        .named("responsable")
        .map_or_else(|| main(source), Ok)?;
    if kind(&file.bytes)? == Kind::Xml {
        return Ok(Format::Siecle);
    }
    let rows = rows(file)?;
    let head = rows.first().into_iter().flat_map(|row| &row.cells);
    let keys: Vec<String> = head.map(|cell| name_key(cell)).collect();
    let has = |name: &str| keys.iter().any(|key| key == name);
    Ok(
        if has("sourcedid") && (has("givenname") || has("agentsourcedids")) {
            Format::Oneroster
        } else if has("phone1value")
            || has("groupmembership")
            || (has("labels") && has("firstname"))
        {
            Format::Google
        } else if has("nomresponsable") && has("prenomenfant") {
            Format::Onde
        } else {
            Format::Tableau
        },
    )
}

/// The rows of a table, whatever kind of file it is in.
fn rows(file: &File) -> Result<Vec<Row>, String> {
    match kind(&file.bytes)? {
        Kind::Text => Ok(table::rows(&decoded(&file.bytes))),
        Kind::Workbook => Ok(workbook::rows(&file.bytes)?),
        Kind::Xml => Err(
            "c'est un fichier XML d'un autre programme que SIECLE : enregistrez la liste en .xlsx ou en CSV UTF-8"
                .to_owned(),
        ),
    }
}

/// A table whose first row names the columns, by these names.
struct Table {
    names: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    fn of(file: &File) -> Result<Self, String> {
        let mut rows = rows(file)?;
        if rows.is_empty() {
            return Err("le fichier est vide".to_owned());
        }
        let head = rows.remove(0);
        Ok(Self {
            names: head.cells.iter().map(|cell| name_key(cell)).collect(),
            rows,
        })
    }

    /// Places of the columns of a name.
    fn places(&self, name: &str) -> Vec<usize> {
        let named = (0..).zip(&self.names).filter(|(_, key)| *key == name);
        named.map(|(place, _)| place).collect()
    }

    /// The first of these columns that has something in a row.
    fn get<'r>(&self, row: &'r Row, names: &[&str]) -> &'r str {
        let mut cells = names
            .iter()
            .flat_map(|name| self.places(name))
            .filter_map(|place| row.cells.get(place))
            .map(|cell| cell.trim());
        cells.find(|cell| !cell.is_empty()).unwrap_or_default()
    }
}
