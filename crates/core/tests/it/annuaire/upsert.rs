//! The directory, taken over again and again.

use super::{classe, school_of};
use crate::harness::{School, parent, take_over};
use crate::whole::Whole;
use messages_core::model::{Classe, ClassePatch, EtudiantPatch, Fiche, Parent, ParentPatch};
use messages_core::store::annuaire::{Annuaire, Changes, Count, Lien, Resource, classes, parents};
use messages_core::store::{Conflict, Error};
use messages_core::vocabulary::{Relation, Scolarite};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_directory_is_kept_as_it_was_given,
    taking_it_over_again_replaces_what_changed,
    what_is_not_said_of_a_class_keeps_what_is_known,
    silence_keeps_what_a_parent_is,
    silence_opts_no_new_parent_in,
    what_is_kept_for_the_web_app_stays,
    classes_may_exchange_names_and_not_share_one,
    a_fault_anywhere_keeps_the_old_directory,
    what_changed_is_counted,
    twenty_thousand_parents_are_taken_over_once,
    what_is_given_twice_or_cannot_be_is_a_conflict,
);

fn a_directory_is_kept_as_it_was_given(database: &Database) {
    let school = School::new(database);
    let mut annuaire = school_of(1201);
    let strange = "O'Brien \"dit\" \\ 😀 {rows: x} ?";
    annuaire.parents[0] = Parent {
        nom: strange.to_owned(),
        prenom: String::new(),
        notifications_sms: false,
        ..parent(1)
    }
    .whole();
    let mut conn = school.conn();
    take_over(&mut conn, &annuaire).unwrap();
    let ids = Fiche::ids(&mut conn, &parents::Filter::default()).unwrap();
    assert_eq!(ids, (1..=1201).collect::<Vec<_>>());
    let ids = Classe::ids(&mut conn, &classes::Filter::default()).unwrap();
    assert_eq!(ids, [1, 2]);
    assert_eq!(
        school.one("SELECT nom AS v FROM parents WHERE id = 1"),
        strange
    );
    assert_eq!(
        school.count("parents", "NOT notifications_sms AND notifications_email"),
        1
    );
    assert_eq!(school.count("etudiants", "classe = 1"), 401);
    assert_eq!(school.count("etudiants", "classe IS NULL"), 400);
    assert_eq!(school.count("parents_etudiants", "parent = etudiant"), 1201);
    assert_eq!(
        database.texts("SELECT nom AS v FROM classes ORDER BY id"),
        ["6e A", "5e \"B\""]
    );
}

fn taking_it_over_again_replaces_what_changed(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(3)).unwrap();
    let mut changed = school_of(2);
    changed.parents[0] = Parent {
        telephone: "0700000000".to_owned(),
        email: "neuf@exemple.example".to_owned(),
        notifications_sms: false,
        notifications_email: false,
        ..parent(1)
    }
    .whole();
    changed.etudiants[0].classe = Some(None);
    changed.liens[0].rang = 4;
    take_over(&mut conn, &changed).unwrap();
    take_over(&mut conn, &changed).unwrap();
    let as_text = "SELECT telephone || ' ' || email AS v FROM parents
                    WHERE NOT notifications_sms AND NOT notifications_email";
    assert_eq!(school.one(as_text), "0700000000 neuf@exemple.example");
    assert_eq!(school.count("etudiants", "id = 1 AND classe IS NULL"), 1);
    assert_eq!(
        school.count("parents_etudiants", "parent = 1 AND rang = 4"),
        1
    );
    assert_eq!(
        school.count("parents", "1 = 1"),
        3,
        "who is not named stays"
    );
}

fn said(nom: Option<&str>, niveau: Option<&str>, annee: Option<&str>) -> Vec<ClassePatch> {
    vec![ClassePatch {
        id: 1,
        nom: nom.map(str::to_owned),
        niveau: niveau.map(str::to_owned),
        annee_scolaire: annee.map(str::to_owned),
        ..ClassePatch::default()
    }]
}

