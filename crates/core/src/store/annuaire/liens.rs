//! Who is whose parent.
//!
//! Written by hand as the rest of a directory: many at once, those that are the same excepted.

use super::write::{Count, write};
use super::{Lien, in_chunks};
use crate::schema::parents_etudiants as pe;
use crate::store::sql::{Key, columns, statements};
use crate::store::{Conflict, Conn, Error, Named};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The pupils of each of these parents, in their order.
pub(super) fn etudiants(
    conn: &mut Conn,
    parents: &[i64],
) -> Result<BTreeMap<i64, Vec<i64>>, Error> {
    let liens = in_chunks(parents, |parents| {
        let liens = pe::table.filter(pe::parent.eq_any(parents));
        let liens = liens.order((pe::parent, pe::rang, pe::etudiant));
        conn.load(liens.select((pe::parent, pe::etudiant)))
    })?;
    let mut etudiants: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (parent, etudiant) in liens {
        etudiants.entry(parent).or_default().push(etudiant);
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
    let removed = conn.execute(removed(&Key::of(parents.iter().copied()), liens))?;
    Ok((write(conn, liens, moved, added)?, removed))
}

columns!(Lien: parent, etudiant, rang);

statements! {
    fn removed(keys: &[Key], liens: &[Lien]) =
        "DELETE FROM parents_etudiants
          WHERE parent IN (SELECT r.cle FROM {keys})
            AND (parent, etudiant) NOT IN (SELECT r.parent, r.etudiant FROM {liens})";

    fn moved(liens: &[Lien]) =
        "UPDATE parents_etudiants SET rang = r.rang FROM {liens}
          WHERE parents_etudiants.parent = r.parent AND parents_etudiants.etudiant = r.etudiant
            AND parents_etudiants.rang <> r.rang";

    fn added(liens: &[Lien]) =
        "INSERT INTO parents_etudiants (parent, etudiant, rang)
         SELECT parent, etudiant, rang FROM {liens} WHERE true
         ON CONFLICT (parent, etudiant) DO NOTHING";
}

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
