//! Single rows: added, changed, removed.

use super::{classe, school_of};
use crate::harness::{School, To, message, parent, take_over};
use messages_core::model::{Classe, Etudiant, Fiche, NewMessage, Parent};
use messages_core::store::annuaire::{ID_MAX, Resource, classes};
use messages_core::store::{Conflict, Conn, Error};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;

stories!(
    what_is_added_is_there,
    what_is_changed_has_changed,
    a_number_is_given_once,
    the_next_number_follows_those_that_were_given,
    numbers_given_and_taken_at_once_are_all_different,
    an_unknown_class_or_pupil_is_a_conflict,
    two_classes_of_one_name_and_year_are_a_conflict,
    of_two_who_give_a_name_at_once_one_has_it,
    a_class_in_use_stays,
    a_pupil_goes_with_the_links,
);

/// No two classes have the same name.
fn new_classe(nom: &str) -> Classe {
    classe(0, nom, "", "")
}

fn new_etudiant(classe: Option<i64>) -> Etudiant {
    Etudiant {
        id: 0,
        nom: "Élève".to_owned(),
        prenom: "Zoé".to_owned(),
        classe,
        ..Etudiant::default()
    }
}

fn new_parent(etudiants: &[i64]) -> Fiche {
    Fiche {
        parent: Parent {
            id: 0,
            notifications_sms: false,
            notifications_email: true,
            ..parent(1)
        },
        etudiants: etudiants.to_vec(),
        parti_le: None,
    }
}

