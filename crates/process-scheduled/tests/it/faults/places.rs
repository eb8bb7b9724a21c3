//! Runs that die at each place that matters, between one step and the next (S1). In programs built
//! with the feature `failpoints`.

use super::oracle::{Cost, end_leases, finish, judge};
use super::peers::Peers;
use crate::program::{Program, To, message};
use messages_core::failpoint::PLACES;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

stories!(
    whatever_place_an_sms_run_dies_at,
    whatever_place_an_email_run_dies_at,
    a_run_that_dies_with_the_answers_written_down_leaves_nothing_in_doubt,
);

const PARENTS: i64 = 12;

/// Which time at the place is the last one: the first, and in the middle of the work.
const PASSES: [usize; 3] = [0, 2, 6];

fn whatever_place_an_sms_run_dies_at(database: &Database) {
    at_every_place(database, Canal::Sms);
}

fn whatever_place_an_email_run_dies_at(database: &Database) {
    at_every_place(database, Canal::Email);
}

fn at_every_place(database: &Database, canal: Canal) {
    let scene = Scene::new(database);
    let (mut deaths, mut cost) = (0, Cost::default());
    for place in PLACES {
        let mut reached = false;
        for passes in PASSES {
            let dead = scene.die(canal, place, passes);
            reached |= !dead.is_empty();
            deaths += dead.len();
            finish(&scene.program, &dead);
        }
        assert_eq!(
            reached,
            !is_out_of_the_way(place, canal, database),
            "is {place} on the way of {canal}?"
        );
    }
    cost += judge(&scene.program, &scene.peers.relay, &scene.peers.gateway);
    figure(&format!(
        "S1 places, {}, {canal}: {deaths} deaths at {} places, 0 lost, 0 SMS twice, {} uncertain SMS, {} second e-mails",
        scene.program.database.kind(),
        PLACES.len(),
        cost.uncertain_sms,
        cost.doubled_emails
    ));
    let in_doubt = cost.uncertain_sms + cost.uncertain_emails + cost.doubled_emails;
    assert!(in_doubt <= deaths * 4, "one for each sender at most");
}

/// Places that a run of this channel does not come to.
fn is_out_of_the_way(place: &str, canal: Canal, database: &Database) -> bool {
    match place {
        "envelope" | "body" => canal == Canal::Sms,
        "request" | "request_sent" | "response" => canal == Canal::Email,
        // There everything is one statement.
        "settle_commit" => database.is_postgres(),
        // Where a retention is set, see the tests of `purge`; and of the HTTP interface; and of what is
        // told of deliveries.
        "oubli_commit" | "oubli_committed" | "request_committed" | "remise_commit"
        | "remise_committed" | "sondage_claimed" | "sondage_commit" | "sondage_committed" => true,
        _ => false,
    }
}

fn a_run_that_dies_with_the_answers_written_down_leaves_nothing_in_doubt(database: &Database) {
    let scene = Scene::new(database);
    for canal in [Canal::Sms, Canal::Email] {
        // One sender, so that no other one is waiting for its answer.
        let program = scene
            .program
            .clone()
            .set("MESSAGES_SMS_CONNECTIONS", "1")
            .set("MESSAGES_EMAIL_CONNECTIONS", "1");
        program.insert(&text(&program, canal));
        // The first settling only announces; the second one has an answer to write.
        let dead = die(&program, "settle_begin", 1);
        assert!(dead.is_some());
        finish(&program, &dead.into_iter().collect::<Vec<_>>());
    }
    let cost = judge(&scene.program, &scene.peers.relay, &scene.peers.gateway);
    assert_eq!(cost, Cost::default());
}

struct Scene<'d> {
    program: Program<'d>,
    peers: Peers,
}

impl<'d> Scene<'d> {
    fn new(database: &'d Database) -> Self {
        let peers = Peers::start(Duration::ZERO);
        let program = peers.school(database, PARENTS);
        Self { program, peers }
    }

    /// A message to everybody, and a run that dies at `place` the time after `passes`. An earlier one
    /// has died with answers in its journal, so that there is something to take over. Returns the
    /// dead.
    fn die(&self, canal: Canal, place: &str, passes: usize) -> Vec<u32> {
        let program = &self.program;
        program.insert(&text(program, canal));
        let first = die(program, "journaled", 3).unwrap();
        end_leases(program, &[first]);
        let second = die(program, place, passes);
        let mut dead: Vec<u32> = second.into_iter().collect();
        if !dead.is_empty() {
            dead.push(first);
        }
        dead
    }
}

fn text(program: &Program<'_>, canal: Canal) -> messages_core::model::NewMessage {
    let count = "SELECT CAST(count(*) AS TEXT) AS v FROM messages";
    let mut new = message(canal, To::All);
    new.contenu = format!("texte {}", program.database.number(count));
    new
}

/// Runs until `place` is reached once more than `passes` times. `None` when the run ended before.
fn die(program: &Program<'_>, place: &str, passes: usize) -> Option<u32> {
    let mut run = program
        .command(&["--quiet"])
        .env("FAILPOINT", format!("{place}:{passes}"))
        .spawn()
        .unwrap();
    let status = run.wait().unwrap();
    if status.signal().is_some() {
        return Some(run.id());
    }
    assert_eq!(status.code(), Some(0));
    None
}
