//! The directory, taken over again and again, also while messages leave.

use crate::harness::{School, To, moments, parent};
use messages_core::model::{Classe, Etudiant, Parent};
use messages_core::store::annuaire::{self, Annuaire, Lien};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;
use std::time::Duration;

stories!(
    a_directory_is_kept_as_it_was_given,
    taking_it_over_again_replaces_what_changed,
    an_empty_level_or_year_keeps_what_is_known,
    a_fault_anywhere_keeps_the_old_directory,
    an_opt_out_ends_what_waits_on_its_channel,
    nothing_is_announced_after_the_commit_of_an_opt_out,
);

fn school_of(parents: i64) -> Annuaire {
    Annuaire {
        classes: vec![
            classe(1, "6e A", "6e", "2026-2027"),
            classe(2, "5e \"B\"", "", ""),
        ],
        etudiants: (1..=parents)
            .map(|id| Etudiant {
                id,
                nom: format!("Élève{id}"),
                prenom: "Zoé".to_owned(),
                classe: (id % 3 != 0).then_some(id % 3),
            })
            .collect(),
        parents: (1..=parents).map(parent).collect(),
        liens: (1..=parents)
            .map(|id| Lien {
                parent: id,
                etudiant: id,
                rang: 0,
            })
            .collect(),
    }
}

fn classe(id: i64, nom: &str, niveau: &str, annee_scolaire: &str) -> Classe {
    Classe {
        id,
        nom: nom.to_owned(),
        niveau: niveau.to_owned(),
        annee_scolaire: annee_scolaire.to_owned(),
    }
}

fn a_directory_is_kept_as_it_was_given(database: &Database) {
    let school = School::new(database);
    let mut annuaire = school_of(1201);
    annuaire.parents[0] = Parent {
        nom: "O'Brien \"dit\" \\ 😀 {rows: x} ?".to_owned(),
        prenom: String::new(),
        notifications_sms: false,
        ..parent(1)
    };
    let mut conn = school.conn();
    annuaire::upsert(&mut conn, &annuaire).unwrap();
    let mut ids = annuaire::parent_ids(&mut conn).unwrap();
    ids.sort_unstable();
    assert_eq!(ids, (1..=1201).collect::<Vec<_>>());
    let mut ids = annuaire::classe_ids(&mut conn).unwrap();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    assert_eq!(
        school.one("SELECT nom AS v FROM parents WHERE id = 1"),
        annuaire.parents[0].nom
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
    annuaire::upsert(&mut conn, &school_of(3)).unwrap();
    let mut changed = school_of(2);
    changed.parents[0] = Parent {
        telephone: "0700000000".to_owned(),
        email: "neuf@exemple.example".to_owned(),
        notifications_sms: false,
        notifications_email: false,
        ..parent(1)
    };
    changed.etudiants[0].classe = None;
    changed.liens[0].rang = 4;
    annuaire::upsert(&mut conn, &changed).unwrap();
    annuaire::upsert(&mut conn, &changed).unwrap();
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

fn an_empty_level_or_year_keeps_what_is_known(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for classes in [
        vec![classe(1, "6e A", "6e", "2026-2027")],
        vec![classe(1, "6e Alpha", "", "")],
        vec![classe(1, "6e Alpha", "", "2027-2028")],
    ] {
        let annuaire = Annuaire {
            classes,
            ..Annuaire::default()
        };
        annuaire::upsert(&mut conn, &annuaire).unwrap();
    }
    assert_eq!(
        school.one("SELECT nom || '/' || niveau || '/' || annee_scolaire AS v FROM classes"),
        "6e Alpha/6e/2027-2028"
    );
}

fn a_fault_anywhere_keeps_the_old_directory(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    annuaire::upsert(&mut conn, &school_of(2)).unwrap();
    let mut faulty = school_of(5);
    "renommée".clone_into(&mut faulty.classes[0].nom);
    faulty.liens.push(Lien {
        parent: 1,
        etudiant: 99,
        rang: 0,
    });
    annuaire::upsert(&mut conn, &faulty).unwrap_err();
    assert_eq!(school.count("parents", "1 = 1"), 2);
    assert_eq!(school.count("classes", "nom = '6e A'"), 1);
    annuaire::upsert(&mut conn, &school_of(5)).unwrap();
    assert_eq!(school.count("parents", "1 = 1"), 5);
}

fn an_opt_out_ends_what_waits_on_its_channel(database: &Database) {
    let school = School::new(database);
    let sms = school.leaving(Canal::Sms, 4);
    let mail = school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 3);
    run.announce(&leased[..1]);
    let no_sms = |id| Parent {
        notifications_sms: false,
        ..parent(id)
    };
    school.parents([no_sms(1), no_sms(2), no_sms(4)]);
    assert_eq!(
        school.states(sms),
        [
            "emission",
            "ignore opposition",
            "reserve",
            "ignore opposition"
        ]
    );
    assert_eq!(school.states(mail), ["a_envoyer"; 4]);
    let free = "motif = 'opposition' AND proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL";
    assert_eq!(school.count("envois", free), 2);
    // Who wants messages again gets the next ones, not this one.
    school.parents([parent(2)]);
    assert_eq!(school.states(sms)[1], "ignore opposition");
}

/// Messages to each parent.
const EACH: i64 = 4;

fn nothing_is_announced_after_the_commit_of_an_opt_out(database: &Database) {
    let school = School::new(database);
    let rounds = if database.is_postgres() { 80 } else { 200 };
    school.parents((1..=rounds).map(parent));
    school.programme_many(EACH.try_into().unwrap(), Canal::Sms, To::All);
    school.expand();
    let (mut sender, mut office) = (school.run("sender"), school.run("office"));
    let moments = moments(rounds.unsigned_abs(), sender.conn.now().unwrap());
    let turns: Vec<String> = (1..=rounds)
        .zip(&moments)
        .map(|(id, at)| format!("UPDATE envois SET prochaine = '{at}' WHERE parent = {id};"))
        .collect();
    database.execute(&format!("BEGIN; {} COMMIT;", turns.concat()));
    for (id, now) in (1..=rounds).zip(moments) {
        let opposed = Annuaire {
            parents: vec![Parent {
                notifications_sms: false,
                ..parent(id)
            }],
            ..Annuaire::default()
        };
        let (at_commit, at_end) = thread::scope(|scope| {
            let sending = scope.spawn(|| sender.send_one_by_one(now, id % 2 == 0));
            thread::sleep(Duration::from_micros(400 * (id.unsigned_abs() % 8)));
            annuaire::upsert(&mut office.conn, &opposed).unwrap();
            let at_commit = office.in_emission();
            sending.join().unwrap();
            (at_commit, office.in_emission())
        });
        assert_eq!(
            at_commit, at_end,
            "round {id}: announced after the opt-out was committed"
        );
    }
    let announced = school.count("envois", "etat = 'emission'");
    let stopped = school.count("envois", "etat = 'ignore' AND motif = 'opposition'");
    assert_eq!(announced + stopped, EACH * rounds);
    assert_eq!(announced, school.count("tentatives", "1 = 1"));
    assert!(
        announced > 0 && stopped > 0,
        "no race: {announced} announced, {stopped} stopped"
    );
}