fn conflict<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Conflict {
    match outcome {
        Err(Error::Conflict(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn what_is_added_is_there(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let class = Classe::insert(conn, None, &new_classe("6e \"A\"")).unwrap();
    let pupil = Etudiant::insert(conn, None, &new_etudiant(Some(class))).unwrap();
    let other = Etudiant::insert(conn, Some(50), &new_etudiant(None)).unwrap();
    let id = Fiche::insert(conn, Some(70), &new_parent(&[other, pupil, other])).unwrap();
    assert_eq!((other, id), (50, 70));
    assert_eq!(
        Classe::one(conn, class).unwrap(),
        classe(class, "6e \"A\"", "", "")
    );
    assert_eq!(Etudiant::one(conn, pupil).unwrap().classe, Some(class));
    let fiche = Fiche {
        parent: Parent {
            id,
            notifications_sms: false,
            ..parent(1)
        },
        etudiants: vec![other, pupil],
        parti_le: None,
    };
    assert_eq!(Fiche::one(conn, id).unwrap(), fiche);
    assert_eq!(Fiche::existing(conn, &[71, 70, 1]).unwrap(), [70]);
    assert_eq!(
        Etudiant::existing(conn, &[50, 51, pupil]).unwrap(),
        [pupil, 50]
    );
    assert_eq!(Classe::existing(conn, &[class, 99]).unwrap(), [class]);
}

fn what_is_changed_has_changed(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(3)).unwrap();
    let class = classe(1, "6e B", "", "2027");
    let seen = Classe::one(conn, 1).unwrap();
    Classe::update(conn, &seen, &class).unwrap();
    stale(&Classe::update(conn, &seen, &class));
    assert_eq!(Classe::one(conn, 1).unwrap(), class);
    let pupil = Etudiant {
        id: 1,
        nom: "Autre".to_owned(),
        prenom: String::new(),
        classe: Some(2),
        ..Etudiant::default()
    };
    let seen = Etudiant::one(conn, 1).unwrap();
    Etudiant::update(conn, &seen, &pupil).unwrap();
    stale(&Etudiant::update(conn, &seen, &pupil));
    assert_eq!(Etudiant::one(conn, 1).unwrap(), pupil);
    let fiche = Fiche {
        parent: Parent {
            telephone: "06".to_owned(),
            notifications_email: false,
            ..parent(2)
        },
        etudiants: vec![3, 2, 3],
        parti_le: None,
    };
    let seen = Fiche::one(conn, 2).unwrap();
    Fiche::update(conn, &seen, &fiche).unwrap();
    stale(&Fiche::update(conn, &seen, &fiche));
    assert_eq!(Fiche::one(conn, 2).unwrap().parent, fiche.parent);
    assert_eq!(Fiche::one(conn, 2).unwrap().etudiants, [3, 2]);
    assert_eq!(Fiche::one(conn, 1).unwrap().etudiants, [1]);
    for outcome in [
        {
            let gone = Classe { id: 9, ..class };
            Classe::update(conn, &gone, &gone)
        },
        {
            let gone = Etudiant { id: 9, ..pupil };
            Etudiant::update(conn, &gone, &gone)
        },
        {
            let gone = Fiche {
                parent: parent(9),
                etudiants: Vec::new(),
                parti_le: None,
            };
            Fiche::update(conn, &gone, &gone)
        },
    ] {
        assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    }
}

fn a_number_is_given_once(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(2)).unwrap();
    for id in [2, 0, -1, ID_MAX + 1, i64::MAX] {
        conflict(Classe::insert(conn, Some(id), &new_classe("4e")));
        conflict(Etudiant::insert(conn, Some(id), &new_etudiant(None)));
        conflict(Fiche::insert(conn, Some(id), &new_parent(&[1])));
    }
    assert_eq!(Fiche::one(conn, 2).unwrap().etudiants, [2]);
    assert_eq!(school.count("parents", "1 = 1"), 2);
}

fn the_next_number_follows_those_that_were_given(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    for (given, next) in [(Some(40), 41), (Some(7), 42), (None, 43), (Some(900), 901)] {
        for insert in [
            |conn: &mut Conn, id, nom: &str| Classe::insert(conn, id, &new_classe(nom)),
            |conn: &mut Conn, id, _: &str| Etudiant::insert(conn, id, &new_etudiant(None)),
            |conn: &mut Conn, id, _: &str| Fiche::insert(conn, id, &new_parent(&[])),
        ] {
            if given.is_some() {
                assert_eq!(insert(conn, given, &format!("{given:?}")).ok(), given);
            }
            assert_eq!(insert(conn, None, &next.to_string()).unwrap(), next);
        }
    }
    // Who is gone does not lend the number to somebody else.
    Fiche::delete(conn, 901).unwrap();
    assert_eq!(Fiche::insert(conn, Some(5), &new_parent(&[])).unwrap(), 5);
    assert_eq!(Fiche::insert(conn, None, &new_parent(&[])).unwrap(), 902);
    take_over(conn, &school_of(1000)).unwrap();
    assert_eq!(Fiche::insert(conn, None, &new_parent(&[])).unwrap(), 1001);
    let class = Classe::insert(conn, None, &new_classe("4e"));
    assert_eq!(class.unwrap(), 902);
}

fn numbers_given_and_taken_at_once_are_all_different(database: &Database) {
    let school = School::new(database);
    let places = [0, 1, 2, 3].map(|n| (n, school.conn()));
    thread::scope(|scope| {
        for (n, mut conn) in places {
            scope.spawn(move || {
                for round in 0..25 {
                    // Just ahead of the numbers that are handed out.
                    let given = (n == 0).then_some(round * 7 + 3);
                    let class = new_classe(&format!("{n} {round}"));
                    match Classe::insert(&mut conn, given, &class) {
                        Err(Error::Conflict(_)) if given.is_some() => {}
                        outcome => drop(outcome.unwrap()),
                    }
                }
            });
        }
    });
    assert!(school.count("classes", "1 = 1") >= 75);
}

fn an_unknown_class_or_pupil_is_a_conflict(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(1)).unwrap();
    conflict(Etudiant::insert(conn, None, &new_etudiant(Some(9))));
    conflict(Fiche::insert(conn, None, &new_parent(&[1, 9])));
    let mut pupil = Etudiant::one(conn, 1).unwrap();
    let seen = pupil.clone();
    pupil.classe = Some(9);
    conflict(Etudiant::update(conn, &seen, &pupil));
    let fiche = Fiche {
        parent: Parent {
            telephone: String::new(),
            ..parent(1)
        },
        etudiants: vec![9],
        parti_le: None,
    };
    let seen = Fiche::one(conn, 1).unwrap();
    conflict(Fiche::update(conn, &seen, &fiche));
    assert_eq!(Fiche::one(conn, 1).unwrap().parent, parent(1));
    assert_eq!(Fiche::one(conn, 1).unwrap().etudiants, [1]);
    assert_eq!(school.count("etudiants", "classe = 1"), 1);
    assert_eq!(school.count("parents", "1 = 1"), 1);
}

fn two_classes_of_one_name_and_year_are_a_conflict(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    Classe::insert(conn, Some(7), &classe(0, "6e A", "6e", "2026")).unwrap();
    let same = classe(0, "6e A", "", "2026");
    let why = conflict(Classe::insert(conn, Some(9), &same));
    assert_eq!(why, Conflict::SameClass { id: 9, other: 7 });
    conflict(Classe::insert(conn, None, &same));
    let next = classe(8, "6e A", "", "2027");
    Classe::insert(conn, Some(8), &next).unwrap();
    let why = conflict(Classe::update(conn, &next, &Classe { id: 8, ..same }));
    assert_eq!(why, Conflict::SameClass { id: 8, other: 7 });
    assert_eq!(Classe::one(conn, 8).unwrap(), next);
    assert_eq!(school.count("classes", "1 = 1"), 2);
}

fn of_two_who_give_a_name_at_once_one_has_it(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    for id in 1..=6 {
        let class = classe(0, &format!("6e {id}"), "", "");
        Classe::insert(conn, Some(id), &class).unwrap();
    }
    thread::scope(|scope| {
        for id in 1..=6 {
            let school = &school;
            scope.spawn(move || {
                let conn = &mut school.conn();
                let seen = Classe::one(conn, id).unwrap();
                Classe::update(conn, &seen, &classe(id, "6e A", "", "")).ok();
            });
        }
    });
    assert_eq!(school.count("classes", "nom = '6e A'"), 1);
}

fn a_class_in_use_stays(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(4)).unwrap();
    let draft = NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::Classe(1))
    };
    school.insert(&draft);
    assert_eq!(
        conflict(Classe::delete(conn, 1)),
        Conflict::ClassInUse {
            etudiants: 2,
            messages: 1
        }
    );
    database.execute("UPDATE etudiants SET classe = NULL");
    conflict(Classe::delete(conn, 1));
    Classe::delete(conn, 2).unwrap();
    assert_eq!(Classe::ids(conn, &classes::Filter::default()).unwrap(), [1]);
}

fn a_pupil_goes_with_the_links(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    take_over(conn, &school_of(2)).unwrap();
    Etudiant::delete(conn, 1).unwrap();
    assert_eq!(Fiche::one(conn, 1).unwrap().etudiants, [0; 0]);
    assert_eq!(Fiche::one(conn, 2).unwrap().etudiants, [2]);
    assert_eq!(school.count("etudiants", "1 = 1"), 1);
}

fn stale(outcome: &Result<(), Error>) {
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
}
