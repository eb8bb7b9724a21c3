//! The directory: classes, pupils, parents.
//!
//! Each of the three answers the same questions: `count`, `page`, `ids` and `by_ids` (a whole list
//! in little memory: the numbers first, then the rows by and by), `one`, `existing`; and is
//! changed by `insert`, `update`, `delete`. [`upsert`] takes it over as a whole; what has to look
//! first does so within [`take_over`].

pub mod classes;
pub mod departs;
mod erase;
pub mod etudiants;
pub mod known;
mod liens;
mod list;
mod oppositions;
pub mod parents;
mod upsert;

pub use upsert::{Changes, Count, put, upsert};

use super::sql::{Sql, sql};
use super::{Conflict, Conn, Error};
use crate::config::Database;
use crate::model::{ClassePatch, EtudiantPatch, ParentPatch};
use diesel::sql_types::BigInt;
use serde::Serialize;

/// The largest number that a row may be given. All JSON readers know it exactly, and whatever
/// number comes next is one too.
pub const ID_MAX: i64 = 1 << 52;

/// A parent of a pupil.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, diesel::QueryableByName,
)]
pub struct Lien {
    /// The parent.
    #[diesel(sql_type = BigInt)]
    pub parent: i64,
    /// The pupil.
    #[diesel(sql_type = BigInt)]
    pub etudiant: i64,
    /// Order of the pupils of a parent.
    #[diesel(sql_type = BigInt)]
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
    let mut outcome = None;
    let undone = take_over(conn, |conn| {
        outcome = Some(work(conn)?);
        Err::<(), _>(Error::Stale)
    });
    match (outcome, undone) {
        (Some(value), _) => Ok(value),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::Stale),
    }
}

/// Lets one transaction at a time give out numbers and take over directories: two of them would
/// wait for each other's rows, and hand out a number twice. (SQLite has one writer anyway.)
fn alone(conn: &mut Conn) -> Result<(), Error> {
    if let Database::Postgres(_) = conn.database() {
        // Each schema has its own table, so its own lock.
        conn.execute(sql(
            "SELECT pg_advisory_xact_lock(CAST(CAST('parents' AS regclass) AS oid)::bigint)",
        ))?;
    }
    Ok(())
}

/// PostgreSQL hands out the next number from a counter, which must follow the numbers given here.
/// (SQLite looks at the table.) Called [`alone`].
fn follow_numbers(conn: &mut Conn, table: Table) -> Result<(), Error> {
    if let Database::Postgres(_) = conn.database() {
        conn.execute(&match table {
            Table::Classes => sql(
                "SELECT setval(pg_get_serial_sequence('classes', 'id'), max(id)) FROM classes
                 HAVING max(id) > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('classes', 'id')::regclass), 0)",
            ),
            Table::Etudiants => sql(
                "SELECT setval(pg_get_serial_sequence('etudiants', 'id'), max(id)) FROM etudiants
                 HAVING max(id) > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('etudiants', 'id')::regclass), 0)",
            ),
            Table::Parents => sql(
                "SELECT setval(pg_get_serial_sequence('parents', 'id'), max(id)) FROM parents
                 HAVING max(id) > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('parents', 'id')::regclass), 0)",
            ),
        })?;
    }
    Ok(())
}

/// Runs an insertion that returns the number, if the row went in. Called [`alone`].
fn insert_row(
    conn: &mut Conn,
    table: Table,
    given: Option<i64>,
    insertion: Sql,
) -> Result<i64, Error> {
    let insertion = match given {
        Some(id) => insertion.bind(checked(id)?),
        None => insertion,
    };
    let inserted: Vec<list::Id> = conn.load(&insertion)?;
    let Some(row) = inserted.first() else {
        return Err(Error::Conflict(Conflict::Taken(given.unwrap_or_default())));
    };
    if given.is_some() {
        follow_numbers(conn, table)?;
    }
    Ok(row.id)
}

/// Checks that a row that is changed next is what it was when it was read; it stays so until the
/// commit. `lock` is its question with `{for update}`.
fn unchanged<T: PartialEq>(
    conn: &mut Conn,
    lock: &Sql,
    read: impl FnOnce(&mut Conn) -> Result<T, Error>,
    seen: &T,
) -> Result<(), Error> {
    list::ids(conn, lock)?;
    if read(conn)? == *seen {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

fn checked(id: i64) -> Result<i64, Error> {
    if (1..=ID_MAX).contains(&id) {
        Ok(id)
    } else {
        Err(Error::Conflict(Conflict::Number(id)))
    }
}

/// What an UPDATE or DELETE of one row found.
fn found(changed: usize) -> Result<(), Error> {
    if changed == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}
