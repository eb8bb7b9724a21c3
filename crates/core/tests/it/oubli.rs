//! What is too old is forgotten, and nothing else.

mod alive;
mod left;
mod steps;

use crate::harness::{School, To, accepted, message, refused};
use messages_core::instant::Instant;
use messages_core::model::NewMessage;
use messages_core::store::Conn;
use messages_core::store::oubli::{self, Cours, Oublies};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;

/// What is older than this is forgotten here.
const LIMIT: &str = "2026-06-01T00:00:00.000000Z";

/// Long before it.
const OLD: &str = "2026-05-01T08:00:00.000000Z";

fn limit() -> Instant {
    LIMIT.parse().unwrap()
}

/// All steps, each in its transaction.
pub(crate) fn forget(conn: &mut Conn) -> Oublies {
    let mut cours = Cours::new(limit());
    let mut sum = Oublies::default();
    while !cours.is_over() {
        sum += step(conn, &mut cours);
    }
    sum
}

fn step(conn: &mut Conn, cours: &mut Cours) -> Oublies {
    conn.write(|conn| oubli::step(conn, cours)).unwrap()
}

/// Of these messages everything happened long ago, and so did every deed.
pub(crate) fn age(database: &Database, which: &str) {
    database.execute(
        &format!(
            "UPDATE envois SET termine_le = '{OLD}', emis_le = '{OLD}'
          WHERE termine_le IS NOT NULL AND message IN (SELECT id FROM messages WHERE {which});
         UPDATE historique SET fait_le = '{OLD}'
          WHERE objet <> 'message' OR numero IN (SELECT id FROM messages WHERE {which});
         UPDATE messages SET date_creation = '{OLD}',
                date_programmee = CASE WHEN date_programmee IS NOT NULL THEN '{OLD}' END,
                programme_le = CASE WHEN programme_le IS NOT NULL THEN '{OLD}' END,
                etendu_le = CASE WHEN etendu_le IS NOT NULL THEN '{OLD}' END,
                date_envoi = CASE WHEN date_envoi IS NOT NULL THEN '{OLD}' END,
                annule_le = CASE WHEN annule_le IS NOT NULL THEN '{OLD}' END WHERE {which};"
        )
        .replace(&format!("THEN '{OLD}'"), &then(database)),
    );
}

/// PostgreSQL takes a literal in a `CASE` for a text.
fn then(database: &Database) -> String {
    if database.is_postgres() {
        format!("THEN '{OLD}'::timestamptz")
    } else {
        format!("THEN '{OLD}'")
    }
}

/// A message to these parents that was sent: the first one refused, the others accepted.
fn sent(school: &School<'_>, canal: Canal, to: To, parents: usize) -> i64 {
    written(school, &message(canal, to), parents)
}

fn written(school: &School<'_>, new: &NewMessage, parents: usize) -> i64 {
    let id = school.insert(new);
    school.expand();
    let mut run = school.run("run");
    let granted = run.send(new.r#type, parents);
    assert_eq!(granted.len(), parents);
    let outcomes = (0..).zip(&granted).map(|(n, envoi)| {
        if n == 0 && parents > 1 {
            refused(envoi)
        } else {
            accepted(envoi)
        }
    });
    let outcomes: Vec<_> = outcomes.collect();
    run.record(&outcomes);
    run.close(10);
    id
}

fn is_forgotten(school: &School<'_>, id: i64) -> bool {
    school.count("messages", &format!("id = {id} AND oublie_le IS NOT NULL")) == 1
}
