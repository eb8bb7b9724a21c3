//! SMS that are late, or tried again, wait for the morning.

use crate::harness::{DAY, Run, School};
use messages_core::instant::Instant;
use messages_core::quiet::Night;
use messages_core::store::envois;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    what_is_late_or_tried_again_waits_for_the_morning_and_what_is_on_time_leaves,
    the_wait_for_the_morning_makes_nothing_expire,
    an_email_leaves_at_any_hour,
);

const HOUR: Duration = Duration::from_secs(3600);

/// Three hours of it are over, nine remain.
fn night(now: Instant) -> Night {
    Night {
        begins: now - 3 * HOUR,
        ends: now + 9 * HOUR,
    }
}

fn hold(run: &mut Run, now: Instant) -> usize {
    run.conn
        .write(|conn| envois::hold(conn, night(now), DAY, now))
        .unwrap()
}

fn set(database: &Database, parent: i64, assignment: &str) {
    database.execute(&format!(
        "UPDATE envois SET {assignment} WHERE parent = {parent}"
    ));
}

fn what_is_late_or_tried_again_waits_for_the_morning_and_what_is_on_time_leaves(
    database: &Database,
) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 5);
    let mut run = school.run("run");
    let now = run.conn.now().unwrap();
    set(database, 2, "tentatives = 1");
    set(database, 3, &format!("expire = '{}'", now + DAY - 2 * HOUR));
    set(
        database,
        4,
        &format!("tentatives = 1, prochaine = '{}'", now + HOUR),
    );
    // So far off that a clock must have been wrong: it would count as due.
    set(
        database,
        5,
        &format!("tentatives = 1, prochaine = '{}'", now + 2 * DAY),
    );
    assert_eq!(hold(&mut run, now), 4);
    assert_eq!(hold(&mut run, now), 0, "they wait already");
    let left = run.claim_at(Canal::Sms, 10, now);
    assert_eq!(left.len(), 1);
    assert_eq!(school.envoi(left[0].id, "CAST(parent AS TEXT)"), "1");
    let morning = night(now).ends;
    assert_eq!(run.claim_at(Canal::Sms, 10, morning).len(), 4);
}

fn the_wait_for_the_morning_makes_nothing_expire(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 3);
    let mut run = school.run("run");
    let now = run.conn.now().unwrap();
    let minute = Duration::from_secs(60);
    set(
        database,
        1,
        &format!("tentatives = 1, expire = '{}'", now + minute),
    );
    set(
        database,
        2,
        &format!("tentatives = 1, expire = '{}'", now + DAY),
    );
    set(database, 3, &format!("expire = '{}'", now - minute));
    assert_eq!(hold(&mut run, now), 2);
    let morning = night(now).ends + 30 * minute;
    run.conn
        .write(|conn| envois::expire(conn, morning))
        .unwrap();
    let expired = "etat = 'echec' AND motif = 'expire'";
    assert_eq!(
        school.count("envois", expired),
        1,
        "the one that was too late before"
    );
    assert_eq!(
        school.count("envois", &format!("{expired} AND parent = 3")),
        1
    );
    assert_eq!(run.claim_at(Canal::Sms, 10, morning).len(), 2);
}

fn an_email_leaves_at_any_hour(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 2);
    let mut run = school.run("run");
    let now = run.conn.now().unwrap();
    set(database, 1, "tentatives = 3");
    assert_eq!(hold(&mut run, now), 0);
    assert_eq!(run.claim_at(Canal::Email, 10, now).len(), 2);
}
