//! What gateways and mail servers tell of deliveries: once, again, in any order, too early, too late.

use crate::harness::{Run, School, accepted, lost, refused, resend};
use messages_core::store::envois::{self, Announced, News, Noted, Outcome};
use messages_core::store::{incidents, verify};
use messages_core::vocabulary::{Canal, Etat, Regle, Remise};
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;
use std::time::Duration;

stories!(
    a_delivery_is_known_by_the_gateways_reference,
    a_delivery_is_known_by_our_key,
    news_in_any_order_come_to_the_same,
    an_uncertain_sms_of_which_something_is_told_has_left,
    an_uncertain_envoi_is_settled_while_its_message_is_being_closed,
    an_email_that_came_back_had_left,
    what_is_told_too_early_is_noted_by_the_next_run,
    what_never_finds_its_envoi_is_forgotten,
    what_another_gateway_tells_by_the_same_number_waits_for_its_own,
    a_resend_begins_a_new_delivery,
    what_was_not_delivered_is_sent_again_by_name_only,
    a_stranger_is_unknown,
    what_is_forgotten_hears_nothing_more,
    what_did_not_leave_was_not_delivered,
);

fn told(passerelle: Option<&str>, reference: &str, remise: Remise) -> News {
    News {
        passerelle: passerelle.map(str::to_owned),
        references: vec![reference.to_owned()],
        remise,
        code: Some("5.1.1".to_owned()),
    }
}

fn key(school: &School<'_>, envoi: i64) -> String {
    school.one(&format!(
        "SELECT m.cle || '.' || e.id AS v FROM envois e JOIN messages m ON m.id = e.message
          WHERE e.id = {envoi}"
    ))
}

fn with_reference(granted: &Announced, reference: &str) -> Outcome {
    Outcome {
        reference: Some(reference.to_owned()),
        ..accepted(granted)
    }
}

/// `etat remise code`.
fn state(school: &School<'_>, envoi: i64) -> String {
    school.envoi(
        envoi,
        "trim(etat || ' ' || remise || ' ' || COALESCE(remise_code, ''))",
    )
}

fn sound(run: &mut Run) {
    for regle in Regle::ALL {
        assert_eq!(verify::breaches(&mut run.conn, *regle, &[], 9).unwrap(), []);
    }
}

fn a_delivery_is_known_by_the_gateways_reference(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 3);
    let outcomes: Vec<Outcome> = granted
        .iter()
        .map(|one| with_reference(one, &format!("gw-{}", one.id)))
        .collect();
    run.record(&outcomes);
    run.close(9);
    // Taken by another gateway, under a number of the same look.
    database.execute("UPDATE envois SET reference = 'gw-1', passerelle = 'ovh' WHERE id = 2");
    let news = told(Some("twilio"), "gw-1", Remise::Remis);
    let noted = envois::note(&mut run.conn, &news).unwrap();
    assert!(matches!(noted, Noted::New(recorded) if recorded.id == 1));
    assert_eq!(state(&school, 1), "envoye remis 5.1.1");
    let news = told(Some("ovh"), "gw-1", Remise::NonRemis);
    let noted = envois::note(&mut run.conn, &news).unwrap();
    assert!(matches!(noted, Noted::New(recorded) if recorded.id == 2));
    assert_eq!(state(&school, 3), "envoye inconnue");
    assert_eq!(school.count("envois", "remise_le IS NOT NULL"), 2);
    // What left stays `envoye`, and so do the sums.
    assert_eq!(school.sums(1), "envoye 3 3 0 0 0");
    sound(&mut run);
}

