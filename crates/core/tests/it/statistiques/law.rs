//! Whatever happens to messages, by the program's functions or behind its back.

use super::recount::recount;
use super::with_classes;
use crate::harness::{School, To, accepted, lost, message, refused, resend};
use messages_core::model::NewMessage;
use messages_core::store::messages;
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

stories!(the_counters_equal_a_full_count);

#[derive(Debug, Clone)]
enum Step {
    Insert {
        email: bool,
        to: u8,
        programme: bool,
    },
    /// A run takes all, sends to some, and closes what it can.
    Run {
        closes: bool,
    },
    Cancel(u8),
    Resend(u8),
    /// Behind the program's back.
    Sql(u8, u8),
    Recount,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<bool>(), 0..6_u8, any::<bool>())
            .prop_map(|(email, to, programme)| Step::Insert { email, to, programme }),
        2 => any::<bool>().prop_map(|closes| Step::Run { closes }),
        2 => any::<u8>().prop_map(Step::Cancel),
        2 => any::<u8>().prop_map(Step::Resend),
        6 => (0..11_u8, any::<u8>()).prop_map(|(what, which)| Step::Sql(what, which)),
        1 => Just(Step::Recount),
    ]
}

fn the_counters_equal_a_full_count(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    let mut runner = TestRunner::new(Config {
        // Each recount asks many questions, each on a connection of its own: dear on a server.
        cases: if database.is_postgres() { 3 } else { 12 },
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    });
    runner
        .run(&prop::collection::vec(step(), 20..40), |steps| {
            for step in &steps {
                take(&school, step);
            }
            recount(&school);
            Ok(())
        })
        .unwrap();
}

fn take(school: &School<'_>, step: &Step) {
    match *step {
        Step::Insert {
            email,
            to,
            programme,
        } => insert(school, email, to, programme),
        Step::Run { closes } => run(school, closes),
        Step::Cancel(which) => {
            messages::cancel(&mut school.conn(), pick(school, which)).ok();
        }
        Step::Resend(which) => {
            resend(&mut school.conn(), pick(school, which), None).ok();
        }
        Step::Sql(what, which) => behind(school, what, pick(school, which)),
        Step::Recount => recount(school),
    }
}

/// Some message.
fn pick(school: &School<'_>, which: u8) -> i64 {
    let ids = school
        .database
        .texts("SELECT CAST(id AS TEXT) AS v FROM messages ORDER BY id");
    match ids.len() {
        0 => 0,
        count => ids[usize::from(which) % count].parse().unwrap(),
    }
}

fn insert(school: &School<'_>, email: bool, to: u8, programme: bool) {
    let canal = if email { Canal::Email } else { Canal::Sms };
    let to = match i64::from(to) {
        0 => To::All,
        n @ 1..=3 => To::Classe(n),
        n => To::Parent(n - 3),
    };
    let statut = if programme {
        Statut::Programme
    } else {
        Statut::Brouillon
    };
    school.insert(&NewMessage {
        statut,
        ..message(canal, to)
    });
}

fn run(school: &School<'_>, closes: bool) {
    school.expand();
    let mut run = school.run("run");
    for canal in [Canal::Sms, Canal::Email] {
        let leased = run.claim(canal, 9);
        let (granted, _) = run.announce(&leased);
        let ends = [accepted, refused, lost, accepted];
        let finished: Vec<_> = granted
            .iter()
            .zip(ends.iter().cycle())
            .map(|(granted, end)| end(granted))
            .collect();
        run.record(&finished);
    }
    if closes {
        run.close(5);
    }
}

fn behind(school: &School<'_>, what: u8, id: i64) {
    let change = match what {
        0 => "est_lu = NOT est_lu",
        1 => "type = CASE type WHEN 'sms' THEN 'email' ELSE 'sms' END",
        2 => "classe = CASE WHEN classe IS NULL THEN 1 WHEN classe < 3 THEN classe + 1 END",
        3 => "est_message_groupe = NOT est_message_groupe",
        4 => "date_creation = '2026-02-03T23:59:59.999999Z'",
        5 => "date_envoi = '2026-02-03T10:14:59.999999Z'",
        6 => "date_envoi = NULL",
        7 => {
            "statut = 'programme', date_programmee = '2026-01-01T00:00:00.000000Z', programme_le = NULL"
        }
        8 => "contenu = 'autre', curseur = curseur + 1",
        9 => "statut = 'brouillon'",
        _ => {
            return school
                .database
                .execute(&format!("DELETE FROM messages WHERE id = {id}"));
        }
    };
    // A message that is leaving is changed by nobody, nor are its envois of another channel.
    let left = if matches!(what, 1 | 7 | 9) {
        "AND statut <> 'en_attente' AND NOT EXISTS (SELECT 1 FROM envois e WHERE e.message = messages.id)"
    } else {
        ""
    };
    school.database.execute(&format!(
        "UPDATE messages SET {change} WHERE id = {id} {left}"
    ));
}
