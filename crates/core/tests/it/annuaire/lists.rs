//! Lists: narrowed, searched, ordered, cut into pages.

use super::school_of;
use crate::harness::{School, parent, take_over};
use messages_core::model::{Classe, Etudiant, Fiche, Parent};
use messages_core::store::annuaire::{
    self, Annuaire, Lien, Order, Resource, classes, departs, effectifs, etudiants, parents,
};
use messages_core::store::{Conn, Error};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_search_finds_letters_large_and_small_with_and_without_accents,
    every_term_must_be_found,
    a_number_and_a_mailbox_are_found_however_they_are_written,
    classes_tell_how_many_they_are,
    signs_are_letters_to_a_search,
    a_hundred_thousand_letters_or_terms_find_nothing_and_do_no_harm,
    lists_are_narrowed_by_class_and_by_pupil,
    names_are_ordered_in_small_letters_without_accents_then_by_number,
    pages_and_numbers_tell_the_same_list,
    rows_come_in_the_order_of_their_numbers,
    a_parent_comes_with_the_pupils_in_their_order,
    more_numbers_than_one_question_takes_are_asked_for_in_pieces,
);

fn named(id: i64, nom: &str, prenom: &str) -> Parent {
    Parent {
        nom: nom.to_owned(),
        prenom: prenom.to_owned(),
        ..parent(id)
    }
}

/// Numbers of the parents found, which `count` and `page` confirm.
fn found(conn: &mut Conn, search: &[&str]) -> Vec<i64> {
    let filter = parents::Filter {
        search: search.iter().map(|term| (*term).to_owned()).collect(),
        ..parents::Filter::default()
    };
    let ids = Fiche::ids(conn, &filter).unwrap();
    assert_eq!(
        Fiche::count(conn, &filter).unwrap(),
        i64::try_from(ids.len()).unwrap()
    );
    let page = Fiche::page(conn, &filter, 0, 99).unwrap();
    assert_eq!(
        page.iter().map(|row| row.parent.id).collect::<Vec<_>>(),
        ids
    );
    ids
}

fn a_search_finds_letters_large_and_small_with_and_without_accents(database: &Database) {
    let school = School::new(database);
    school.parents([
        named(1, "ÉLUARD", "Zoé"),
        named(2, "Eluard", "Çelik"),
        named(3, "Ærø", "ŒUVRARD"),
        named(4, "ИВАНОВ", "Ωmega"),
    ]);
    let conn = &mut school.conn();
    for (term, ids) in [
        ("éluard", vec![1, 2]),
        ("ÉLU", vec![1, 2]),
        ("eluard", vec![1, 2]),
        ("luARD", vec![1, 2]),
        ("ZOÉ", vec![1]),
        ("zoe", vec![1]),
        ("çELIK", vec![2]),
        ("œuvr", vec![3]),
        ("oeuvr", vec![]),
        ("ÆRØ", vec![3]),
        ("иванов", vec![4]),
        ("ΩM", vec![4]),
        ("", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(conn, &[term]), ids, "{term}");
    }
    let class = classes::Filter {
        search: vec!["B\"".to_owned()],
        ..classes::Filter::default()
    };
    take_over(conn, &school_of(3)).unwrap();
    assert_eq!(Classe::ids(conn, &class).unwrap(), [2]);
    let pupil = etudiants::Filter {
        search: vec!["éLève3".to_owned()],
        ..etudiants::Filter::default()
    };
    assert_eq!(Etudiant::ids(conn, &pupil).unwrap(), [3]);
    assert_eq!(Etudiant::count(conn, &pupil).unwrap(), 1);
}

fn every_term_must_be_found(database: &Database) {
    let school = School::new(database);
    school.parents([named(1, "Dupont", "Anne"), named(2, "Dupond", "Anna")]);
    let conn = &mut school.conn();
    assert_eq!(found(conn, &["dupon", "ann"]), [1, 2]);
    assert_eq!(found(conn, &["anne", "dupont"]), [1]);
    assert_eq!(found(conn, &["anne", "dupond"]), [0; 0]);
    assert_eq!(found(conn, &["ponta"]), [0; 0], "not across two columns");
    let class = |search: &[&str]| classes::Filter {
        search: search.iter().map(|term| (*term).to_owned()).collect(),
        ..classes::Filter::default()
    };
    take_over(conn, &school_of(1)).unwrap();
    for (search, number) in [(vec!["2026", "6E"], 1), (vec!["2026", "5e"], 0)] {
        assert_eq!(Classe::count(conn, &class(&search)).unwrap(), number);
    }
}