fn a_delivery_is_known_by_our_key(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    run.record(&[accepted(&granted[0])]);
    let key = key(&school, 1);
    // A mail server is not asked by references, and a key is not guessed.
    let mut wrong = key.clone().into_bytes();
    wrong[0] = if wrong[0] == b'0' { b'1' } else { b'0' };
    for stranger in [String::from_utf8(wrong).unwrap(), "gw-1".to_owned()] {
        let noted = envois::note(&mut run.conn, &told(None, &stranger, Remise::NonRemis));
        assert_eq!(noted.unwrap(), Noted::Unknown);
    }
    assert_eq!(school.count("nouvelles", "1 = 1"), 0);
    let news = told(None, &key.to_uppercase(), Remise::NonRemis);
    assert!(matches!(
        envois::note(&mut run.conn, &news).unwrap(),
        Noted::New(_)
    ));
    assert_eq!(state(&school, 1), "envoye non_remis 5.1.1");
    assert_eq!(envois::note(&mut run.conn, &news).unwrap(), Noted::Known);
}

/// Every order of these, some of them twice: the envoi ends alike, and its moment is that of the word that
/// stands.
fn news_in_any_order_come_to_the_same(database: &Database) {
    use Remise::{EnCours, NonRemis, Remis};
    let school = School::new(database);
    let mut run = school.run("run");
    for (canal, last) in [(Canal::Sms, Remis), (Canal::Email, NonRemis)] {
        let orders = [
            [EnCours, Remis, NonRemis, EnCours],
            [EnCours, NonRemis, Remis, NonRemis],
            [Remis, EnCours, NonRemis, Remis],
            [Remis, NonRemis, EnCours, Remis],
            [NonRemis, EnCours, Remis, NonRemis],
            [NonRemis, Remis, EnCours, EnCours],
        ];
        for order in orders {
            school.leaving(canal, 1);
            let granted = run.send(canal, 1).remove(0);
            run.record(&[accepted(&granted)]);
            let key = key(&school, granted.id);
            let mut since = None;
            for remise in order {
                // A full mailbox: of one that does not exist the next message would not be sent.
                let news = News {
                    code: Some("5.2.2".to_owned()),
                    ..told(None, &key, remise)
                };
                let noted = envois::note(&mut run.conn, &news).unwrap();
                let at = school.envoi(granted.id, "CAST(remise_le AS TEXT)");
                let is_new = matches!(noted, Noted::New(_));
                assert_eq!(since.as_ref() != Some(&at), is_new, "{order:?}");
                since = Some(at);
            }
            assert_eq!(
                state(&school, granted.id),
                format!("envoye {last} 5.2.2"),
                "{canal} {order:?}"
            );
        }
    }
    sound(&mut run);
}

fn an_uncertain_sms_of_which_something_is_told_has_left(database: &Database) {
    for remise in [Remise::EnCours, Remise::Remis, Remise::NonRemis] {
        let school = School::new(database);
        let message = school.leaving(Canal::Sms, 2);
        let mut run = school.run("run");
        let granted = run.send(Canal::Sms, 2);
        run.record(&[lost(&granted[0]), refused(&granted[1])]);
        let closed = run.close(9);
        let now = run.conn.now().unwrap();
        incidents::of_closed(&mut run.conn, &closed, |_| None, now).unwrap();
        assert_eq!(school.sums(message), "echec 2 0 1 1 0");
        let key = key(&school, granted[0].id);
        let noted = envois::note(&mut run.conn, &told(Some("smsgate"), &key, remise)).unwrap();
        assert!(matches!(noted, Noted::New(_)));
        assert_eq!(
            state(&school, granted[0].id),
            format!("envoye {remise} 5.1.1")
        );
        assert_eq!(school.statut(message), "en_attente");
        sound(&mut run);
        let states = messages_core::store::appels::statistiques::envois_by_state(&mut run.conn);
        let states = states.unwrap();
        assert_eq!(
            [Etat::Envoye, Etat::Incertain].map(|etat| states[&(Canal::Sms, etat)]),
            [1, 0]
        );
        // It is closed as what it is now, and no person is needed any more.
        run.close(9);
        assert_eq!(school.sums(message), "envoye 2 1 1 0 0");
        let states = incidents::of_messages(&mut run.conn, &[message]).unwrap();
        assert_eq!(states, [(message, false, false)]);
        sound(&mut run);
        // The answer itself, read late from a journal, changes nothing any more.
        assert_eq!(run.record(&[accepted(&granted[0])]), []);
        assert_eq!(
            run.record(&[refused(&granted[0])]),
            [],
            "it is known to have left"
        );
        sound(&mut run);
        database.execute("DELETE FROM messages; DELETE FROM parents; DELETE FROM incidents;");
    }
}

