//! How many pupils and parents classes have.

use super::in_chunks;
use crate::schema::{etudiants, parents, parents_etudiants as pe};
use crate::store::{Conn, Error};
use crate::vocabulary::Scolarite;
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// The numbers of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effectif {
    /// Pupils at the school.
    pub etudiants: i64,
    /// Parents whom a message to the class may reach: of all its pupils, those who left excepted.
    pub parents: i64,
}

type Row = (Option<i64>, i64);

/// The numbers of each of these classes; one of which there is nobody is left out.
pub fn of(conn: &mut Conn, classes: &[i64]) -> Result<BTreeMap<i64, Effectif>, Error> {
    let pupils: Vec<Row> = in_chunks(classes, |classes| {
        let there = etudiants::table
            .filter(etudiants::classe.eq_any(classes))
            .filter(etudiants::statut.eq(Scolarite::Actif));
        let counted = there.group_by(etudiants::classe);
        conn.load(counted.select((etudiants::classe, count_star())))
    })?;
    let families: Vec<Row> = in_chunks(classes, |classes| {
        let linked = pe::table
            .inner_join(etudiants::table.on(etudiants::id.eq(pe::etudiant)))
            .inner_join(parents::table.on(parents::id.eq(pe::parent)))
            .filter(etudiants::classe.eq_any(classes))
            .filter(parents::parti_le.is_null());
        let counted = linked.group_by(etudiants::classe);
        conn.load(counted.select((etudiants::classe, count(pe::parent).aggregate_distinct())))
    })?;
    let mut all: BTreeMap<i64, Effectif> = BTreeMap::new();
    let of_class = |(classe, number): Row| Some((classe?, number));
    for (classe, number) in pupils.into_iter().filter_map(of_class) {
        all.entry(classe).or_default().etudiants = number;
    }
    for (classe, number) in families.into_iter().filter_map(of_class) {
        all.entry(classe).or_default().parents = number;
    }
    Ok(all)
}
