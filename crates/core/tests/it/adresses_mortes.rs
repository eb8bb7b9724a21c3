//! Mailboxes that do not exist, by what came back from them.

use crate::harness::{School, To, accepted, mailbox, parent, refused, resend, rules};
use messages_core::config::{Config, Vars};
use messages_core::joignable;
use messages_core::model::{Fiche, Parent};
use messages_core::preview;
use messages_core::store::annuaire::Resource;
use messages_core::store::annuaire::parents::Filter;
use messages_core::vocabulary::{Canal, Motif};
use messages_testing::db::Database;
use messages_testing::stories;
use std::collections::BTreeMap;

stories!(
    two_messages_that_came_back_are_enough_until_the_address_changes,
    what_passes_or_is_ours_makes_no_mailbox_dead,
    a_resend_leaves_a_dead_mailbox_alone_and_forgets_nothing,
    who_can_be_written_to_and_what_is_wrong_with_the_others,
    a_town_can_be_asked_for_by_number,
);

/// An e-mail to everybody, sent; what became of that to parent 1 is told.
fn came_back(school: &School<'_>, code: &str) -> i64 {
    let message = school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("essai");
    let granted = run.send(Canal::Email, 99);
    let answers: Vec<_> = granted.iter().map(accepted).collect();
    run.record(&answers);
    run.close(9);
    school.database.execute(&format!(
        "UPDATE envois SET remise = 'non_remis', remise_le = '2026-03-01T08:00:00.000000Z',
                           remise_code = '{code}'
          WHERE parent = 1 AND message = {message} AND etat = 'envoye'"
    ));
    message
}

fn config() -> Config {
    Config::load(Vars::from_pairs(std::iter::empty::<(String, String)>())).unwrap()
}

fn two_messages_that_came_back_are_enough_until_the_address_changes(database: &Database) {
    let school = School::new(database);
    let shared = Parent {
        email: mailbox(1).to_uppercase(),
        ..parent(3)
    };
    school.parents([parent(1), parent(2), shared]);
    let once = ["envoye", "envoye", "ignore doublon"];
    for _ in 0..2 {
        assert_eq!(school.states(came_back(&school, "5.1.1")), once);
    }
    let dead = ["ignore adresse_morte", "envoye", "ignore adresse_morte"];
    let third = came_back(&school, "5.1.1");
    assert_eq!(school.states(third), dead);
    let shown = preview::one(&mut school.conn(), &config(), third).unwrap();
    let motifs = shown
        .recipients
        .iter()
        .map(|one| one.address.as_ref().err().map(|r| r.motif));
    assert_eq!(
        motifs.collect::<Vec<_>>(),
        [Some(Motif::AdresseMorte), None, Some(Motif::AdresseMorte)]
    );
    let telephone = school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    assert_eq!(school.states(telephone), ["a_envoyer"], "SMS leave");
    school.parents([Parent {
        email: "neuf@exemple.example".to_owned(),
        ..parent(1)
    }]);
    let fourth = came_back(&school, "5.1.1");
    assert_eq!(
        school.states(fourth),
        ["envoye", "envoye", "ignore adresse_morte"]
    );
}

fn what_passes_or_is_ours_makes_no_mailbox_dead(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    for code in ["5.2.2", "5.7.1", "4.4.7", "5.1.8", "5.1.1"] {
        assert_eq!(
            school.states(came_back(&school, code)),
            ["envoye"],
            "{code}"
        );
    }
    assert_eq!(school.states(came_back(&school, "5.1.1")), ["envoye"]);
    assert_eq!(
        school.states(came_back(&school, "5.1.1")),
        ["ignore adresse_morte"]
    );
}

fn a_resend_leaves_a_dead_mailbox_alone_and_forgets_nothing(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1), parent(2)]);
    let first = came_back(&school, "5.1.1");
    came_back(&school, "5.2.1");
    let third = came_back(&school, "5.1.1");
    let envoi = |message: i64| {
        database.number(&format!(
            "SELECT CAST(id AS TEXT) AS v FROM envois WHERE message = {message} AND parent = 1"
        ))
    };
    for message in [first, third] {
        let mut conn = school.conn();
        let again = resend(&mut conn, message, Some(&[envoi(message)]));
        assert!(again.is_ok_and(|envois| envois == 0), "{message}");
    }
    assert_eq!(
        school.envoi(envoi(first), "etat || ' ' || adresse"),
        format!("envoye {}", mailbox(1))
    );
    assert_eq!(
        school.states(came_back(&school, "5.1.1"))[0],
        "ignore adresse_morte"
    );
    school.parents([Parent {
        email: "neuf@exemple.example".to_owned(),
        ..parent(1)
    }]);
    assert_eq!(resend(&mut school.conn(), third, None).unwrap(), 1);
}

