//! The directory as a whole, taken over in one transaction.

use super::{Annuaire, Table, alone, checked, follow_numbers, liens, list, oppositions};
use crate::model::{Classe, Etudiant, Parent};
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use serde::Serialize;

/// Rows of one statement.
const CHUNK: usize = 2000;

/// What became of the rows given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// New ones.
    pub ajoutes: usize,
    /// Known ones that changed.
    pub modifies: usize,
    /// Known ones that were the same, and were not written.
    pub inchanges: usize,
}

/// What taking over a directory changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Changes {
    /// Classes.
    pub classes: Count,
    /// Pupils.
    pub etudiants: Count,
    /// Parents.
    pub parents: Count,
    /// Links of parents to pupils.
    pub liens: Count,
    /// Links that [`replace`] removed.
    pub liens_retires: usize,
}

/// Inserts or changes what is given, in one transaction: links are added, none is removed, and a
/// class without level or year keeps those that are known. Envois that wait for a parent who now
/// refuses their channel are ended at once.
///
/// # Errors
/// `Conflict` when a row is given twice or names one that there is not; nothing is changed then.
pub fn upsert(conn: &mut Conn, annuaire: &Annuaire) -> Result<Changes, Error> {
    take_over(conn, annuaire, true)
}

/// As [`upsert`], but what is given is all that is true of it: parents lose the pupils that are not
/// named with them, and an empty level or year is written. Who is not given at all stays.
///
/// # Errors
/// As [`upsert`].
pub fn replace(conn: &mut Conn, annuaire: &Annuaire) -> Result<Changes, Error> {
    take_over(conn, annuaire, false)
}

fn take_over(conn: &mut Conn, annuaire: &Annuaire, adding: bool) -> Result<Changes, Error> {
    each_once("classe", annuaire.classes.iter().map(|row| row.id))?;
    each_once("etudiant", annuaire.etudiants.iter().map(|row| row.id))?;
    let parents = each_once("parent", annuaire.parents.iter().map(|row| row.id))?;
    liens::each_once(&annuaire.liens)?;
    let classes = |rows: &[Classe]| upsert_classes(rows, adding);
    conn.write(|conn| {
        alone(conn)?;
        let mut changes = Changes {
            classes: write(conn, &annuaire.classes, &KNOWN_CLASSES, classes)?,
            etudiants: write(
                conn,
                &annuaire.etudiants,
                &KNOWN_ETUDIANTS,
                upsert_etudiants,
            )?,
            parents: write(conn, &annuaire.parents, &KNOWN_PARENTS, upsert_parents)?,
            ..Changes::default()
        };
        if adding {
            changes.liens = liens::add(conn, &annuaire.liens)?;
        } else {
            (changes.liens, changes.liens_retires) =
                liens::replace(conn, &parents, &annuaire.liens)?;
        }
        for table in [Table::Classes, Table::Etudiants, Table::Parents] {
            follow_numbers(conn, table)?;
        }
        oppositions::apply(conn, None)?;
        Ok(changes)
    })
}

/// The numbers, in their order. PostgreSQL does not change a row twice in one statement, and which
/// of two different rows would be meant?
fn each_once(what: &str, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, Error> {
    let mut ids = ids.map(checked).collect::<Result<Vec<i64>, Error>>()?;
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(Error::Conflict(format!("{what} {pair:?} is given twice"))),
        None => Ok(ids),
    }
}

const KNOWN_CLASSES: Sql = sql("SELECT count(*) AS nombre FROM classes
     WHERE id IN (SELECT r.id FROM {rows: id bigint})");
const KNOWN_ETUDIANTS: Sql = sql("SELECT count(*) AS nombre FROM etudiants
     WHERE id IN (SELECT r.id FROM {rows: id bigint})");
const KNOWN_PARENTS: Sql = sql("SELECT count(*) AS nombre FROM parents
     WHERE id IN (SELECT r.id FROM {rows: id bigint})");

/// Writes the rows, those that are the same excepted, and counts them; `known` counts those that
/// are there already.
pub(super) fn write<T: Serialize>(
    conn: &mut Conn,
    rows: &[T],
    known: &Sql,
    statement: impl Fn(&[T]) -> Sql,
) -> Result<Count, Error> {
    let mut count = Count::default();
    for chunk in rows.chunks(CHUNK) {
        let known = list::count(conn, &known.clone().bind_rows(chunk))?;
        let known = usize::try_from(known).unwrap_or(chunk.len());
        let written = conn.execute(&statement(chunk))?;
        let new = chunk.len().saturating_sub(known);
        count.ajoutes += new;
        count.modifies += written.saturating_sub(new);
        count.inchanges += chunk.len().saturating_sub(written);
    }
    Ok(count)
}

fn upsert_classes(classes: &[Classe], keeping: bool) -> Sql {
    sql("INSERT INTO classes (id, nom, niveau, annee_scolaire)
         SELECT r.id, r.nom,
                CASE WHEN ? AND r.niveau = '' THEN COALESCE(c.niveau, '') ELSE r.niveau END,
                CASE WHEN ? AND r.annee_scolaire = '' THEN COALESCE(c.annee_scolaire, '')
                     ELSE r.annee_scolaire END
           FROM {rows: id bigint, nom text, niveau text, annee_scolaire text}
           LEFT JOIN classes c ON c.id = r.id
          WHERE true
         ON CONFLICT (id) DO UPDATE
            SET nom = excluded.nom, niveau = excluded.niveau,
                annee_scolaire = excluded.annee_scolaire
          WHERE (classes.nom, classes.niveau, classes.annee_scolaire)
             <> (excluded.nom, excluded.niveau, excluded.annee_scolaire)")
    .bind(keeping)
    .bind(keeping)
    .bind_rows(classes)
}

fn upsert_etudiants(etudiants: &[Etudiant]) -> Sql {
    sql("INSERT INTO etudiants (id, nom, prenom, classe)
         SELECT id, nom, prenom, classe
           FROM {rows: id bigint, nom text, prenom text, classe bigint}
          WHERE true
         ON CONFLICT (id) DO UPDATE
            SET nom = excluded.nom, prenom = excluded.prenom, classe = excluded.classe
          WHERE (etudiants.nom, etudiants.prenom) <> (excluded.nom, excluded.prenom)
             OR etudiants.classe IS DISTINCT FROM excluded.classe")
    .bind_rows(etudiants)
}

fn upsert_parents(parents: &[Parent]) -> Sql {
    sql("INSERT INTO parents (id, nom, prenom, telephone, email, notifications_sms, notifications_email)
         SELECT id, nom, prenom, telephone, email, notifications_sms, notifications_email
           FROM {rows: id bigint, nom text, prenom text, telephone text, email text, notifications_sms boolean, notifications_email boolean}
          WHERE true
         ON CONFLICT (id) DO UPDATE
            SET nom = excluded.nom, prenom = excluded.prenom, telephone = excluded.telephone,
                email = excluded.email, notifications_sms = excluded.notifications_sms,
                notifications_email = excluded.notifications_email
          WHERE (parents.nom, parents.prenom, parents.telephone, parents.email,
                 parents.notifications_sms, parents.notifications_email)
             <> (excluded.nom, excluded.prenom, excluded.telephone, excluded.email,
                 excluded.notifications_sms, excluded.notifications_email)")
    .bind_rows(parents)
}
