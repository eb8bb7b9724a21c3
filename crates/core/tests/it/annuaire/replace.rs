//! The directory given as a whole: what is not named of it is gone.

use super::{classe, school_of};
use crate::harness::{School, parent, take_over};
use crate::whole::Whole;
use messages_core::model::Fiche;
use messages_core::store::Error;
use messages_core::store::annuaire::{Annuaire, Lien, Resource};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    pupils_that_are_not_named_are_unlinked,
    the_links_of_a_parent_who_is_not_given_stay,
    an_empty_level_or_year_that_is_said_is_written,
    an_unknown_pupil_changes_nothing,
);

fn lien(parent: i64, etudiant: i64, rang: i64) -> Lien {
    Lien {
        parent,
        etudiant,
        rang,
    }
}

fn etudiants(school: &School<'_>, parent: i64) -> Vec<i64> {
    Fiche::one(&mut school.conn(), parent).unwrap().etudiants
}

/// Parents and their links; the rest is known.
fn families(parents: &[i64], liens: &[Lien]) -> Annuaire {
    Annuaire {
        parents: parents.iter().map(|id| parent(*id).whole()).collect(),
        familles: parents.to_vec(),
        liens: liens.to_vec(),
        ..Annuaire::default()
    }
}

fn pupils_that_are_not_named_are_unlinked(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(4)).unwrap();
    let first = families(&[1, 2], &[lien(1, 3, 0), lien(1, 1, 1), lien(2, 2, 0)]);
    let changes = take_over(&mut conn, &first).unwrap();
    assert_eq!(etudiants(&school, 1), [3, 1]);
    assert_eq!(changes.liens_retires, 0);
    let liens = changes.liens;
    assert_eq!((liens.ajoutes, liens.modifies, liens.inchanges), (1, 1, 1));
    let second = families(&[1, 2], &[lien(1, 4, 0)]);
    let changes = take_over(&mut conn, &second).unwrap();
    assert_eq!(etudiants(&school, 1), [4]);
    assert_eq!(etudiants(&school, 2), [0; 0]);
    assert_eq!((changes.liens_retires, changes.liens.ajoutes), (3, 1));
    let adding = Annuaire {
        familles: Vec::new(),
        ..families(&[1], &[lien(1, 1, 1)])
    };
    take_over(&mut conn, &adding).unwrap();
    assert_eq!(etudiants(&school, 1), [4, 1]);
}

fn the_links_of_a_parent_who_is_not_given_stay(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(3)).unwrap();
    take_over(&mut conn, &families(&[1], &[])).unwrap();
    assert_eq!(etudiants(&school, 1), [0; 0]);
    assert_eq!(etudiants(&school, 2), [2]);
    assert_eq!(school.count("etudiants", "1 = 1"), 3);
}

fn an_empty_level_or_year_that_is_said_is_written(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for niveau in ["6e", ""] {
        let annuaire = Annuaire {
            classes: vec![classe(1, "6e A", niveau, niveau).whole()],
            ..Annuaire::default()
        };
        take_over(&mut conn, &annuaire).unwrap();
    }
    assert_eq!(
        school.count("classes", "niveau = '' AND annee_scolaire = ''"),
        1
    );
}

fn an_unknown_pupil_changes_nothing(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(2)).unwrap();
    let outcome = take_over(&mut conn, &families(&[1, 9], &[lien(1, 99, 0)]));
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    assert_eq!(etudiants(&school, 1), [1]);
    assert_eq!(school.count("parents", "1 = 1"), 2);
}
