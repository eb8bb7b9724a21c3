//! Who is whose parent.

use super::Lien;
use super::upsert::{self, Count};
use crate::store::sql::{Sql, columns, sql};
use crate::store::{Conflict, Conn, Error, Named};
use std::collections::{BTreeMap, BTreeSet};

columns!(Lien: parent, etudiant, rang);

/// The pupils of each of these parents, in their order.
pub(super) fn etudiants(
    conn: &mut Conn,
    parents: &[i64],
) -> Result<BTreeMap<i64, Vec<i64>>, Error> {
    let liens: Vec<Lien> = conn.load(
        sql("SELECT parent, etudiant, rang FROM parents_etudiants
               WHERE parent IN (SELECT r.cle FROM {rows: cle})
               ORDER BY parent, rang, etudiant")
        .bind_keys(parents),
    )?;
    let mut etudiants: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for lien in liens {
        etudiants
            .entry(lien.parent)
            .or_default()
            .push(lien.etudiant);
    }
    Ok(etudiants)
}

/// The links of one parent; who is named twice counts where named first.
pub(super) fn of(parent: i64, etudiants: &[i64]) -> Vec<Lien> {
    let mut seen = BTreeSet::new();
    let etudiants = etudiants.iter().filter(|etudiant| seen.insert(**etudiant));
    (0..)
        .zip(etudiants)
        .map(|(rang, etudiant)| Lien {
            parent,
            etudiant: *etudiant,
            rang,
        })
        .collect()
}

/// Adds `liens`, or changes their places, and makes them all the links of `parents`. Returns what
/// became of them, and how many went.
pub(super) fn replace(
    conn: &mut Conn,
    parents: &[i64],
    liens: &[Lien],
) -> Result<(Count, usize), Error> {
    let removed = conn.execute(
        sql("DELETE FROM parents_etudiants
               WHERE parent IN (SELECT r.cle FROM {rows: cle})
                 AND (parent, etudiant) NOT IN
                     (SELECT r.parent, r.etudiant FROM {rows: parent, etudiant})")
        .bind_keys(parents)
        .bind_rows(liens),
    )?;
    Ok((add(conn, liens)?, removed))
}

/// Adds links, or changes their places.
fn add(conn: &mut Conn, liens: &[Lien]) -> Result<Count, Error> {
    upsert::write(conn, liens, &UPDATE, &INSERT)
}

const UPDATE: Sql = sql("UPDATE parents_etudiants SET rang = r.rang
   FROM {rows: parent, etudiant, rang}
  WHERE parents_etudiants.parent = r.parent AND parents_etudiants.etudiant = r.etudiant
    AND parents_etudiants.rang <> r.rang");

const INSERT: Sql = sql("INSERT INTO parents_etudiants (parent, etudiant, rang)
    SELECT parent, etudiant, rang FROM {rows: parent, etudiant, rang}
     WHERE true
    ON CONFLICT (parent, etudiant) DO NOTHING");

/// # Errors
/// `Conflict` when a link is given twice.
pub(super) fn each_once(liens: &[Lien]) -> Result<(), Error> {
    let mut pairs: Vec<(i64, i64)> = liens.iter().map(|l| (l.parent, l.etudiant)).collect();
    pairs.sort_unstable();
    match pairs.windows(2).find(|pair| pair.first() == pair.last()) {
        Some([(parent, etudiant), _]) => {
            let twice = Conflict::Twice(Named::Lien, *parent, *etudiant);
            Err(Error::Conflict(twice))
        }
        _ => Ok(()),
    }
}
