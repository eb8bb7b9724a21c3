//! People of a file to rows of the directory: who is known already keeps the number, by the office's
//! identifier or by name; the others are given the next.

mod classes;
mod etudiants;
mod parents;

pub(super) use parents::Final;

use super::people::People;
use super::remark::Remarks;
use crate::store::annuaire::{Annuaire, Lien, Table, known};
use crate::store::{Conn, Error};
use std::collections::BTreeSet;

/// A name that nobody said.
const NAMELESS: &str = "(sans nom)";

/// What will be written.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) annuaire: Annuaire,
    /// The parents of the file as they will be.
    pub(super) finals: Vec<Final>,
}

/// What a person said about the file as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Whole {
    /// Of `notifications_email`, where a line says nothing.
    pub(super) notifications_email: Option<bool>,
    /// Whether the file has everybody: parents lose the pupils that it does not name.
    pub(super) complet: bool,
}

/// Numbers that are taken, and the next.
struct Numbers {
    taken: BTreeSet<i64>,
    last: i64,
}

impl Numbers {
    /// Numbers of a table and those that the file gives itself are not given out.
    fn new(conn: &mut Conn, table: Table, given: impl Iterator<Item = i64>) -> Result<Self, Error> {
        let taken: BTreeSet<i64> = given.collect();
        let highest = taken.last().copied().unwrap_or_default();
        let last = known::last_number(conn, table)?.max(highest);
        Ok(Self { taken, last })
    }

    /// Takes a known number, unless somebody else of the file has it.
    fn take(&mut self, number: i64) -> Option<i64> {
        self.taken.insert(number).then_some(number)
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
}

/// Works out what will be written. Called where nobody else gives out numbers.
pub(super) fn plan(
    conn: &mut Conn,
    people: &People,
    whole: Whole,
    remarks: &mut Remarks,
) -> Result<Plan, Error> {
    let classes = classes::resolve(conn, &people.classes, remarks)?;
    let classe = |place: usize| classes.get(place).map(|patch| patch.id);
    let etudiants = etudiants::resolve(conn, &people.etudiants, classe)?;
    let numbers: Vec<i64> = etudiants.iter().map(|patch| patch.id).collect();
    let resolved = parents::resolve(conn, &people.parents, whole, remarks)?;
    let mut liens = Vec::new();
    let mut familles = Vec::new();
    for (draft, (patch, _)) in people.parents.iter().zip(&resolved) {
        let named = draft
            .etudiants
            .iter()
            .filter_map(|place| numbers.get(*place));
        liens.extend((0..).zip(named).map(|(rang, etudiant)| Lien {
            parent: patch.id,
            etudiant: *etudiant,
            rang,
        }));
        let mut children = draft
            .etudiants
            .iter()
            .filter_map(|place| people.etudiants.get(*place));
        if whole.complet && children.any(|child| !child.sans_nom) {
            familles.push(patch.id);
        }
    }
    let (parents, mut finals): (Vec<_>, Vec<_>) = resolved.into_iter().unzip();
    for (one, draft) in finals.iter_mut().zip(&people.parents) {
        one.famille = draft
            .etudiants
            .iter()
            .min()
            .and_then(|place| numbers.get(*place))
            .copied();
    }
    let annuaire = Annuaire {
        classes,
        etudiants,
        parents,
        liens,
        familles,
    };
    Ok(Plan { annuaire, finals })
}
