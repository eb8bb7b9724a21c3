//! Who changed what: every change leaves one row, in its own transaction.

#[cfg(unix)]
mod once;

use crate::harness::{School, To, message, parent, rules};
use messages_core::import::{self, Options, Source};
use messages_core::model::{Classe, Etudiant, Fiche, NewMessage, Parent};
use messages_core::readdress;
use messages_core::store::annuaire::{self, Annuaire, Resource};
use messages_core::store::appels::cles;
use messages_core::store::historique::{self, Acteur, Fait, Filter};
use messages_core::store::{Conn, Error, Pool, messages};
use messages_core::vocabulary::{Action, Canal, Etat, Motif, Objet, Portee, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    every_change_leaves_one_row,
    what_is_refused_or_rehearsed_or_changes_nothing_leaves_none,
    nobody_changes_nothing,
    a_change_within_another_is_kept_or_undone_with_it,
    the_row_says_who_from_where_and_by_which_request,
    the_newest_come_first_and_are_found_by_who_what_and_since,
    an_author_outlives_the_history,
    the_history_holds_no_personal_data,
);

/// `action objet number counts` of all rows, the oldest first.
fn told(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT action || ' ' || objet || COALESCE(' ' || numero, '') || COALESCE(' ' || bilan, '') AS v
           FROM historique ORDER BY id",
    )
}

fn draft() -> NewMessage {
    NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Email, To::Parent(1))
    }
}

fn programmed(conn: &mut Conn) -> NewMessage {
    NewMessage {
        statut: Statut::Programme,
        date_programmee: Some(conn.now().unwrap() + Duration::from_secs(3600)),
        ..draft()
    }
}

fn classe() -> Classe {
    of_name("6e A")
}

/// No two classes have the same name.
fn of_name(nom: &str) -> Classe {
    Classe {
        id: 1,
        nom: nom.to_owned(),
        ..Classe::default()
    }
}

fn etudiant(nom: &str) -> Etudiant {
    Etudiant {
        id: 1,
        nom: nom.to_owned(),
        prenom: String::new(),
        classe: None,
        ..Etudiant::default()
    }
}

fn fiche(nom: &str) -> Fiche {
    Fiche {
        parent: Parent {
            nom: nom.to_owned(),
            ..parent(1)
        },
        etudiants: Vec::new(),
        parti_le: None,
    }
}

fn changed<R: Resource>(conn: &mut Conn, id: i64, row: &R) {
    let seen = R::one(conn, id).unwrap();
    R::update(conn, &seen, row).unwrap();
}

fn edited(conn: &mut Conn, id: i64, edit: &NewMessage) {
    let seen = messages::one(conn, id).unwrap();
    messages::update(conn, &seen, edit).unwrap();
}

const FILE: &str =
    "parent_id;nom;telephone;etudiant_id;etudiant_nom\n7;Diop;0612345678;8;Diop\n9;Ba;;10;Ba\n";

fn imported(conn: &mut Conn, essai: bool) {
    let options = Options {
        essai,
        ..Options::default()
    };
    import::import(conn, &Source::of("annuaire.csv", FILE), &options).unwrap();
}

fn every_change_leaves_one_row(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    Classe::insert(conn, Some(1), &classe()).unwrap();
    changed(
        conn,
        1,
        &Classe {
            nom: "6e B".to_owned(),
            ..classe()
        },
    );
    Etudiant::insert(conn, Some(1), &etudiant("Diop")).unwrap();
    changed(conn, 1, &etudiant("Ba"));
    Fiche::insert(conn, Some(1), &fiche("Diop")).unwrap();
    changed(conn, 1, &fiche("Ba"));
    messages::insert(conn, &draft()).unwrap();
    edited(
        conn,
        1,
        &NewMessage {
            contenu: "y".to_owned(),
            ..draft()
        },
    );
    let programmed = programmed(conn);
    edited(conn, 1, &programmed);
    messages::cancel(conn, 1).unwrap();
    messages::mark_read(conn, 1).unwrap();
    messages::send_now(conn, 1).unwrap();
    messages::insert(conn, &programmed).unwrap();
    messages::delete(conn, 2).unwrap();
    school.expand();
    messages::cancel(conn, 1).unwrap();
    school.ends(1, Etat::Echec, Some(Motif::Permanent));
    school.run("run").close(10);
    readdress::resend(conn, &rules(&[]), 1, None).unwrap();
    imported(conn, false);
    annuaire::take_over(conn, |conn| annuaire::put(conn, &Annuaire::default(), &[])).unwrap();
    cles::create(conn, "Cantine", &[Portee::Lecture]).unwrap();
    cles::revoke(conn, 1).unwrap();
    Etudiant::delete(conn, 1).unwrap();
    Fiche::delete(conn, 9).unwrap();
    Classe::delete(conn, 1).unwrap();
    let told = told(database);
    assert_eq!(
        told[..17],
        [
            "cree classe 1",
            "modifie classe 1",
            "cree etudiant 1",
            "modifie etudiant 1",
            "cree parent 1",
            "modifie parent 1",
            "cree message 1",
            "modifie message 1",
            "programme message 1",
            "annule message 1",
            "marque_lu message 1",
            "envoye_maintenant message 1",
            "programme message 2",
            "supprime message 2",
            "annule message 1 {\"envois\":1}",
            "renvoye message 1 {\"envois\":1}",
            &told[16],
        ]
    );
    assert!(told[16].starts_with("importe annuaire {\"classes\":{\"ajoutes\":0"));
    assert!(
        told[16].contains("\"parents\":{\"ajoutes\":2"),
        "{}",
        told[16]
    );
    assert!(told[17].starts_with("importe annuaire {"));
    assert_eq!(
        told[18..],
        [
            "cree cle 1",
            "revoque cle 1",
            "supprime etudiant 1",
            "supprime parent 9",
            "supprime classe 1",
        ]
    );
    let said = "acteur = 'ligne de commande' AND ip IS NULL AND demande IS NULL";
    assert_eq!(school.count("historique", said), 23);
}

