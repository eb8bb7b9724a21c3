//! Parents who refuse a channel while messages leave.

use crate::harness::{School, To, moments, parent, take_over};
use messages_core::model::{Fiche, Parent, ParentPatch};
use messages_core::store::annuaire::{Annuaire, Resource};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::thread;
use std::time::Duration;

stories!(
    an_opt_out_ends_what_waits_on_its_channel,
    an_opt_out_of_one_parent_ends_what_waits_for_that_one,
    nothing_is_announced_after_the_commit_of_an_opt_out,
);

fn an_opt_out_ends_what_waits_on_its_channel(database: &Database) {
    let school = School::new(database);
    let sms = school.leaving(Canal::Sms, 4);
    let mail = school.programme(Canal::Email, To::All);
    school.expand();
    let mut run = school.run("run");
    let leased = run.claim(Canal::Sms, 3);
    run.announce(&leased[..1]);
    let no_sms = |id| Parent {
        notifications_sms: false,
        ..parent(id)
    };
    school.parents([no_sms(1), no_sms(2), no_sms(4)]);
    assert_eq!(
        school.states(sms),
        [
            "emission",
            "ignore opposition",
            "reserve",
            "ignore opposition"
        ]
    );
    assert_eq!(school.states(mail), ["a_envoyer"; 4]);
    let free = "motif = 'opposition' AND proprio IS NULL AND bail_jusqua IS NULL AND termine_le IS NOT NULL";
    assert_eq!(school.count("envois", free), 2);
    // Who wants messages again gets the next ones, not this one.
    school.parents([parent(2)]);
    assert_eq!(school.states(sms)[1], "ignore opposition");
}

fn an_opt_out_of_one_parent_ends_what_waits_for_that_one(database: &Database) {
    let school = School::new(database);
    let sms = school.leaving(Canal::Sms, 3);
    let mail = school.programme(Canal::Email, To::All);
    school.expand();
    // Not by its own doing, so that only the parent who is changed shows.
    database.execute("UPDATE parents SET notifications_sms = false WHERE id = 3");
    let mut conn = school.conn();
    let mut change = |notifications_sms| {
        let parent = Parent {
            notifications_sms,
            ..parent(2)
        };
        let seen = Fiche::one(&mut conn, parent.id).unwrap();
        let fiche = Fiche {
            parent,
            ..seen.clone()
        };
        Fiche::update(&mut conn, &seen, &fiche).unwrap();
    };
    change(true);
    assert_eq!(school.states(sms), ["a_envoyer"; 3]);
    change(false);
    let stopped = ["a_envoyer", "ignore opposition", "a_envoyer"];
    assert_eq!(school.states(sms), stopped);
    assert_eq!(school.states(mail), ["a_envoyer"; 3]);
    change(true);
    assert_eq!(school.states(sms), stopped, "it is not revived");
}

/// Messages to each parent.
const EACH: i64 = 4;

fn nothing_is_announced_after_the_commit_of_an_opt_out(database: &Database) {
    let school = School::new(database);
    let rounds = if database.is_postgres() { 80 } else { 200 };
    school.parents((1..=rounds).map(parent));
    school.programme_many(EACH.try_into().unwrap(), Canal::Sms, To::All);
    school.expand();
    let (mut sender, mut office) = (school.run("sender"), school.run("office"));
    let moments = moments(rounds.unsigned_abs(), sender.conn.now().unwrap());
    let turns: Vec<String> = (1..=rounds)
        .zip(&moments)
        .map(|(id, at)| format!("UPDATE envois SET prochaine = '{at}' WHERE parent = {id};"))
        .collect();
    database.execute(&format!("BEGIN; {} COMMIT;", turns.concat()));
    for (id, now) in (1..=rounds).zip(moments) {
        let opposed = Annuaire {
            parents: vec![ParentPatch {
                id,
                notifications_sms: Some(false),
                ..ParentPatch::default()
            }],
            ..Annuaire::default()
        };
        let (at_commit, at_end) = thread::scope(|scope| {
            let sending = scope.spawn(|| sender.send_one_by_one(now, id % 2 == 0));
            thread::sleep(Duration::from_micros(400 * (id.unsigned_abs() % 8)));
            take_over(&mut office.conn, &opposed).unwrap();
            let at_commit = office.in_emission();
            sending.join().unwrap();
            (at_commit, office.in_emission())
        });
        assert_eq!(
            at_commit, at_end,
            "round {id}: announced after the opt-out was committed"
        );
    }
    let announced = school.count("envois", "etat = 'emission'");
    let stopped = school.count("envois", "etat = 'ignore' AND motif = 'opposition'");
    assert_eq!(announced + stopped, EACH * rounds);
    assert_eq!(announced, school.count("tentatives", "1 = 1"));
    assert!(
        announced > 0 && stopped > 0,
        "no race: {announced} announced, {stopped} stopped"
    );
}
