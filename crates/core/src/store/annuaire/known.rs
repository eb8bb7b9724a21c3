//! What is known already, as a file of an office needs it to find its people again: by its own
//! identifiers, or by their names.

use super::{Table, on_postgres, on_sqlite};
use crate::schema;
use crate::store::{Conn, Error};
use diesel::prelude::*;

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
