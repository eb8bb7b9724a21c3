//! Files that travel with e-mails.

use crate::instant::Instant;
use crate::schema::pieces_jointes;
use diesel::{Insertable, Queryable, Selectable};
use serde::Serialize;

/// A file of a message, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = pieces_jointes)]
pub struct PieceJointe {
    /// Its number.
    pub id: i64,
    /// Its message.
    pub message: i64,
    /// Its name.
    pub nom_fichier: String,
    /// What it is, by its ending.
    pub type_mime: String,
    /// In bytes.
    pub taille: i64,
    /// When it was added.
    pub date_ajout: Instant,
}

/// A file with its content.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pieces_jointes)]
pub struct Fichier {
    /// Its name.
    pub nom_fichier: String,
    /// What it is, by its ending.
    pub type_mime: String,
    /// Its bytes.
    pub contenu: Vec<u8>,
}

impl Fichier {
    /// In bytes.
    #[must_use]
    pub fn taille(&self) -> i64 {
        i64::try_from(self.contenu.len()).unwrap_or(i64::MAX)
    }
}
