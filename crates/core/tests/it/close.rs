//! Closing: a message ends when its last envoi is final, with sums that add up.

use crate::harness::{School, To, parent, take_over};
use crate::whole::Whole;
use messages_core::config::Lang;
use messages_core::model::{Classe, Etudiant};
use messages_core::store::annuaire::{Annuaire, Lien};
use messages_core::store::messages;
use messages_core::texts;
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::collections::BTreeSet;
use std::thread;

stories!(
    a_closed_message_has_the_sums_of_its_envois,
    a_message_that_reached_nobody_has_failed,
    a_message_that_reached_everybody_has_no_details,
    a_message_without_recipients_has_failed,
    a_message_with_one_open_envoi_stays_open,
    a_message_whose_recipients_are_being_worked_out_stays_open,
    a_closed_message_says_what_it_was,
    the_oldest_are_closed_first_up_to_the_limit,
    closers_at_once_close_each_message_once,
);

fn a_closed_message_has_the_sums_of_its_envois(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 7);
    for (parent, etat, motif) in [
        (1, Etat::Envoye, None),
        (2, Etat::Envoye, None),
        (3, Etat::Envoye, None),
        (4, Etat::Echec, Some(Motif::Permanent)),
        (5, Etat::Incertain, Some(Motif::ResultatInconnu)),
        (6, Etat::Ignore, Some(Motif::Doublon)),
        (7, Etat::Ignore, Some(Motif::SansAdresse)),
    ] {
        school.ends(parent, etat, motif);
    }
    let mut run = school.run("run");
    assert!(messages::has_closable(&mut run.conn).unwrap());
    let closed = run.close(10);
    let [closed] = closed.as_slice() else {
        panic!("{closed:?}")
    };
    assert_eq!((closed.id, closed.statut), (message, Statut::Envoye));
    assert_eq!(closed.count(Etat::Ignore), 2);
    assert_eq!(closed.bilan[&(Etat::Ignore, Some(Motif::Doublon))], 1);
    assert_eq!(school.sums(message), "envoye 7 3 1 1 2");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        texts::details(Lang::Fr, closed).unwrap()
    );
    // The first acceptance is when the message left.
    assert_eq!(
        school.count("messages", "date_envoi = '2026-02-03T04:05:01.000000Z'"),
        1
    );
    assert_eq!(run.close(10), []);
    assert!(!messages::has_closable(&mut run.conn).unwrap());
}

fn a_message_that_reached_nobody_has_failed(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    school.ends(1, Etat::Echec, Some(Motif::Epuise));
    school.ends(2, Etat::Incertain, Some(Motif::ResultatInconnu));
    school.run("run").close(10);
    assert_eq!(school.sums(message), "echec 2 0 1 1 0");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages WHERE date_envoi IS NULL"),
        "2 destinataires non atteints : 1 sans succès après plusieurs essais, \
         1 incertain (réponse perdue, à vérifier)."
    );
}

fn a_message_that_reached_everybody_has_no_details(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    database.execute("UPDATE messages SET details_erreur = 'ancien'");
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Ignore, Some(Motif::Doublon));
    school.run("run").close(10);
    assert_eq!(school.sums(message), "envoye 2 1 0 0 1");
    assert_eq!(
        school.count(
            "messages",
            "details_erreur IS NULL AND proprio IS NULL AND bail_jusqua IS NULL"
        ),
        1
    );
}

fn a_message_without_recipients_has_failed(database: &Database) {
    let school = School::new(database);
    let message = school.programme(Canal::Sms, To::All);
    school.expand();
    let closed = school.run("run").close(10);
    assert_eq!(closed[0].statut, Statut::Echec);
    assert_eq!(school.sums(message), "echec 0 0 0 0 0");
    assert_eq!(
        school.one("SELECT details_erreur AS v FROM messages"),
        "Aucun destinataire."
    );
}