fn what_is_not_said_of_a_class_keeps_what_is_known(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for classes in [
        said(Some("6e A"), Some("6e"), Some("2026-2027")),
        said(Some("6e Alpha"), None, None),
        said(None, None, Some("2027-2028")),
    ] {
        let annuaire = Annuaire {
            classes,
            ..Annuaire::default()
        };
        take_over(&mut conn, &annuaire).unwrap();
    }
    assert_eq!(
        school.one("SELECT nom || '/' || niveau || '/' || annee_scolaire AS v FROM classes"),
        "6e Alpha/6e/2027-2028"
    );
}

fn a_fault_anywhere_keeps_the_old_directory(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    take_over(&mut conn, &school_of(2)).unwrap();
    let mut faulty = school_of(5);
    faulty.classes[0].nom = Some("renommée".to_owned());
    faulty.liens.push(Lien {
        parent: 1,
        etudiant: 99,
        rang: 0,
    });
    take_over(&mut conn, &faulty).unwrap_err();
    assert_eq!(school.count("parents", "1 = 1"), 2);
    assert_eq!(school.count("classes", "nom = '6e A'"), 1);
    take_over(&mut conn, &school_of(5)).unwrap();
    assert_eq!(school.count("parents", "1 = 1"), 5);
}

fn count(ajoutes: usize, modifies: usize, inchanges: usize) -> Count {
    Count {
        ajoutes,
        modifies,
        inchanges,
    }
}

fn what_changed_is_counted(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let first = take_over(&mut conn, &school_of(3)).unwrap();
    assert_eq!(first.classes, count(2, 0, 0));
    assert_eq!(first.parents, count(3, 0, 0));
    let mut second = school_of(5);
    second.classes[0].nom = Some("6e Z".to_owned());
    second.etudiants[0].classe = Some(None);
    second.etudiants[1].prenom = Some(String::new());
    second.parents[0].notifications_email = Some(false);
    second.liens[2].rang = 7;
    let changes = take_over(&mut conn, &second).unwrap();
    let expected = Changes {
        classes: count(0, 1, 1),
        etudiants: count(2, 2, 1),
        parents: count(2, 1, 2),
        liens: count(2, 1, 2),
        liens_retires: 0,
        revenus: 0,
    };
    assert_eq!(changes, expected);
    // What is not said is not a change.
    second.classes[0].niveau = None;
    let changes = take_over(&mut conn, &second).unwrap();
    assert_eq!(changes.classes, count(0, 0, 2));
    assert_eq!(changes.etudiants, count(0, 0, 5));
    assert_eq!(changes.liens, count(0, 0, 5));
}

fn twenty_thousand_parents_are_taken_over_once(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let mut annuaire = school_of(20_000);
    let all = count(20_000, 0, 0);
    let changes = take_over(&mut conn, &annuaire).unwrap();
    assert_eq!(
        (changes.etudiants, changes.parents, changes.liens),
        (all, all, all)
    );
    let same = count(0, 0, 20_000);
    for familles in [Vec::new(), (1..=20_000).collect()] {
        annuaire.familles = familles;
        let changes = take_over(&mut conn, &annuaire).unwrap();
        assert_eq!(
            (changes.etudiants, changes.parents, changes.liens),
            (same, same, same)
        );
    }
    annuaire.parents[13_000].telephone = Some("06 99 99 99 99".to_owned());
    let changes = take_over(&mut conn, &annuaire).unwrap();
    assert_eq!(changes.parents, count(0, 1, 19_999));
    assert_eq!(school.count("parents", "telephone = '06 99 99 99 99'"), 1);
}

fn what_is_given_twice_or_cannot_be_is_a_conflict(database: &Database) {
    let school = School::new(database);
    let twice: [fn(&mut Annuaire); 5] = [
        |annuaire| annuaire.classes.push(classe(1, "autre", "", "").whole()),
        |annuaire| annuaire.etudiants.push(annuaire.etudiants[0].clone()),
        |annuaire| annuaire.parents.push(parent(2).whole()),
        |annuaire| annuaire.liens.push(annuaire.liens[0]),
        |annuaire| annuaire.parents[1].id = i64::MAX,
    ];
    for spoil in twice {
        let mut annuaire = school_of(2);
        spoil(&mut annuaire);
        let outcome = take_over(&mut school.conn(), &annuaire);
        assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
    }
    assert_eq!(school.count("classes", "1 = 1"), 0);
}

