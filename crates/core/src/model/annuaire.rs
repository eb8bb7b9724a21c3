//! Rows of the directory. Whoever inserts one says its number apart, because it may be the next.

use crate::instant::Instant;
use crate::schema;
use crate::vocabulary::{Relation, Scolarite};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use serde::Serialize;

/// A class of pupils.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, Serialize, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = schema::classes, treat_none_as_default_value = false)]
pub struct Classe {
    /// The web app's own number.
    #[diesel(skip_insertion)]
    pub id: i64,
    /// Such as `6e A`.
    pub nom: String,
    /// Such as `6e`; may be empty.
    pub niveau: String,
    /// Such as `2026-2027`; may be empty.
    pub annee_scolaire: String,
    /// What the web app's users noted; may be empty.
    pub description: String,
}

/// A pupil.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, Serialize, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = schema::etudiants, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Etudiant {
    /// The web app's own number.
    #[diesel(skip_insertion)]
    pub id: i64,
    /// Family name.
    pub nom: String,
    /// First name; may be empty.
    pub prenom: String,
    /// The class.
    pub classe: Option<i64>,
    /// Whether the pupil is at the school; the parents are written to all the same.
    pub statut: Scolarite,
}

/// Somebody who receives messages about one or more pupils.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = schema::parents, treat_none_as_default_value = false)]
pub struct Parent {
    /// The web app's own number.
    #[diesel(skip_insertion)]
    pub id: i64,
    /// Family name.
    pub nom: String,
    /// First name; may be empty.
    pub prenom: String,
    /// As typed; may be empty or wrong.
    pub telephone: String,
    /// As typed; may be empty or wrong.
    pub email: String,
    /// Where the parent lives, for the web app; may be empty.
    pub adresse: String,
    /// What the parent is to the pupils.
    pub relation: Relation,
    /// False: wants no SMS.
    pub notifications_sms: bool,
    /// False: wants no e-mail.
    pub notifications_email: bool,
}

/// What the table says of a parent.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = schema::parents)]
pub struct ParentRow {
    /// The parent.
    #[diesel(embed)]
    pub parent: Parent,
    /// Since when a complete directory does not name the parent any more.
    pub parti_le: Option<Instant>,
}

/// A parent with the pupils.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fiche {
    /// The parent.
    #[serde(flatten)]
    pub parent: Parent,
    /// Numbers of the pupils, in the order in which they were named.
    pub etudiants: Vec<i64>,
    /// Since when a complete directory does not name the parent any more: no recipient since.
    #[serde(skip)]
    pub parti_le: Option<Instant>,
}
