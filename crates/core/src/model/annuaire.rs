//! Rows of the directory: as they are kept, and as they are added.

use crate::instant::Instant;
use crate::schema;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{AsChangeset, Insertable, Queryable, QueryableByName, Selectable};
use serde::Serialize;

/// A class of pupils.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, Queryable, Selectable, AsChangeset,
)]
#[diesel(table_name = schema::classes)]
pub struct Classe {
    /// The web app's own number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Such as `6e A`.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// Such as `6e`; may be empty.
    #[diesel(sql_type = Text)]
    pub niveau: String,
    /// Such as `2026-2027`; may be empty.
    #[diesel(sql_type = Text)]
    pub annee_scolaire: String,
}

/// A pupil.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName)]
pub struct Etudiant {
    /// The web app's own number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Family name.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name; may be empty.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// The class.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub classe: Option<i64>,
}

/// Somebody who receives messages about one or more pupils.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName)]
pub struct Parent {
    /// The web app's own number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Family name.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name; may be empty.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// As typed; may be empty or wrong.
    #[diesel(sql_type = Text)]
    pub telephone: String,
    /// As typed; may be empty or wrong.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// False: wants no SMS.
    #[diesel(sql_type = Bool)]
    pub notifications_sms: bool,
    /// False: wants no e-mail.
    #[diesel(sql_type = Bool)]
    pub notifications_email: bool,
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

/// A class to insert.
#[derive(Debug, Clone, PartialEq, Eq, Default, Insertable)]
#[diesel(table_name = schema::classes)]
pub struct NewClasse {
    /// The web app's own number; none takes the next.
    pub id: Option<i64>,
    /// Such as `6e A`.
    pub nom: String,
    /// Such as `6e`.
    pub niveau: String,
    /// Such as `2026-2027`.
    pub annee_scolaire: String,
}

/// A pupil to insert.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewEtudiant {
    /// The web app's own number; none takes the next.
    pub id: Option<i64>,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The class.
    pub classe: Option<i64>,
}

/// A parent to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParent {
    /// The web app's own number; none takes the next.
    pub id: Option<i64>,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// As typed.
    pub telephone: String,
    /// As typed.
    pub email: String,
    /// False: wants no SMS.
    pub notifications_sms: bool,
    /// False: wants no e-mail.
    pub notifications_email: bool,
    /// Numbers of the pupils.
    pub etudiants: Vec<i64>,
}