fn what_is_refused_or_rehearsed_or_changes_nothing_leaves_none(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    Fiche::insert(conn, Some(1), &fiche("Diop")).unwrap();
    messages::insert(conn, &draft()).unwrap();
    let before = told(database);
    imported(conn, true);
    edited(conn, 1, &draft());
    changed(conn, 1, &fiche("Diop"));
    messages::cancel(conn, 1).unwrap_err();
    messages::delete(conn, 2).unwrap_err();
    messages::mark_read(conn, 2).unwrap_err();
    messages::send_now(conn, 2).unwrap_err();
    readdress::resend(conn, &rules(&[]), 1, None).unwrap_err();
    Classe::delete(conn, 1).unwrap_err();
    Fiche::insert(conn, Some(1), &fiche("Diop")).unwrap_err();
    cles::revoke(conn, 1).unwrap_err();
    assert_eq!(told(database), before);
    assert_eq!(school.count("parents", "true"), 1);
}

fn nobody_changes_nothing(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    conn.act_for(None);
    let refused = messages::insert(conn, &draft()).unwrap_err();
    assert!(matches!(refused, Error::Other(_)), "{refused:?}");
    Classe::insert(conn, None, &classe()).unwrap_err();
    conn.act_for(Some(Acteur::cle(1)));
    historique::note(conn, Action::Lance, Objet::Traitement, None).unwrap_err();
    for table in ["messages", "classes", "historique"] {
        assert_eq!(school.count(table, "true"), 0, "{table}");
    }
}

fn a_change_within_another_is_kept_or_undone_with_it(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let both = conn.write(|conn| {
        Classe::insert(conn, None, &classe())?;
        messages::insert(
            conn,
            &NewMessage {
                parent: None,
                ..draft()
            },
        )
    });
    both.unwrap();
    assert_eq!(told(database), ["cree classe 1", "cree message 1"]);
    let neither = conn.write(|conn| {
        Classe::insert(conn, None, &of_name("5e"))?;
        messages::delete(conn, 9)
    });
    assert!(matches!(neither, Err(Error::NotFound)));
    // Whoever goes on after a part has failed must not keep the other.
    let half = conn.write(|conn| {
        Classe::insert(conn, None, &of_name("5e"))?;
        messages::delete(conn, 9).ok();
        Ok(())
    });
    assert!(matches!(half, Err(Error::Other(_))), "{half:?}");
    let rehearsed = conn
        .write(|conn| annuaire::rehearse(conn, |conn| Classe::insert(conn, None, &of_name("5e"))));
    assert!(rehearsed.is_ok());
    assert_eq!(school.count("classes", "true"), 1);
    assert_eq!(told(database).len(), 2);
    assert!(!conn.is_broken());
}

