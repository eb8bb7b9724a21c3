//! The directory: classes, pupils, parents.
//!
//! The three are asked and changed in the same way, see [`Resource`]; what differs is beside their
//! filters. [`put`] takes the directory over as a whole; what has to look first does so within
//! [`take_over`].
//!
//! By hand stand what is written of many rows at once ([`put`]), the ends of envois in the order
//! and by the index of the dispatchers, the lock of [`take_over`], and PostgreSQL's counters.

pub mod classes;
pub mod departs;
pub mod desinscription;
pub mod effectifs;
pub mod eleves;
pub(super) mod erase;
pub mod etudiants;
pub mod known;
pub(super) mod liens;
pub(super) mod oppositions;
pub mod parents;
mod resource;
pub(super) mod upsert;
mod write;

pub use resource::Resource;
pub(super) use resource::{CHUNK, in_chunks};
pub use upsert::{Changes, put};
pub use write::Count;

use super::{Conflict, Conn, Error};
use crate::model::{ClassePatch, EtudiantPatch, ParentPatch};
use crate::vocabulary::Objet;
use serde::Serialize;

/// The largest number that a row may be given. All JSON readers know it exactly, and whatever
/// number comes next is one too.
pub const ID_MAX: i64 = 1 << 52;

/// A parent of a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lien {
    /// The parent.
    pub parent: i64,
    /// The pupil.
    pub etudiant: i64,
    /// Order of the pupils of a parent.
    pub rang: i64,
}

/// What is said of a school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annuaire {
    /// Classes.
    pub classes: Vec<ClassePatch>,
    /// Pupils.
    pub etudiants: Vec<EtudiantPatch>,
    /// Parents.
    pub parents: Vec<ParentPatch>,
    /// Who is whose parent.
    pub liens: Vec<Lien>,
    /// Parents all of whose pupils are in `liens`: they lose the others.
    pub familles: Vec<i64>,
}

/// Order of a list. Names in small letters, people's first names after them; what has the same name
/// goes by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By number.
    #[default]
    Id,
    /// By number, the highest first.
    IdDesc,
    /// By name.
    Nom,
    /// By name, backwards.
    NomDesc,
}

/// The three tables whose rows have numbers of the web app.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    /// Classes.
    Classes,
    /// Pupils.
    Etudiants,
    /// Parents.
    Parents,
}

impl Table {
    const fn objet(self) -> Objet {
        match self {
            Self::Classes => Objet::Classe,
            Self::Etudiants => Objet::Etudiant,
            Self::Parents => Objet::Parent,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Classes => "classes",
            Self::Etudiants => "etudiants",
            Self::Parents => "parents",
        }
    }
}

/// Runs `work` in one transaction in which nobody else takes a directory over or gives out a number.
///
/// # Errors
/// Those of `work`; nothing is changed then.
pub fn take_over<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    conn.write(|conn| {
        alone(conn)?;
        work(conn)
    })
}

/// As [`take_over`], but nothing stays of it: tells what would happen.
///
/// # Errors
/// Those of `work`.
pub fn rehearse<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    conn.rehearse(|conn| {
        alone(conn)?;
        work(conn)
    })
}

/// What only PostgreSQL is asked.
pub(super) mod on_postgres {
    use crate::store::sql::statements;

    statements! {
        pub(super) fn alone() =
            "SELECT pg_advisory_xact_lock(CAST(CAST('parents' AS regclass) AS oid)::bigint)";

        pub(super) fn follow(table: &str, given: i64) =
            "SELECT setval(pg_get_serial_sequence({table}, 'id'), {given})";

        pub(super) fn last_number(table: &str) =
            "SELECT COALESCE(pg_sequence_last_value(
                               pg_get_serial_sequence({table}, 'id')::regclass), 0) AS nombre";
    }
}

/// What only SQLite is asked.
pub(super) mod on_sqlite {
    use crate::store::sql::statements;

    statements! {
        pub(super) fn last_number(table: &str) =
            "SELECT COALESCE(max(seq), 0) AS nombre FROM sqlite_sequence WHERE name = {table}";
    }
}

/// Lets one transaction at a time give out numbers and take over directories: two of them would
/// wait for each other's rows, and hand out a number twice. (SQLite has one writer anyway.)
fn alone(conn: &mut Conn) -> Result<(), Error> {
    if conn.is_postgres() {
        // Each schema has its own table, so its own lock.
        conn.execute(on_postgres::alone())?;
    }
    Ok(())
}

/// Lets the next number of the table come after this one, which was given: PostgreSQL hands it out
/// from a counter. (SQLite looks at the table.) Called [`alone`].
fn follow(conn: &mut Conn, table: Table, given: i64) -> Result<(), Error> {
    if conn.is_postgres() && given > known::last_number(conn, table)? {
        conn.execute(on_postgres::follow(table.name(), given))?;
    }
    Ok(())
}

fn checked(id: i64) -> Result<i64, Error> {
    if (1..=ID_MAX).contains(&id) {
        Ok(id)
    } else {
        Err(Error::Conflict(Conflict::Number(id)))
    }
}