fn an_uncertain_envoi_is_settled_while_its_message_is_being_closed(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[lost(&granted[0])]);
    let key = key(&school, granted[0].id);
    thread::scope(|scope| {
        let hears = scope.spawn(|| {
            thread::sleep(Duration::from_millis(60));
            let news = told(Some("smsgate"), &key, Remise::Remis);
            envois::note(&mut school.conn(), &news).unwrap()
        });
        run.conn
            .write(|conn| {
                let closed = messages_core::store::messages::close(conn, 9, |_| None)?;
                assert_eq!(closed.len(), 1);
                thread::sleep(Duration::from_millis(250));
                Ok(())
            })
            .unwrap();
        assert!(matches!(hears.join().unwrap(), Noted::New(_)));
    });
    sound(&mut run);
    run.close(9);
    assert_eq!(school.sums(message), "envoye 1 1 0 0 0");
    sound(&mut run);
}

fn an_email_that_came_back_had_left(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    run.record(&[lost(&granted[0])]);
    run.close(9);
    let key = key(&school, granted[0].id);
    envois::note(&mut run.conn, &told(None, &key, Remise::NonRemis)).unwrap();
    run.close(9);
    assert_eq!(school.sums(message), "envoye 1 1 0 0 0");
    assert_eq!(state(&school, 1), "envoye non_remis 5.1.1");
    sound(&mut run);
}

fn what_is_told_too_early_is_noted_by_the_next_run(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 3);
    // By a number that only the gateway's answer will tell, and by our own of two others.
    let early = told(Some("twilio"), "SM1", Remise::Remis);
    for _ in 0..2 {
        let noted = envois::note(&mut run.conn, &early).unwrap();
        assert_eq!(noted, Noted::Unknown);
    }
    for envoi in &granted[1..] {
        let news = told(Some("kannel"), &key(&school, envoi.id), Remise::Remis);
        let noted = envois::note(&mut run.conn, &news).unwrap();
        assert_eq!(noted, Noted::Early);
    }
    assert_eq!(school.count("nouvelles", "1 = 1"), 3);
    assert_eq!(envois::catch_up(&mut run.conn).unwrap(), 0);
    // The first is recorded, the second was the run's last: killed before the answer.
    run.record(&[with_reference(&granted[0], "SM1"), accepted(&granted[2])]);
    school.leases_are_over();
    run.recover();
    assert_eq!(
        school.states(message),
        ["envoye", "incertain resultat_inconnu", "envoye"]
    );
    assert_eq!(envois::catch_up(&mut run.conn).unwrap(), 3);
    assert_eq!(school.count("envois", "remise = 'remis'"), 3);
    assert_eq!(school.count("nouvelles", "1 = 1"), 0);
    run.close(9);
    assert_eq!(school.sums(message), "envoye 3 3 0 0 0");
    sound(&mut run);
}

fn what_never_finds_its_envoi_is_forgotten(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for number in 0..450 {
        let news = told(Some("ovh"), &number.to_string(), Remise::Remis);
        assert_eq!(envois::note(&mut conn, &news).unwrap(), Noted::Unknown);
    }
    assert_eq!(envois::catch_up(&mut conn).unwrap(), 0);
    assert_eq!(school.count("nouvelles", "1 = 1"), 450);
    database.execute("UPDATE nouvelles SET recue_le = '2026-02-03T04:05:06.000000Z'");
    assert_eq!(envois::catch_up(&mut conn).unwrap(), 0);
    assert_eq!(school.count("nouvelles", "1 = 1"), 0);
}