fn silence_keeps_what_a_parent_is(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let mut annuaire = school_of(1);
    annuaire.parents[0].notifications_email = Some(false);
    take_over(&mut conn, &annuaire).unwrap();
    let before = Fiche::one(&mut conn, 1).unwrap();
    let silent = Annuaire {
        parents: vec![ParentPatch {
            id: 1,
            ..ParentPatch::default()
        }],
        etudiants: vec![EtudiantPatch {
            id: 1,
            ..EtudiantPatch::default()
        }],
        ..Annuaire::default()
    };
    let changes = take_over(&mut conn, &silent).unwrap();
    assert_eq!(Fiche::one(&mut conn, 1).unwrap(), before);
    assert_eq!(
        (changes.parents, changes.etudiants),
        (count(0, 0, 1), count(0, 0, 1))
    );
    assert_eq!(school.count("etudiants", "classe = 1 AND nom <> ''"), 1);
}

fn silence_opts_no_new_parent_in(database: &Database) {
    let school = School::new(database);
    let new = Annuaire {
        parents: vec![ParentPatch {
            id: 7,
            nom: Some("Neuf".to_owned()),
            ..ParentPatch::default()
        }],
        ..Annuaire::default()
    };
    take_over(&mut school.conn(), &new).unwrap();
    let only_sms = "notifications_sms AND NOT notifications_email";
    assert_eq!(school.count("parents", only_sms), 1);
}

fn what_is_kept_for_the_web_app_stays(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let mut annuaire = school_of(1);
    take_over(&mut conn, &annuaire).unwrap();
    let parent = Fiche::one(&mut conn, 1).unwrap().parent;
    assert_eq!(
        (parent.relation, parent.adresse.as_str()),
        (Relation::Autre, "")
    );
    annuaire.parents[0].relation = Some(Relation::Mere);
    annuaire.parents[0].adresse = Some("1 rue de l'Église".to_owned());
    annuaire.etudiants[0].statut = Some(Scolarite::Inactif);
    annuaire.classes[0].description = Some("Bilingue".to_owned());
    let said = take_over(&mut conn, &annuaire).unwrap();
    for changed in [said.parents, said.etudiants] {
        assert_eq!(changed, count(0, 1, 0));
    }
    assert_eq!(said.classes, count(0, 1, 1));
    annuaire.parents[0].adresse = None;
    annuaire.parents[0].relation = None;
    annuaire.etudiants[0].statut = None;
    annuaire.classes[0].description = None;
    take_over(&mut conn, &annuaire).unwrap();
    let kept = "relation = 'mère' AND adresse = '1 rue de l''Église'";
    assert_eq!(school.count("parents", kept), 1);
    assert_eq!(school.count("etudiants", "statut = 'inactif'"), 1);
    assert_eq!(school.count("classes", "description = 'Bilingue'"), 1);
}

fn classes_may_exchange_names_and_not_share_one(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let of = |rows: [(i64, &str); 2]| Annuaire {
        classes: rows
            .map(|(id, nom)| classe(id, nom, "", "2026").whole())
            .into(),
        ..Annuaire::default()
    };
    take_over(&mut conn, &of([(1, "6e A"), (2, "6e B")])).unwrap();
    take_over(&mut conn, &of([(1, "6e B"), (2, "6e A")])).unwrap();
    for rows in [[(3, "5e"), (4, "5e")], [(3, "5e"), (4, "6e A")]] {
        let outcome = take_over(&mut conn, &of(rows));
        let Err(Error::Conflict(Conflict::SameClass { id: 3 | 4, .. })) = outcome else {
            panic!("{outcome:?}");
        };
    }
    let names = database.texts("SELECT nom AS v FROM classes ORDER BY id");
    assert_eq!(names, ["6e B", "6e A"]);
}
