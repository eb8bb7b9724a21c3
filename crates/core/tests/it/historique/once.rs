//! A request that names a key: carried out and answered in one transaction.

use crate::harness::{School, message};
use crate::harness::{To, place};
use messages_core::config::Database as Place;
use messages_core::model::NewMessage;
use messages_core::store::appels::idempotence::{Demande, Once, Reponse, answered, finish, once};
use messages_core::store::{Conn, Error, messages};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::proxy::{Cuts, Proxy};
use messages_testing::stories;
use std::thread::scope;

stories!(
    what_is_asked_again_is_answered_the_same_and_done_once,
    what_was_refused_leaves_nothing,
    two_at_once_are_done_once,
    a_later_answer_stands_for_the_first,
    a_key_serves_one_caller_for_a_day,
);

fn demande(cle: &str, empreinte: &str) -> Demande {
    Demande {
        demandeur: "key:1".to_owned(),
        cle: cle.to_owned(),
        chemin: "/api/messages/".to_owned(),
        empreinte: empreinte.to_owned(),
    }
}

fn reponse(id: i64) -> Reponse {
    Reponse {
        statut: 201,
        corps: format!("{{\"id\":{id}}}"),
    }
}

fn ask(conn: &mut Conn, demande: &Demande) -> Result<Once<(i64, Reponse)>, Error> {
    once(conn, demande, |conn| {
        let draft = NewMessage {
            statut: Statut::Brouillon,
            ..message(Canal::Sms, To::All)
        };
        let id = messages::insert(conn, &draft)?;
        Ok((id, reponse(id)))
    })
}

/// One message, one deed, one kept answer.
fn done_once(school: &School<'_>) {
    for table in ["messages", "historique", "idempotences"] {
        assert_eq!(school.count(table, "true"), 1, "{table}");
    }
}

fn what_is_asked_again_is_answered_the_same_and_done_once(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let first = demande("clic-1", "a");
    assert_eq!(answered(conn, &first).unwrap(), None);
    assert_eq!(ask(conn, &first).unwrap(), Once::Done((1, reponse(1))));
    assert_eq!(ask(conn, &first).unwrap(), Once::Answered(reponse(1)));
    let looked = answered(conn, &first).unwrap();
    assert_eq!(looked, Some(Once::Answered(reponse(1))));
    let other = demande("clic-1", "b");
    assert_eq!(ask(conn, &other).unwrap(), Once::OtherRequest);
    assert_eq!(answered(conn, &other).unwrap(), Some(Once::OtherRequest));
    done_once(&school);
}

fn what_was_refused_leaves_nothing(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let refused: Result<Once<((), Reponse)>, Error> = once(conn, &demande("clic-1", "a"), |conn| {
        messages::delete(conn, 9)?;
        Ok(((), reponse(9)))
    });
    assert!(matches!(refused, Err(Error::NotFound)));
    assert_eq!(school.count("idempotences", "true"), 0);
    let mended = ask(conn, &demande("clic-1", "b")).unwrap();
    assert!(matches!(mended, Once::Done(_)));
}

fn a_later_answer_stands_for_the_first(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let demande = demande("clic-1", "a");
    ask(conn, &demande).unwrap();
    finish(conn, &demande, &reponse(99)).unwrap();
    assert_eq!(ask(conn, &demande).unwrap(), Once::Answered(reponse(99)));
}

fn a_key_serves_one_caller_for_a_day(database: &Database) {
    let school = School::new(database);
    let conn = &mut school.conn();
    let own = demande("clic-1", "a");
    let other = Demande {
        demandeur: "key:2".to_owned(),
        ..demande("clic-1", "b")
    };
    ask(conn, &own).unwrap();
    assert!(matches!(ask(conn, &other).unwrap(), Once::Done(_)));
    database.execute("UPDATE idempotences SET creee_le = '2020-01-01T00:00:00.000000Z'");
    assert_eq!(answered(conn, &own).unwrap(), None);
    assert_eq!(
        school.count("idempotences", "true"),
        0,
        "the day before is forgotten"
    );
}

fn two_at_once_are_done_once(database: &Database) {
    let school = School::new(database);
    for round in 1..=20 {
        let demande = demande(&format!("clic-{round}"), "a");
        let outcomes = scope(|scope| {
            let ask = || ask(&mut school.conn(), &demande).unwrap();
            [scope.spawn(ask), scope.spawn(ask)].map(|one| one.join().unwrap())
        });
        let done = outcomes.iter().find_map(|outcome| match outcome {
            Once::Done((id, _)) => Some(*id),
            _ => None,
        });
        assert!(outcomes.contains(&Once::Answered(reponse(done.unwrap()))));
        assert_eq!(school.count("messages", "true"), round);
        assert_eq!(school.count("historique", "true"), round);
    }
}

/// The server does what it is told, or does not, and the connection ends before it can say so.
#[test]
fn a_commit_whose_answer_is_lost_is_found_by_asking_again() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    let school = School::new(&database);
    let cuts = Cuts {
        statements: &["COMMIT"],
        every: 1,
        most: 2,
    };
    let proxy = Proxy::start(cluster.port(), cuts);
    let [straight, around] = [cluster.port(), proxy.port()].map(|port| format!(":{port}/"));
    let around = Place::from_url(&database.url().replace(&straight, &around)).unwrap();
    assert_ne!(around, place(&database));
    let demande = demande("clic-1", "a");
    let mut conn = Conn::open(&around).unwrap();
    for (cut, kept) in [("before the commit", 0), ("after it", 1)] {
        let lost = ask(&mut conn, &demande).unwrap_err();
        assert!(
            matches!(lost, Error::Unavailable(_)) && conn.is_broken(),
            "{cut}: {lost}"
        );
        conn.reopen().unwrap();
        assert_eq!(school.count("messages", "true"), kept, "{cut}");
    }
    let id = school.one("SELECT CAST(id AS TEXT) AS v FROM messages");
    let again = ask(&mut conn, &demande).unwrap();
    assert_eq!(again, Once::Answered(reponse(id.parse().unwrap())));
    done_once(&school);
}