/// Two gateways count alike.
fn what_another_gateway_tells_by_the_same_number_waits_for_its_own(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let news = told(Some("ovh"), "7", Remise::Remis);
    assert_eq!(envois::note(&mut run.conn, &news).unwrap(), Noted::Unknown);
    let granted = run.send(Canal::Sms, 1);
    run.record(&[with_reference(&granted[0], "7")]);
    database.execute("UPDATE envois SET passerelle = 'twilio'");
    assert_eq!(envois::catch_up(&mut run.conn).unwrap(), 0);
    assert_eq!(school.count("nouvelles", "1 = 1"), 1);
    database.execute("UPDATE envois SET passerelle = 'ovh'");
    assert_eq!(envois::catch_up(&mut run.conn).unwrap(), 1);
    assert_eq!(school.count("nouvelles", "1 = 1"), 0);
    sound(&mut run);
}

fn a_resend_begins_a_new_delivery(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    run.record(&[accepted(&granted[0])]);
    run.close(9);
    let key = key(&school, 1);
    let news = told(None, &key, Remise::NonRemis);
    envois::note(&mut run.conn, &news).unwrap();
    assert_eq!(resend(&mut run.conn, message, Some(&[1])).unwrap(), 1);
    assert_eq!(state(&school, 1), "a_envoyer inconnue");
    // The first delivery comes back once more.
    assert_eq!(envois::note(&mut run.conn, &news).unwrap(), Noted::Known);
    let granted = run.send(Canal::Email, 1);
    run.record(&[accepted(&granted[0])]);
    run.close(9);
    assert_eq!(envois::note(&mut run.conn, &news).unwrap(), Noted::Known);
    assert_eq!(state(&school, 1), "envoye inconnue");
    let second = told(None, &format!("{key}.1"), Remise::EnCours);
    assert!(matches!(
        envois::note(&mut run.conn, &second).unwrap(),
        Noted::New(_)
    ));
    sound(&mut run);
}

fn what_was_not_delivered_is_sent_again_by_name_only(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 2);
    run.record(&[accepted(&granted[0]), accepted(&granted[1])]);
    run.close(9);
    let news = told(None, &key(&school, 1), Remise::NonRemis);
    envois::note(&mut run.conn, &news).unwrap();
    assert!(resend(&mut run.conn, message, None).is_err());
    assert!(resend(&mut run.conn, message, Some(&[2])).is_err());
    assert_eq!(resend(&mut run.conn, message, Some(&[1, 2])).unwrap(), 1);
    assert_eq!(school.states(message), ["a_envoyer", "envoye"]);
    sound(&mut run);
}

fn a_stranger_is_unknown(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    for references in [vec![], vec![String::new()], vec!["é'\"\\".to_owned()]] {
        let news = News {
            passerelle: None,
            references,
            remise: Remise::Remis,
            code: None,
        };
        assert_eq!(envois::note(&mut conn, &news).unwrap(), Noted::Unknown);
    }
}

fn what_is_forgotten_hears_nothing_more(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Email, 1);
    run.record(&[accepted(&granted[0])]);
    run.close(9);
    let key = key(&school, 1);
    database.execute("UPDATE messages SET oublie_le = '2026-02-03T04:05:06.000000Z'");
    let noted = envois::note(&mut run.conn, &told(None, &key, Remise::NonRemis));
    assert_eq!(noted.unwrap(), Noted::Unknown);
    assert_eq!(state(&school, 1), "envoye inconnue");
}

fn what_did_not_leave_was_not_delivered(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[refused(&granted[0])]);
    let news = told(Some("kannel"), &key(&school, 1), Remise::Remis);
    assert_eq!(envois::note(&mut run.conn, &news).unwrap(), Noted::Known);
    assert_eq!(state(&school, 1), "echec inconnue");
    database
        .execute("UPDATE envois SET remise = 'remis', remise_le = '2026-02-03T04:05:06.000000Z'");
    let found = verify::breaches(&mut run.conn, Regle::Remise, &[], 9).unwrap();
    assert_eq!(found.len(), 1);
}
