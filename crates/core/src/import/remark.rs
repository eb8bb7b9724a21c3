//! What a person should look at in a file that was taken all the same.

use super::columns::Column;
use crate::vocabulary::text_enum;
use serde::Serialize;
use std::fmt;

/// More than these help nobody; the others are counted.
const KEPT: usize = 10_000;

text_enum! {
    /// What kind of thing is to be looked at.
    Genre {
        /// Letters that were saved in another encoding than the rest, or were broken before.
        Encodage = "encodage",
        /// A line break, a tabulation or another control character inside a cell.
        Caractere = "caractere",
        /// A cell of more than 255 characters.
        Long = "long",
        /// What a spreadsheet made of the cell: a date, a rounded number, an error.
        Abime = "abime",
        /// A cell that says nothing known in its column.
        Illisible = "illisible",
        /// Something needed is missing.
        Manque = "manque",
        /// Two lines that do not say the same of one person or class.
        Contradiction = "contradiction",
        /// Somebody of the same name who is taken for somebody else.
        Homonyme = "homonyme",
        /// No telephone number that can be written to.
        Numero = "numero",
        /// No e-mail address that can be written to.
        Adresse = "adresse",
        /// A number of several families, or one that nobody has.
        Partage = "partage",
        /// Columns passed over, or cells without a column.
        Colonne = "colonne",
        /// A quotation mark that is never closed.
        Guillemet = "guillemet",
    }
}

/// One thing to look at. Its text has nothing of the cell, so that it may be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remarque {
    /// The line as a spreadsheet numbers it; 0 for the file as a whole.
    pub ligne: u64,
    /// The column; empty for the line as a whole.
    pub colonne: &'static str,
    /// What kind of thing it is.
    pub genre: Genre,
    /// What it is, in words.
    pub texte: String,
    /// What stands in the cell: for the office's report alone.
    #[serde(skip)]
    pub cellule: String,
}

impl fmt::Display for Remarque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ligne, self.colonne) {
            (0, _) => write!(f, "{}", self.texte),
            (ligne, "") => write!(f, "ligne {ligne} : {}", self.texte),
            (ligne, colonne) => write!(f, "ligne {ligne}, colonne {colonne} : {}", self.texte),
        }
    }
}

/// All remarks on a file.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    pub(super) kept: Vec<Remarque>,
    /// Those that were only counted.
    pub(super) others: usize,
}

impl Remarks {
    /// On one cell.
    pub(super) fn cell(
        &mut self,
        ligne: u64,
        column: Column,
        genre: Genre,
        texte: impl Into<String>,
        cellule: &str,
    ) {
        self.add(Remarque {
            ligne,
            colonne: column.as_str(),
            genre,
            texte: texte.into(),
            cellule: cellule.chars().take(300).collect(),
        });
    }

    /// On a line, or with 0 on the file.
    pub(super) fn line(&mut self, ligne: u64, genre: Genre, texte: impl Into<String>) {
        self.add(Remarque {
            ligne,
            colonne: "",
            genre,
            texte: texte.into(),
            cellule: String::new(),
        });
    }

    fn add(&mut self, remarque: Remarque) {
        if self.kept.len() < KEPT {
            self.kept.push(remarque);
        } else {
            self.others += 1;
        }
    }
}
