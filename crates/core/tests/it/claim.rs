//! Leasing envois: each to one run, in a fair order, never before its time.

use crate::harness::{LATER, School, To, place};
use messages_core::config::Database as Place;
use messages_core::store::envois::{self, Claimed};
use messages_core::store::{Conn, LEASE_MAX};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::collections::BTreeSet;
use std::thread;

stories!(
    every_envoi_is_claimed_by_exactly_one_of_six_runs,
    a_claim_takes_no_more_than_its_limit_whatever_the_plan,
    the_lowest_place_of_every_message_goes_first,
    what_is_not_due_yet_is_not_claimed,
    a_message_whose_recipients_are_being_worked_out_is_not_claimed,
    each_channel_is_claimed_for_itself,
    a_lease_is_never_longer_than_the_longest,
    what_is_given_back_can_be_claimed_at_once_under_a_new_token,
    only_the_own_leases_of_one_channel_are_given_back,
);

fn every_envoi_is_claimed_by_exactly_one_of_six_runs(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 2000);
    let claimed: Vec<Claimed> = thread::scope(|scope| {
        let runs = (0..6).map(|n| {
            let mut run = school.run(&format!("run-{n}"));
            scope.spawn(move || {
                let mut all = Vec::new();
                loop {
                    let batch = run.claim(Canal::Sms, 20);
                    assert!(batch.len() <= 20);
                    if batch.is_empty() {
                        return all;
                    }
                    all.extend(batch);
                }
            })
        });
        let runs: Vec<_> = runs.collect();
        runs.into_iter()
            .flat_map(|run| run.join().unwrap())
            .collect()
    });
    let ids: BTreeSet<i64> = claimed.iter().map(|envoi| envoi.id).collect();
    assert_eq!((claimed.len(), ids.len()), (2000, 2000));
    assert!(claimed.iter().all(|envoi| envoi.jeton == 1));
    assert_eq!(
        school.count("envois", "etat = 'reserve' AND jeton = 1"),
        2000
    );
}

/// Plans that bad statistics can choose. PostgreSQL would then run a selection that is not
/// materialised once for each row, and `LIMIT 5` would lease a thousand.
fn nested_loops_only(database: &Database) -> Place {
    if !database.is_postgres() {
        return place(database);
    }
    let off = ["hashjoin", "mergejoin", "hashagg", "sort", "material"]
        .map(|name| format!("-cenable_{name}%3Doff%20"));
    Place::from_url(&format!("{}&options={}", database.url(), off.concat())).unwrap()
}

fn a_claim_takes_no_more_than_its_limit_whatever_the_plan(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1000);
    let mut conn = Conn::open(&nested_loops_only(database)).unwrap();
    let now = conn.now().unwrap();
    let claimed = conn
        .write(|conn| envois::claim(conn, "run", Canal::Sms, 5, now))
        .unwrap();
    assert_eq!(
        claimed.iter().map(|envoi| envoi.rang).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
    assert_eq!(school.count("envois", "etat = 'reserve'"), 5);
}

fn the_lowest_place_of_every_message_goes_first(database: &Database) {
    let school = School::new(database);
    let group = school.leaving(Canal::Sms, 100);
    let single = school.programme(Canal::Sms, To::Parent(50));
    school.expand();
    let claimed = school.run("run").claim(Canal::Sms, 3);
    let found: Vec<(i64, i64)> = claimed
        .iter()
        .map(|envoi| (envoi.message, envoi.rang))
        .collect();
    assert_eq!(found, [(group, 0), (single, 0), (group, 1)]);
}

fn what_is_not_due_yet_is_not_claimed(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Email, 3);
    let mut run = school.run("run");
    let soon = run.conn.now().unwrap() + LATER;
    database.execute(&format!(
        "UPDATE envois SET prochaine = '{soon}' WHERE parent <> 2"
    ));
    let claimed = run.claim(Canal::Email, 10);
    assert_eq!(claimed.len(), 1);
    assert_eq!(school.envoi(claimed[0].id, "CAST(parent AS TEXT)"), "2");
    // The moment itself counts as come.
    let claimed = run.claim_at(Canal::Email, 10, soon);
    assert_eq!(claimed.len(), 2);
}

fn a_message_whose_recipients_are_being_worked_out_is_not_claimed(database: &Database) {
    let school = School::new(database);
    let first = school.leaving(Canal::Sms, 2);
    let second = school.programme(Canal::Sms, To::All);
    school.expand();
    database.execute(&format!(
        "UPDATE messages SET etendu_le = NULL WHERE id = {first}"
    ));
    let claimed = school.run("run").claim(Canal::Sms, 10);
    assert_eq!(
        claimed
            .iter()
            .map(|envoi| envoi.message)
            .collect::<Vec<_>>(),
        [second, second]
    );
}

fn each_channel_is_claimed_for_itself(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 2);
    let mail = school.programme(Canal::Email, To::All);
    school.expand();
    let claimed = school.run("run").claim(Canal::Email, 10);
    assert_eq!(
        claimed
            .iter()
            .map(|envoi| envoi.message)
            .collect::<Vec<_>>(),
        [mail, mail]
    );
}

fn a_lease_is_never_longer_than_the_longest(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let before = run.conn.now().unwrap();
    let id = run.claim(Canal::Sms, 1)[0].id;
    assert_eq!(school.envoi(id, "proprio"), "run");
    let bound = before + LEASE_MAX;
    let within = format!("bail_jusqua > '{before}' AND bail_jusqua < '{bound}'");
    assert_eq!(school.count("envois", &within), 1);
}

fn what_is_given_back_can_be_claimed_at_once_under_a_new_token(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 2);
    let mut run = school.run("run");
    let first = run.claim(Canal::Sms, 2);
    let given = run
        .conn
        .write(|conn| envois::give_back(conn, "run", Canal::Sms))
        .unwrap();
    assert_eq!(given, 2);
    let nothing_held = "etat = 'a_envoyer' AND proprio IS NULL AND bail_jusqua IS NULL";
    assert_eq!(school.count("envois", nothing_held), 2);
    let second = school.run("other").claim(Canal::Sms, 2);
    assert_eq!(
        second.iter().map(|envoi| envoi.jeton).collect::<Vec<_>>(),
        [2, 2]
    );
    assert_eq!(run.announce(&first), (Vec::new(), Vec::new()));
}

fn only_the_own_leases_of_one_channel_are_given_back(database: &Database) {
    let school = School::new(database);
    school.leaving(Canal::Sms, 4);
    school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 2);
    run.announce(&leased[..1]);
    run.claim(Canal::Email, 1);
    school.run("other").claim(Canal::Sms, 1);
    let given = run
        .conn
        .write(|conn| envois::give_back(conn, "run", Canal::Sms))
        .unwrap();
    assert_eq!(given, 1);
    assert_eq!(school.envoi(leased[0].id, "etat"), "emission");
    assert_eq!(school.envoi(leased[1].id, "etat"), "a_envoyer");
    assert_eq!(
        school.count("envois", "etat = 'reserve' AND proprio = 'other'"),
        1
    );
    assert_eq!(
        school.count("envois", "etat = 'reserve' AND canal = 'email'"),
        1
    );
}
