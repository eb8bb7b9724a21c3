//! What is known already, as a file of an office needs it to find its people again: by its own
//! identifiers, or by their names.

use super::{Table, list};
use crate::config::Database;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Classe {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What the office's files call it.
    #[diesel(sql_type = Nullable<Text>)]
    pub identifiant: Option<String>,
    /// Such as `6e A`.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// Such as `2026-2027`; may be empty.
    #[diesel(sql_type = Text)]
    pub annee_scolaire: String,
}

/// A pupil.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Etudiant {
    /// The number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What the office's files call the pupil.
    #[diesel(sql_type = Nullable<Text>)]
    pub identifiant: Option<String>,
    /// Family name.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// The class.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub classe: Option<i64>,
}

/// A parent.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Parent {
    /// What the office's files call the parent.
    #[diesel(sql_type = Nullable<Text>)]
    pub identifiant: Option<String>,
    /// Whether the parent has left.
    #[diesel(sql_type = Bool)]
    pub parti: bool,
    /// The row.
    #[diesel(embed)]
    pub row: crate::model::Parent,
}

/// All classes, the latest school year last.
///
/// # Errors
/// The database's.
pub fn classes(conn: &mut Conn) -> Result<Vec<Classe>, Error> {
    conn.load(sql(
        "SELECT id, identifiant, nom, annee_scolaire FROM classes
                     ORDER BY annee_scolaire, id",
    ))
}

/// All pupils.
///
/// # Errors
/// The database's.
pub fn etudiants(conn: &mut Conn) -> Result<Vec<Etudiant>, Error> {
    conn.load(sql(
        "SELECT id, identifiant, nom, prenom, classe FROM etudiants ORDER BY id",
    ))
}

/// All parents, those who have left included.
///
/// # Errors
/// The database's.
pub fn parents(conn: &mut Conn) -> Result<Vec<Parent>, Error> {
    conn.load(sql(
        "SELECT id, identifiant, nom, prenom, telephone, email, notifications_sms,
                notifications_email, parti_le IS NOT NULL AS parti
           FROM parents ORDER BY id",
    ))
}

/// The highest number that a row of the table ever had. Within [`super::take_over`], those above it
/// are free.
///
/// # Errors
/// The database's.
pub fn last_number(conn: &mut Conn, table: Table) -> Result<i64, Error> {
    let name = match table {
        Table::Classes => "classes",
        Table::Etudiants => "etudiants",
        Table::Parents => "parents",
    };
    let question = match conn.database() {
        Database::Sqlite(_) => {
            sql("SELECT COALESCE(max(seq), 0) AS nombre FROM sqlite_sequence WHERE name = ?")
        }
        Database::Postgres(_) => sql(
            "SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence(?, 'id')::regclass), 0) AS nombre",
        ),
    };
    list::count(conn, &question.bind(name))
}