fn a_message_with_one_open_envoi_stays_open(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 3);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Echec, Some(Motif::Permanent));
    let mut run = school.run("run");
    for open in ["a_envoyer", "reserve", "emission"] {
        database.execute(&format!(
            "UPDATE envois SET etat = '{open}' WHERE parent = 3"
        ));
        assert_eq!(run.close(10), [], "{open}");
        assert!(!messages::has_closable(&mut run.conn).unwrap(), "{open}");
    }
    assert_eq!(school.statut(message), "en_attente");
    school.ends(3, Etat::Envoye, None);
    assert_eq!(run.close(10).len(), 1);
}

fn a_message_whose_recipients_are_being_worked_out_stays_open(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 1);
    school.ends(1, Etat::Envoye, None);
    database.execute("UPDATE messages SET etendu_le = NULL");
    let mut run = school.run("run");
    assert!(!messages::has_closable(&mut run.conn).unwrap());
    assert_eq!(run.close(10), []);
}

fn a_closed_message_says_what_it_was(database: &Database) {
    let school = School::new(database);
    let annuaire = Annuaire {
        classes: vec![
            Classe {
                id: 7,
                nom: "6e A".to_owned(),
                niveau: String::new(),
                annee_scolaire: String::new(),
                ..Classe::default()
            }
            .whole(),
        ],
        etudiants: vec![
            Etudiant {
                id: 1,
                nom: "Élève".to_owned(),
                prenom: String::new(),
                classe: Some(7),
                ..Etudiant::default()
            }
            .whole(),
        ],
        parents: vec![parent(1).whole()],
        liens: vec![Lien {
            parent: 1,
            etudiant: 1,
            rang: 0,
        }],
        ..Annuaire::default()
    };
    take_over(&mut school.conn(), &annuaire).unwrap();
    school.programme(Canal::Email, To::Classe(7));
    school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    school.ends(1, Etat::Envoye, None);
    let closed = school.run("run").close(10);
    assert_eq!(
        (closed[0].canal, closed[1].canal),
        (Canal::Email, Canal::Sms)
    );
    assert_eq!(closed[0].sujet.as_deref(), Some("Réunion à l'école"));
    assert_eq!(
        (closed[0].est_message_groupe, closed[0].classe.as_deref()),
        (true, Some("6e A"))
    );
    assert_eq!(
        (closed[1].est_message_groupe, closed[1].classe.as_deref()),
        (false, None)
    );
    assert!(!closed[0].annule);
}

fn the_oldest_are_closed_first_up_to_the_limit(database: &Database) {
    let school = School::new(database);
    let ids = school.programme_many(3, Canal::Sms, To::All);
    school.expand();
    let mut run = school.run("run");
    let closed: Vec<i64> = run.close(2).iter().map(|closed| closed.id).collect();
    assert_eq!(closed, ids[..2]);
    assert_eq!(run.close(2).len(), 1);
}

fn closers_at_once_close_each_message_once(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let ids = school.programme_many(300, Canal::Sms, To::Parent(1));
    school.expand();
    school.ends(1, Etat::Envoye, None);
    let closed: Vec<i64> = thread::scope(|scope| {
        let closers = ["one", "two", "three"].map(|passage| {
            let mut run = school.run(passage);
            scope.spawn(move || {
                let mut closed = Vec::new();
                while messages::has_closable(&mut run.conn).unwrap() {
                    closed.extend(run.close(10).iter().map(|closed| closed.id));
                }
                closed
            })
        });
        closers
            .into_iter()
            .flat_map(|closer| closer.join().unwrap())
            .collect()
    });
    assert_eq!(closed.len(), ids.len());
    assert_eq!(
        closed.into_iter().collect::<BTreeSet<_>>(),
        ids.into_iter().collect()
    );
    assert_eq!(
        school.count("messages", "statut = 'envoye' AND nb_envoyes = 1"),
        300
    );
}