fn the_row_says_who_from_where_and_by_which_request(database: &Database) {
    let school = School::new(database);
    let before = school.conn().now().unwrap();
    let mut conn = school.conn();
    let acteur = Acteur::utilisateur("12").by(Some("192.0.2.7".to_owned()), Some("r-1".to_owned()));
    conn.act_for(Some(acteur.clone()));
    let id = messages::insert(
        &mut conn,
        &NewMessage {
            parent: None,
            ..draft()
        },
    )
    .unwrap();
    let faits = historique::page(&mut conn, &Filter::default(), 0, 10).unwrap();
    assert_eq!(
        faits,
        [Fait {
            id: 1,
            fait_le: faits[0].fait_le,
            acteur: "utilisateur 12".to_owned(),
            action: Action::Cree,
            objet: Objet::Message,
            numero: Some(id),
            bilan: None,
            ip: acteur.ip,
            demande: acteur.demande,
        }]
    );
    let age = faits[0].fait_le.since(before - Duration::from_secs(1));
    assert!(age < Duration::from_secs(60), "{age:?}");
    conn.reopen().unwrap();
    messages::send_now(&mut conn, id).unwrap();
    assert_eq!(school.count("historique", "acteur = 'utilisateur 12'"), 2);
}

fn the_newest_come_first_and_are_found_by_who_what_and_since(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    for (number, acteur) in (1..).zip([Acteur::cle(1), Acteur::cle(2), Acteur::anonyme()]) {
        conn.act_for(Some(acteur));
        Classe::insert(conn, Some(number), &of_name(&number.to_string())).unwrap();
        messages::insert(
            conn,
            &NewMessage {
                parent: None,
                ..draft()
            },
        )
        .unwrap();
    }
    database.execute("UPDATE historique SET fait_le = '2026-02-03T04:05:06.000000Z' WHERE id <= 4");
    let mut asked = |filter: Filter| {
        let ids = historique::ids(conn, &filter).unwrap();
        let page = historique::page(conn, &filter, 0, 99).unwrap();
        assert_eq!(page.iter().map(|fait| fait.id).collect::<Vec<_>>(), ids);
        assert_eq!(historique::by_ids(conn, &ids).unwrap(), page);
        assert_eq!(
            historique::count(conn, &filter).unwrap(),
            i64::try_from(ids.len()).unwrap()
        );
        let second = historique::page(conn, &filter, 1, 1).unwrap();
        assert_eq!(second.first(), page.get(1));
        ids
    };
    let all = Filter::default();
    assert_eq!(asked(all.clone()), [6, 5, 4, 3, 2, 1]);
    let acteur = Some("clé 2".to_owned());
    assert_eq!(
        asked(Filter {
            acteur,
            ..all.clone()
        }),
        [4, 3]
    );
    let objet = Some(Objet::Message);
    assert_eq!(
        asked(Filter {
            objet,
            ..all.clone()
        }),
        [6, 4, 2]
    );
    let numero = Some(2);
    assert_eq!(
        asked(Filter {
            objet,
            numero,
            ..all.clone()
        }),
        [4]
    );
    let action = Some(Action::Supprime);
    assert_eq!(
        asked(Filter {
            action,
            ..all.clone()
        }),
        [0; 0]
    );
    let depuis = Some("2026-02-03T04:05:07Z".parse().unwrap());
    assert_eq!(asked(Filter { depuis, ..all }), [6, 5]);
}

fn an_author_outlives_the_history(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    conn.act_for(Some(Acteur::cle(3)));
    let id = messages::insert(
        &mut conn,
        &NewMessage {
            parent: None,
            ..draft()
        },
    )
    .unwrap();
    conn.act_for(Some(Acteur::utilisateur("1")));
    messages::send_now(&mut conn, id).unwrap();
    database.execute("DELETE FROM historique");
    let auteur = messages::one(&mut conn, id).unwrap().auteur;
    assert_eq!(auteur.as_deref(), Some("clé 3"));
}

fn the_history_holds_no_personal_data(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    imported(conn, false);
    let message = NewMessage {
        parent: Some(7),
        contenu: "Votre fille Awa".to_owned(),
        ..draft()
    };
    messages::insert(conn, &message).unwrap();
    cles::create(conn, "Clé de Mme Diop", &[Portee::Lecture]).unwrap();
    Fiche::delete(conn, 7).unwrap();
    let rows = told(database).join("\n");
    for word in ["Diop", "Awa", "0612345678", "612345678"] {
        assert!(!rows.contains(word), "{rows}");
    }
}

#[test]
fn whoever_is_lent_a_connection_does_not_act_for_the_one_before() {
    let database = Database::sqlite();
    let school = School::new(&database);
    let pool = Pool::open(&crate::harness::place(&database), 1).unwrap();
    let add = |conn: &mut Conn| Classe::insert(conn, None, &classe());
    pool.with(Some(Acteur::cle(1)), add).unwrap();
    pool.with(None, add).unwrap_err();
    assert_eq!(school.count("historique", "acteur = 'clé 1'"), 1);
}
