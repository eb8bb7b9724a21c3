//! The directory from a CSV file: one line for each parent and child.
//!
//! Columns (the first line names them, in any order): `parent_id, nom, prenom, telephone, email,
//! notifications_sms, notifications_email, etudiant_id, etudiant_nom, etudiant_prenom, classe_id,
//! classe`. Comma or semicolon; UTF-8, or what Excel writes (Windows-1252). All faults are told at
//! once, with line and column, and nothing is taken over then.

mod lines;

use crate::store::annuaire::{self, Annuaire};
use crate::store::{Conn, Error as StoreError};
use lines::Lines;
use std::collections::BTreeSet;
use std::fmt;

/// One fault of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1 (the line of the names).
    pub line: u64,
    /// Name of the column; empty for the line as a whole.
    pub column: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column.is_empty() {
            write!(f, "ligne {} : {}", self.line, self.text)
        } else {
            write!(
                f,
                "ligne {}, colonne {} : {}",
                self.line, self.column, self.text
            )
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    File(Vec<Fault>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Classes in the file.
    pub classes: usize,
    /// Pupils in the file.
    pub etudiants: usize,
    /// Parents in the file.
    pub parents: usize,
    /// Parents whose number or address cannot be used: imported, but not reachable that way.
    pub sans_telephone: usize,
    /// The same for e-mail.
    pub sans_email: usize,
}

/// Takes the file over: inserts and replaces, all or nothing.
///
/// # Errors
/// Every fault of the file, or the database's.
pub fn import(
    conn: &mut Conn,
    bytes: &[u8],
    region: crate::phone::Region,
) -> Result<Imported, Error> {
    let classes = annuaire::classes::ids(conn, &annuaire::classes::Filter::default())?;
    let parents = annuaire::parents::ids(conn, &annuaire::parents::Filter::default())?;
    let (classes, parents) = (classes.into_iter().collect(), parents.into_iter().collect());
    let directory = read(bytes, &classes, &parents).map_err(Error::File)?;
    annuaire::upsert(conn, &directory)?;
    let unusable = |test: &dyn Fn(&crate::model::Parent) -> bool| {
        directory
            .parents
            .iter()
            .filter(|parent| test(parent))
            .count()
    };
    Ok(Imported {
        classes: directory.classes.len(),
        etudiants: directory.etudiants.len(),
        parents: directory.parents.len(),
        sans_telephone: unusable(&|p| crate::phone::parse(&p.telephone, region).is_err()),
        sans_email: unusable(&|p| crate::mailbox::parse(&p.email).is_err()),
    })
}

/// Reads a file; `classes` and `parents` are known already, and may be named by number alone.
///
/// # Errors
/// Every fault of the file.
pub fn read(
    bytes: &[u8],
    classes: &BTreeSet<i64>,
    parents: &BTreeSet<i64>,
) -> Result<Annuaire, Vec<Fault>> {
    let text = decoded(bytes);
    Lines::new(classes, parents).read(&text)
}

/// Excel in French writes Windows-1252 unless told otherwise.
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests;