fn who_can_be_written_to_and_what_is_wrong_with_the_others(database: &Database) {
    let school = School::new(database);
    let with = |id: i64, telephone: &str, email: &str| Parent {
        telephone: telephone.to_owned(),
        email: email.to_owned(),
        ..parent(id)
    };
    school.parents([
        with(1, "", &mailbox(1)),
        with(2, "01 23 45 67 89", ""),
        Parent {
            notifications_sms: false,
            notifications_email: false,
            ..parent(3)
        },
        // As parent 3 refuses it.
        with(4, &parent(3).telephone, "pas une adresse"),
        with(5, &parent(5).telephone, ""),
        parent(6),
    ]);
    came_back(&school, "5.1.1");
    came_back(&school, "5.1.1");
    let sms = school.programme(Canal::Sms, To::Parent(5));
    school.expand();
    let granted = school.run("essai").send(Canal::Sms, 9);
    school.run("essai").record(&[refused(&granted[0])]);
    assert_eq!(school.states(sms), ["echec permanent"]);
    let rules = rules(&[]);
    let mut conn = school.conn();
    assert_eq!(
        joignable::ids(&mut conn, &rules, false).unwrap(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(joignable::ids(&mut conn, &rules, true).unwrap(), [6]);
    let fiches = Fiche::by_ids(&mut conn, &[1, 2, 3, 4, 5, 6]).unwrap();
    let contacts = joignable::contacts(&mut conn, &rules, fiches).unwrap();
    let obstacles: BTreeMap<i64, Vec<Option<Motif>>> = contacts
        .iter()
        .map(|one| {
            (
                one.fiche.parent.id,
                one.obstacles.iter().map(|o| o.motif).collect(),
            )
        })
        .collect();
    let both = |one, other| vec![Some(one), Some(other)];
    assert_eq!(obstacles[&1], both(Motif::SansAdresse, Motif::AdresseMorte));
    assert_eq!(
        obstacles[&2],
        both(Motif::NumeroInvalide, Motif::SansAdresse)
    );
    assert_eq!(obstacles[&3], both(Motif::Opposition, Motif::Opposition));
    assert_eq!(obstacles[&4], both(Motif::Opposition, Motif::SansAdresse));
    assert_eq!(obstacles[&5], both(Motif::Permanent, Motif::SansAdresse));
    assert_eq!(obstacles[&6], []);
    // An SMS that is accepted later is the end of it, unless two do not arrive.
    school.programme(Canal::Sms, To::Parent(5));
    school.expand();
    let granted = school.run("essai").send(Canal::Sms, 9);
    school.run("essai").record(&[accepted(&granted[0])]);
    assert_eq!(joignable::ids(&mut conn, &rules, true).unwrap(), [5, 6]);
    for arrived in [[1, 2, 3, 4, 6], [1, 2, 3, 4, 5]] {
        let remise = if arrived.contains(&6) {
            "non_remis"
        } else {
            "remis"
        };
        for _ in 0..2 {
            let message = school.programme(Canal::Sms, To::Parent(6));
            school.expand();
            let granted = school.run("essai").send(Canal::Sms, 9);
            school.run("essai").record(&[accepted(&granted[0])]);
            school.database.execute(&format!(
                "UPDATE envois SET remise = '{remise}', remise_le = '2026-03-01T08:00:00.000000Z'
                  WHERE message = {message}; UPDATE parents SET email = '' WHERE id = 6;"
            ));
        }
        let missed = joignable::ids(&mut conn, &rules, false).unwrap();
        assert_eq!(
            missed,
            arrived
                .into_iter()
                .filter(|id| *id != 5)
                .collect::<Vec<_>>()
        );
    }
}

/// More numbers than a statement may have values.
fn a_town_can_be_asked_for_by_number(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1), parent(2)]);
    let of = |ids: Vec<i64>| Filter {
        parmi: Some(ids),
        ..Filter::default()
    };
    let mut conn = school.conn();
    assert_eq!(
        Fiche::count(&mut conn, &of((2..70_000).collect())).unwrap(),
        1
    );
    assert_eq!(Fiche::count(&mut conn, &of(Vec::new())).unwrap(), 0);
}