fn a_number_and_a_mailbox_are_found_however_they_are_written(database: &Database) {
    let school = School::new(database);
    let typed = |id, telephone: &str, email: &str| Parent {
        telephone: telephone.to_owned(),
        email: email.to_owned(),
        ..named(id, &format!("Nom{id}"), "")
    };
    school.parents([
        typed(1, "06 12.34-56 78", "Zoe.Martin@exemple.example"),
        typed(2, "+33612345679", "x@autre.example"),
        typed(3, "01 98 76 54 32", ""),
    ]);
    let conn = &mut school.conn();
    for (terms, ids) in [
        (vec!["0612345678"], vec![1]),
        (vec!["+33", "6", "12", "34", "56", "78"], vec![1]),
        (vec!["06", "12", "34", "56", "79"], vec![2]),
        (vec!["0033612345679"], vec![2]),
        (vec!["01.98.76.54.32"], vec![3]),
        (vec!["0612"], vec![1]),
        (vec!["zoe.MARTIN@"], vec![1]),
        (vec!["nom2", "autre.example"], vec![2]),
        (vec!["0699999999"], vec![]),
    ] {
        assert_eq!(found(conn, &terms), ids, "{terms:?}");
    }
}

fn classes_tell_how_many_they_are(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    families(conn);
    let all: Vec<i64> = Classe::ids(conn, &classes::Filter::default()).unwrap();
    let sizes = effectifs::of(conn, &all).unwrap();
    for id in &all {
        let pupils = etudiants::Filter {
            classe: Some(*id),
            ..etudiants::Filter::default()
        };
        let of_class = parents::Filter {
            classe: Some(*id),
            ..parents::Filter::default()
        };
        let size = sizes.get(id).copied().unwrap_or_default();
        assert_eq!(size.etudiants, Etudiant::count(conn, &pupils).unwrap());
        assert_eq!(size.parents, Fiche::count(conn, &of_class).unwrap());
        assert!(size.parents > 0, "{id}");
    }
    database.execute(
        "UPDATE etudiants SET statut = 'inactif';
         UPDATE parents SET parti_le = '2026-01-02T00:00:00.000000Z' WHERE id > 1",
    );
    let sizes = effectifs::of(conn, &all).unwrap();
    let parents: i64 = sizes.values().map(|size| size.parents).sum();
    assert!(sizes.values().all(|size| size.etudiants == 0));
    assert!((1..=2).contains(&parents), "of one parent with two pupils");
    assert!(effectifs::of(conn, &[]).unwrap().is_empty());
}

fn signs_are_letters_to_a_search(database: &Database) {
    let school = School::new(database);
    school.parents([
        named(1, "100%", "a_b"),
        named(2, "100 ans", "axb"),
        named(3, "C:\\é", "O'Brien \"?\" {rows: x}"),
    ]);
    let conn = &mut school.conn();
    for (term, ids) in [
        ("%", vec![1]),
        ("100%", vec![1]),
        ("A_B", vec![1]),
        ("_", vec![1]),
        ("\\", vec![3]),
        ("\\É", vec![3]),
        ("c:\\", vec![3]),
        ("o'brien", vec![3]),
        ("\"?\" {ROWS: x}", vec![3]),
        ("' OR 1 = 1 --", vec![]),
        ("\0", vec![]),
    ] {
        assert_eq!(found(conn, &[term]), ids, "{term}");
    }
}

fn a_hundred_thousand_letters_or_terms_find_nothing_and_do_no_harm(database: &Database) {
    let school = School::new(database);
    school.parents([named(1, "aaaa", "")]);
    let conn = &mut school.conn();
    assert_eq!(found(conn, &["a".repeat(100_000).as_str()]), [0; 0]);
    assert_eq!(found(conn, &vec!["a"; 5_000]), [1]);
    let mut terms = vec!["a"; 5_000];
    terms[4_999] = "z";
    assert_eq!(found(conn, &terms), [0; 0]);
    let terms: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
    let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
    assert_eq!(found(conn, &terms), [0; 0]);
}

/// Pupil n is in class n % 3 (0: in none); parent n has pupils n and n + 1.
fn families(conn: &mut Conn) {
    let mut annuaire = school_of(7);
    let second = |parent| Lien {
        parent,
        etudiant: parent + 1,
        rang: 1,
    };
    annuaire.liens.extend((1..=6).map(second));
    take_over(conn, &annuaire).unwrap();
}

fn lists_are_narrowed_by_class_and_by_pupil(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    families(conn);
    let pupils = etudiants::Filter {
        classe: Some(1),
        ..etudiants::Filter::default()
    };
    assert_eq!(Etudiant::ids(conn, &pupils).unwrap(), [1, 4, 7]);
    for (classe, etudiant, ids) in [
        (Some(1), None, vec![1, 3, 4, 6, 7]),
        (None, Some(4), vec![3, 4]),
        (Some(2), Some(4), vec![4]),
        (Some(9), None, vec![]),
    ] {
        let filter = parents::Filter {
            classe,
            etudiant,
            ..parents::Filter::default()
        };
        assert_eq!(Fiche::ids(conn, &filter).unwrap(), ids, "{filter:?}");
        let search = vec!["nom4".to_owned()];
        let filter = parents::Filter { search, ..filter };
        let number = i64::from(ids.contains(&4));
        assert_eq!(Fiche::count(conn, &filter).unwrap(), number, "{filter:?}");
    }
}

