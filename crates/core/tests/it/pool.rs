//! Connections that many requests share: of a server that goes away and comes back, of a file that
//! somebody else writes to.

use crate::harness::{School, To, message, parent, place};
use messages_core::instant::Instant as Moment;
use messages_core::model::Fiche;
use messages_core::store::annuaire::{Resource, parents};
use messages_core::store::appels::{cles, idempotence};
use messages_core::store::historique::Acteur;
use messages_core::store::messages::{self, Filter};
use messages_core::store::{Conn, Error, Pool, canaux, migrations, passages};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use std::sync::Barrier;
use std::time::{Duration, Instant};

fn who() -> Acteur {
    Acteur::cle(1)
}

type Question = (&'static str, fn(&mut Conn) -> Result<(), Error>);

/// What requests ask, each in its own way: a clock, rows, one row, a statement, a transaction, a
/// single statement that writes.
const QUESTIONS: &[Question] = &[
    ("clock", |conn| conn.now().map(drop)),
    ("durable", |conn| conn.is_durable().map(drop)),
    ("migrations", |conn| migrations::pending(conn).map(drop)),
    ("list", |conn| {
        messages::page(conn, &Filter::default(), 0, 9).map(drop)
    }),
    ("length", |conn| {
        messages::count(conn, &Filter::default()).map(drop)
    }),
    ("one", |conn| messages::one(conn, 1).map(drop)),
    ("insert", |conn| {
        let draft = messages_core::model::NewMessage {
            statut: Statut::Brouillon,
            ..message(Canal::Sms, To::All)
        };
        messages::insert(conn, &draft).map(drop)
    }),
    ("insert programmed", |conn| {
        let mut programmed = message(Canal::Sms, To::All);
        programmed.date_programmee = Some(Moment::of_this_machine());
        messages::insert(conn, &programmed).map(drop)
    }),
    ("send now", |conn| match messages::send_now(conn, 1) {
        Err(Error::Conflict(_)) => Ok(()),
        other => other,
    }),
    ("repeated request", |conn| {
        let demande = idempotence::Demande {
            demandeur: "nous".to_owned(),
            cle: "une".to_owned(),
            chemin: "/api/messages/".to_owned(),
            empreinte: "x".to_owned(),
        };
        let answered = |_: &mut Conn| {
            let first = idempotence::Reponse {
                statut: 200,
                corps: String::new(),
            };
            Ok(((), first))
        };
        idempotence::once(conn, &demande, answered).map(drop)
    }),
    ("key", |conn| cles::find(conn, "rien").map(drop)),
    ("parents", |conn| {
        Fiche::page(conn, &parents::Filter::default(), 0, 9).map(drop)
    }),
    ("last run", |conn| passages::last(conn, 1).map(drop)),
    ("channels", |conn| canaux::stopped(conn).map(drop)),
];

/// All connections are there at once, and each is asked something.
fn ask_all(pool: &Pool, size: usize, question: fn(&mut Conn) -> Result<(), Error>) -> Vec<Error> {
    let together = Barrier::new(size);
    let ask = || {
        pool.with(Some(who()), |conn| {
            together.wait();
            question(conn)
        })
    };
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..size).map(|_| scope.spawn(ask)).collect();
        let answers = asking.into_iter().map(|asking| asking.join().unwrap());
        answers.filter_map(Result::err).collect()
    })
}

#[test]
fn after_a_restart_of_the_server_the_very_next_questions_are_answered() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    let school = School::new(&database);
    school.parents([parent(1)]);
    school.programme(Canal::Sms, To::Parent(1));
    let pool = Pool::open(&place(&database), 4).unwrap();
    assert!(ask_all(&pool, 4, |conn| conn.now().map(drop)).is_empty());
    for (name, question) in QUESTIONS {
        cluster.crash();
        let begun = Instant::now();
        // While it is away, that is said at once.
        let away = pool.with(Some(who()), question).unwrap_err();
        assert!(matches!(away, Error::Unavailable(_)), "{name}: {away:?}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{name}");
        cluster.resume();
        pool.with(Some(who()), question)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let errors = ask_all(&pool, 4, |conn| conn.now().map(drop));
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn connections_that_ended_while_nobody_asked_are_opened_again() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    School::new(&database);
    let pool = Pool::open(&place(&database), 4).unwrap();
    assert!(ask_all(&pool, 4, |conn| conn.now().map(drop)).is_empty());
    cluster.crash();
    cluster.resume();
    // What was used a moment ago is not asked first whether it is there.
    std::thread::sleep(Duration::from_millis(1100));
    for (name, question) in QUESTIONS
        .iter()
        .filter(|(name, _)| name.starts_with("insert"))
    {
        let errors = ask_all(&pool, 4, *question);
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn whoever_reads_a_file_does_not_wait_for_whoever_writes_it() {
    let database = Database::sqlite();
    School::new(&database);
    let pool = Pool::open(&place(&database), 2).unwrap();
    let ready = Barrier::new(2);
    let write = |pool: &Pool, begin: &dyn Fn()| {
        pool.change(who(), |conn| {
            conn.write(|conn| {
                begin();
                std::thread::sleep(Duration::from_secs(7));
                conn.now().map(drop)
            })
        })
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            write(&pool, &|| {
                ready.wait();
            })
        });
        ready.wait();
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let begun = Instant::now();
                    (write(&pool, &|| {}), begun.elapsed())
                })
            })
            .collect();
        let begun = Instant::now();
        for _ in 0..20 {
            pool.with(Some(who()), |conn| {
                messages::count(conn, &Filter::default())
            })
            .unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(2));
        for waiting in waiting {
            let (written, took) = waiting.join().unwrap();
            assert!(matches!(written, Err(Error::Unavailable(_))), "{written:?}");
            assert!(took < Duration::from_secs(7), "{took:?}");
        }
        first.join().unwrap().unwrap();
    });
    // Nobody is left who has the turn.
    pool.change(who(), |conn| conn.write(|conn| conn.now().map(drop)))
        .unwrap();
}

#[test]
fn a_panic_ends_its_transaction() {
    let database = Database::sqlite();
    School::new(&database);
    let pool = Pool::open(&place(&database), 1).unwrap();
    for change in [true, false] {
        let pool = pool.clone();
        let panicked = std::thread::spawn(move || {
            let body = |conn: &mut Conn| -> Result<(), Error> {
                conn.write(|_| panic!("as a test wants it"))
            };
            if change {
                pool.change(who(), body)
            } else {
                pool.with(Some(who()), body)
            }
        });
        panicked.join().unwrap_err();
    }
    pool.change(who(), |conn| conn.write(|conn| conn.now().map(drop)))
        .unwrap();
}
