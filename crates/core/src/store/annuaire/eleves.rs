//! The pupils of parents, with the names of their classes: for the lists that the office telephones by.

use super::in_chunks;
use crate::schema::{classes, etudiants, parents_etudiants as pe};
use crate::store::{Conn, Error};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A pupil as the office knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eleve {
    /// Family name.
    pub nom: String,
    /// First name; may be empty.
    pub prenom: String,
    /// Number of the class.
    pub classe: Option<i64>,
    /// Name of the class; empty without one.
    pub classe_nom: String,
}

impl Eleve {
    /// Such as `Martin Lina (6e A)`.
    #[must_use]
    fn named(&self) -> String {
        let name = format!("{} {}", self.nom, self.prenom);
        if self.classe_nom.is_empty() {
            name.trim().to_owned()
        } else {
            format!("{} ({})", name.trim(), self.classe_nom)
        }
    }
}

/// Several in one cell: `Martin Lina (6e A), Martin Tom (3e B)`.
#[must_use]
pub fn named(eleves: &[Eleve]) -> String {
    let named: Vec<String> = eleves.iter().map(Eleve::named).collect();
    named.join(", ")
}

type Row = (i64, String, String, Option<i64>, Option<String>);

/// The pupils of each of these parents, in the order in which the directory names them.
pub fn of(conn: &mut Conn, parents: &[i64]) -> Result<BTreeMap<i64, Vec<Eleve>>, Error> {
    let rows: Vec<Row> = in_chunks(parents, |parents| {
        let pupil = etudiants::id.eq(pe::etudiant);
        let classe = classes::id.nullable().eq(etudiants::classe);
        let named = pe::table
            .inner_join(etudiants::table.on(pupil))
            .left_join(classes::table.on(classe))
            .filter(pe::parent.eq_any(parents))
            .order((pe::parent, pe::rang, pe::etudiant));
        conn.load(named.select((
            pe::parent,
            etudiants::nom,
            etudiants::prenom,
            etudiants::classe,
            classes::nom.nullable(),
        )))
    })?;
    let mut eleves: BTreeMap<i64, Vec<Eleve>> = BTreeMap::new();
    for (parent, nom, prenom, classe, classe_nom) in rows {
        eleves.entry(parent).or_default().push(Eleve {
            nom,
            prenom,
            classe,
            classe_nom: classe_nom.unwrap_or_default(),
        });
    }
    Ok(eleves)
}