fn names_are_ordered_in_small_letters_without_accents_then_by_number(database: &Database) {
    let school = School::new(database);
    school.parents([
        named(5, "martin", ""),
        named(3, "Zola", ""),
        named(4, "MARTIN", ""),
        named(1, "de Gaulle", ""),
        named(2, "Éluard", ""),
    ]);
    let conn = &mut school.conn();
    for (order, ids) in [
        (Order::Id, [1, 2, 3, 4, 5]),
        (Order::IdDesc, [5, 4, 3, 2, 1]),
        (Order::Nom, [1, 2, 4, 5, 3]),
        (Order::NomDesc, [3, 5, 4, 2, 1]),
    ] {
        let filter = parents::Filter {
            order,
            ..parents::Filter::default()
        };
        assert_eq!(Fiche::ids(conn, &filter).unwrap(), ids);
    }
}

fn pages_and_numbers_tell_the_same_list(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    families(conn);
    let filter = parents::Filter {
        order: Order::NomDesc,
        ..parents::Filter::default()
    };
    let page = |conn: &mut Conn, offset, limit| -> Vec<i64> {
        let rows = Fiche::page(conn, &filter, offset, limit).unwrap();
        rows.iter().map(|row| row.parent.id).collect()
    };
    assert_eq!(page(conn, 0, 3), [7, 6, 5]);
    assert_eq!(page(conn, 3, 3), [4, 3, 2]);
    assert_eq!(page(conn, 6, 3), [1]);
    assert_eq!(page(conn, 9, 3), [0; 0]);
    assert_eq!(page(conn, -1, -1), [0; 0]);
    assert_eq!(page(conn, i64::MAX, i64::MAX), [0; 0]);
    let etudiants = Etudiant::page(conn, &etudiants::Filter::default(), 2, 1).unwrap();
    let third = Etudiant {
        id: 3,
        nom: "Élève3".to_owned(),
        prenom: "Zoé".to_owned(),
        classe: None,
        ..Etudiant::default()
    };
    assert_eq!(etudiants, [third]);
    let classes = Classe::page(conn, &classes::Filter::default(), 1, 5).unwrap();
    assert_eq!(classes, [super::classe(2, "5e \"B\"", "", "")]);
}

fn rows_come_in_the_order_of_their_numbers(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    families(conn);
    let ids = |rows: Vec<i64>| rows;
    let rows = Fiche::by_ids(conn, &[6, 99, 2, 4]).unwrap();
    assert_eq!(
        ids(rows.iter().map(|row| row.parent.id).collect()),
        [6, 2, 4]
    );
    assert_eq!(rows[1].parent, parent(2));
    let rows = Etudiant::by_ids(conn, &[6, 99, 2]).unwrap();
    assert_eq!(ids(rows.iter().map(|row| row.id).collect()), [6, 2]);
    let rows = Classe::by_ids(conn, &[2, 1]).unwrap();
    assert_eq!(ids(rows.iter().map(|row| row.id).collect()), [2, 1]);
    assert_eq!(Fiche::by_ids(conn, &[]).unwrap(), []);
    assert_eq!(Classe::one(conn, 1).unwrap().niveau, "6e");
    assert_eq!(Etudiant::one(conn, 2).unwrap().classe, Some(2));
    assert!(matches!(Fiche::one(conn, 8), Err(Error::NotFound)));
    assert!(matches!(Etudiant::one(conn, 8), Err(Error::NotFound)));
    assert!(matches!(Classe::one(conn, 8), Err(Error::NotFound)));
}

fn a_parent_comes_with_the_pupils_in_their_order(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    families(conn);
    let first = Lien {
        parent: 1,
        etudiant: 5,
        rang: -1,
    };
    let annuaire = Annuaire {
        liens: vec![first],
        ..Annuaire::default()
    };
    take_over(conn, &annuaire).unwrap();
    let rows = Fiche::page(conn, &parents::Filter::default(), 0, 2).unwrap();
    assert_eq!(rows[0].etudiants, [5, 1, 2]);
    assert_eq!(rows[1].etudiants, [2, 3]);
    assert_eq!(Fiche::one(conn, 7).unwrap().etudiants, [7]);
}

fn more_numbers_than_one_question_takes_are_asked_for_in_pieces(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(2)).unwrap();
    // SQLite takes 32,766.
    let ids: Vec<i64> = (0..40_000).rev().collect();
    assert_eq!(Fiche::existing(conn, &ids).unwrap(), [1, 2]);
    let rows = Etudiant::by_ids(conn, &ids).unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(departs::absents(conn, &ids).unwrap().absents, [0; 0]);
    let left = annuaire::take_over(conn, |conn| departs::leave(conn, &ids));
    assert_eq!(left.unwrap(), 2);
}
