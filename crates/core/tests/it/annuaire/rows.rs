//! Single rows: added, changed, removed.

use super::{classe, school_of};
use crate::harness::{School, To, message, parent};
use messages_core::model::{
    Classe, Etudiant, Fiche, NewClasse, NewEtudiant, NewMessage, NewParent, Parent,
};
use messages_core::store::annuaire::{self, ID_MAX, classes, etudiants, parents};
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
    a_class_in_use_stays,
    a_pupil_goes_with_the_links,
);

fn new_classe(id: Option<i64>) -> NewClasse {
    NewClasse {
        id,
        nom: "6e \"A\"".to_owned(),
        ..NewClasse::default()
    }
}

fn new_etudiant(id: Option<i64>, classe: Option<i64>) -> NewEtudiant {
    NewEtudiant {
        id,
        nom: "Élève".to_owned(),
        prenom: "Zoé".to_owned(),
        classe,
    }
}

fn new_parent(id: Option<i64>, etudiants: &[i64]) -> NewParent {
    let Parent {
        nom,
        prenom,
        telephone,
        email,
        ..
    } = parent(1);
    NewParent {
        id,
        nom,
        prenom,
        telephone,
        email,
        notifications_sms: false,
        notifications_email: true,
        etudiants: etudiants.to_vec(),
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
    let class = classes::insert(conn, &new_classe(None)).unwrap();
    let pupil = etudiants::insert(conn, &new_etudiant(None, Some(class))).unwrap();
    let other = etudiants::insert(conn, &new_etudiant(Some(50), None)).unwrap();
    let id = parents::insert(conn, &new_parent(Some(70), &[other, pupil, other])).unwrap();
    assert_eq!((other, id), (50, 70));
    assert_eq!(
        classes::one(conn, class).unwrap(),
        classe(class, "6e \"A\"", "", "")
    );
    assert_eq!(etudiants::one(conn, pupil).unwrap().classe, Some(class));
    let fiche = Fiche {
        parent: Parent {
            id,
            notifications_sms: false,
            ..parent(1)
        },
        etudiants: vec![other, pupil],
        parti_le: None,
    };
    assert_eq!(parents::one(conn, id).unwrap(), fiche);
    assert_eq!(parents::existing(conn, &[71, 70, 1]).unwrap(), [70]);
    assert_eq!(
        etudiants::existing(conn, &[50, 51, pupil]).unwrap(),
        [pupil, 50]
    );
    assert_eq!(classes::existing(conn, &[class, 99]).unwrap(), [class]);
}

fn what_is_changed_has_changed(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    annuaire::upsert(conn, &school_of(3)).unwrap();
    let class = classe(1, "6e B", "", "2027");
    let seen = classes::one(conn, 1).unwrap();
    classes::update(conn, &seen, &class).unwrap();
    stale(&classes::update(conn, &seen, &class));
    assert_eq!(classes::one(conn, 1).unwrap(), class);
    let pupil = Etudiant {
        id: 1,
        nom: "Autre".to_owned(),
        prenom: String::new(),
        classe: Some(2),
    };
    let seen = etudiants::one(conn, 1).unwrap();
    etudiants::update(conn, &seen, &pupil).unwrap();
    stale(&etudiants::update(conn, &seen, &pupil));
    assert_eq!(etudiants::one(conn, 1).unwrap(), pupil);
    let fiche = Fiche {
        parent: Parent {
            telephone: "06".to_owned(),
            notifications_email: false,
            ..parent(2)
        },
        etudiants: vec![3, 2, 3],
        parti_le: None,
    };
    let seen = parents::one(conn, 2).unwrap();
    parents::update(conn, &seen, &fiche).unwrap();
    stale(&parents::update(conn, &seen, &fiche));
    assert_eq!(parents::one(conn, 2).unwrap().parent, fiche.parent);
    assert_eq!(parents::one(conn, 2).unwrap().etudiants, [3, 2]);
    assert_eq!(parents::one(conn, 1).unwrap().etudiants, [1]);
    for outcome in [
        {
            let gone = Classe { id: 9, ..class };
            classes::update(conn, &gone, &gone)
        },
        {
            let gone = Etudiant { id: 9, ..pupil };
            etudiants::update(conn, &gone, &gone)
        },
        {
            let gone = Fiche {
                parent: parent(9),
                etudiants: Vec::new(),
                parti_le: None,
            };
            parents::update(conn, &gone, &gone)
        },
    ] {
        assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    }
}

fn a_number_is_given_once(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    annuaire::upsert(conn, &school_of(2)).unwrap();
    for id in [2, 0, -1, ID_MAX + 1, i64::MAX] {
        conflict(classes::insert(conn, &new_classe(Some(id))));
        conflict(etudiants::insert(conn, &new_etudiant(Some(id), None)));
        conflict(parents::insert(conn, &new_parent(Some(id), &[1])));
    }
    assert_eq!(parents::one(conn, 2).unwrap().etudiants, [2]);
    assert_eq!(school.count("parents", "1 = 1"), 2);
}

fn the_next_number_follows_those_that_were_given(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    for (given, next) in [(Some(40), 41), (Some(7), 42), (None, 43), (Some(900), 901)] {
        for insert in [
            |conn: &mut Conn, id| classes::insert(conn, &new_classe(id)),
            |conn: &mut Conn, id| etudiants::insert(conn, &new_etudiant(id, None)),
            |conn: &mut Conn, id| parents::insert(conn, &new_parent(id, &[])),
        ] {
            if given.is_some() {
                assert_eq!(insert(conn, given).ok(), given);
            }
            assert_eq!(insert(conn, None).unwrap(), next);
        }
    }
    // Who is gone does not lend the number to somebody else.
    parents::delete(conn, 901).unwrap();
    assert_eq!(parents::insert(conn, &new_parent(Some(5), &[])).unwrap(), 5);
    assert_eq!(parents::insert(conn, &new_parent(None, &[])).unwrap(), 902);
    annuaire::upsert(conn, &school_of(1000)).unwrap();
    assert_eq!(parents::insert(conn, &new_parent(None, &[])).unwrap(), 1001);
    assert_eq!(classes::insert(conn, &new_classe(None)).unwrap(), 902);
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
                    match classes::insert(&mut conn, &new_classe(given)) {
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
    annuaire::upsert(conn, &school_of(1)).unwrap();
    conflict(etudiants::insert(conn, &new_etudiant(None, Some(9))));
    conflict(parents::insert(conn, &new_parent(None, &[1, 9])));
    let mut pupil = etudiants::one(conn, 1).unwrap();
    let seen = pupil.clone();
    pupil.classe = Some(9);
    conflict(etudiants::update(conn, &seen, &pupil));
    let fiche = Fiche {
        parent: Parent {
            telephone: String::new(),
            ..parent(1)
        },
        etudiants: vec![9],
        parti_le: None,
    };
    let seen = parents::one(conn, 1).unwrap();
    conflict(parents::update(conn, &seen, &fiche));
    assert_eq!(parents::one(conn, 1).unwrap().parent, parent(1));
    assert_eq!(parents::one(conn, 1).unwrap().etudiants, [1]);
    assert_eq!(school.count("etudiants", "classe = 1"), 1);
    assert_eq!(school.count("parents", "1 = 1"), 1);
}

fn a_class_in_use_stays(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    annuaire::upsert(conn, &school_of(4)).unwrap();
    let draft = NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::Classe(1))
    };
    school.insert(&draft);
    assert_eq!(
        conflict(classes::delete(conn, 1)),
        Conflict::ClassInUse {
            etudiants: 2,
            messages: 1
        }
    );
    let uses = classes::uses(conn, 1).unwrap();
    assert_eq!((uses.etudiants, uses.messages), (2, 1));
    database.execute("UPDATE etudiants SET classe = NULL");
    conflict(classes::delete(conn, 1));
    classes::delete(conn, 2).unwrap();
    assert_eq!(
        classes::ids(conn, &classes::Filter::default()).unwrap(),
        [1]
    );
}

fn a_pupil_goes_with_the_links(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    annuaire::upsert(conn, &school_of(2)).unwrap();
    etudiants::delete(conn, 1).unwrap();
    assert_eq!(parents::one(conn, 1).unwrap().etudiants, [0; 0]);
    assert_eq!(parents::one(conn, 2).unwrap().etudiants, [2]);
    assert_eq!(school.count("etudiants", "1 = 1"), 1);
}

fn stale(outcome: &Result<(), Error>) {
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
}
