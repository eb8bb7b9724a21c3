//! What is known already, as a file of an office needs it to find its people again: by its own
//! identifiers, or by their names.

use super::{Table, on_postgres, on_sqlite};
use crate::model::ClassePatch;
use crate::schema;
use crate::store::{Conn, Error};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schema::classes)]
pub struct Classe {
    /// Its number.
    pub id: i64,
    /// What the office's files call it.
    pub identifiant: Option<String>,
    /// Such as `6e A`.
    pub nom: String,
    /// Such as `2026-2027`; may be empty.
    pub annee_scolaire: String,
}

/// The names that classes have within a school year once a directory is taken over: those of the classes
/// that it does not give, and those that it takes one after the other.
pub struct Names<'k> {
    rows: BTreeMap<i64, &'k Classe>,
    taken: BTreeSet<(String, String)>,
}

impl<'k> Names<'k> {
    /// Of the classes that are `known` and not `given`.
    #[must_use]
    pub fn new(known: &'k [Classe], given: &[ClassePatch]) -> Self {
        let given: BTreeSet<i64> = given.iter().map(|patch| patch.id).collect();
        let others = known.iter().filter(|row| !given.contains(&row.id));
        Self {
            rows: known.iter().map(|row| (row.id, row)).collect(),
            taken: others
                .map(|row| (row.nom.clone(), row.annee_scolaire.clone()))
                .collect(),
        }
    }

    /// Name and school year of a class, once this is written.
    #[must_use]
    pub fn of(&self, patch: &ClassePatch) -> (String, String) {
        let row = self.rows.get(&patch.id);
        let nom = patch.nom.as_ref().or(row.map(|row| &row.nom));
        let annee = patch.annee_scolaire.as_ref();
        let annee = annee.or(row.map(|row| &row.annee_scolaire));
        (
            nom.cloned().unwrap_or_default(),
            annee.cloned().unwrap_or_default(),
        )
    }

    /// Takes a name within a school year; false when another class has it.
    pub fn take(&mut self, nom: &str, annee: &str) -> bool {
        self.taken.insert((nom.to_owned(), annee.to_owned()))
    }
}

/// A pupil.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schema::etudiants)]
pub struct Etudiant {
    /// The number.
    pub id: i64,
    /// What the office's files call the pupil.
    pub identifiant: Option<String>,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The class.
    pub classe: Option<i64>,
}

/// A parent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schema::parents)]
pub struct Parent {
    /// What the office's files call the parent.
    pub identifiant: Option<String>,
    /// The row.
    #[diesel(embed)]
    pub row: crate::model::Parent,
}

/// All classes, the latest school year last.
pub fn classes(conn: &mut Conn) -> Result<Vec<Classe>, Error> {
    use schema::classes::{annee_scolaire, id, table};
    let all = table.order((annee_scolaire, id));
    conn.load(all.select(Classe::as_select()))
}

/// All pupils.
pub fn etudiants(conn: &mut Conn) -> Result<Vec<Etudiant>, Error> {
    use schema::etudiants::{id, table};
    conn.load(table.order(id).select(Etudiant::as_select()))
}

/// All parents, those who have left included.
pub fn parents(conn: &mut Conn) -> Result<Vec<Parent>, Error> {
    use schema::parents::{id, table};
    conn.load(table.order(id).select(Parent::as_select()))
}

/// The highest number that a row of the table ever had. Within [`super::take_over`], those above it
/// are free.
pub fn last_number(conn: &mut Conn, table: Table) -> Result<i64, Error> {
    let question = if conn.is_postgres() {
        on_postgres::last_number(table.name())
    } else {
        on_sqlite::last_number(table.name())
    };
    let last: crate::store::Count = conn.one(question)?;
    Ok(last.nombre)
}
