//! Ten thousand recipients: each gets one, memory stays small, nobody is held up, and a run that
//! dies while it works the recipients out leaves neither gap nor double.

use super::oracle::end_leases;
use super::peers::Peers;
use super::tally::Tally;
use crate::program::{Program, To, message, watch};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use std::process::Child;
use std::time::{Duration, Instant};

stories!(
    each_of_ten_thousand_gets_one_sms_and_one_email,
    an_urgent_message_is_not_held_up_by_a_large_one,
    ten_thousand_recipients_worked_out_by_runs_that_die_are_ten_thousand,
);

const PATIENCE: Duration = Duration::from_secs(120);

/// What the contract allows, in kB.
const MEMORY_MAX: usize = 64 * 1024;

fn parents() -> usize {
    amount(10_000, 100_000)
}

fn each_of_ten_thousand_gets_one_sms_and_one_email(database: &Database) {
    let peers = Peers::start(Duration::ZERO);
    let program = peers.school(database, i64::try_from(parents()).unwrap());
    let ids = [Canal::Sms, Canal::Email].map(|canal| program.programme(canal, To::All));
    let begun = Instant::now();
    let mut peak = 0;
    let mut runs = 0;
    // A run ends after 270 s at the latest: a slow machine needs another one.
    while ids.iter().any(|id| program.statut(*id) != "envoye") {
        let (ended, memory) = watch(program.command(&["--quiet"]).spawn().unwrap());
        assert_eq!(ended.code, 0, "{ended:?}");
        (peak, runs) = (peak.max(memory), runs + 1);
        assert!(runs < 20, "it does not come to an end");
    }
    let took = begun.elapsed();
    let all = Tally::all_sent(2 * parents());
    assert_eq!(Tally::of(&program, &peers.gateway, &peers.relay), all);
    assert!(peak < MEMORY_MAX, "{peak} kB");
    program.verify();
    figure(&format!(
        "S9 volume, {}: {} SMS and as many e-mails, 0 twice, 0 lost, {runs} run, {peak} kB, {} s \
         (debug build)",
        database.kind(),
        parents(),
        took.as_secs()
    ));
}

/// Envois that a run leases at once, with the usual number of senders.
const BATCH: usize = 32;

fn an_urgent_message_is_not_held_up_by_a_large_one(database: &Database) {
    let script = GatewayScript::default().latency(Duration::from_millis(10));
    let gateway = Gateway::start(script);
    let program = Program::new(database).gateway(&gateway);
    program.school(1000, 10);
    let group = program.programme(Canal::Sms, To::All);
    let first = program.command(&["--quiet"]).spawn().unwrap();
    assert!(gateway.wait_received(100, PATIENCE));
    let mut urgent = message(Canal::Sms, To::Parent(1000));
    "urgent".clone_into(&mut urgent.contenu);
    let id = program.insert(&urgent);
    let committed = gateway.received_count();
    // What the scheduler does in the meantime.
    let second = program.command(&["--quiet"]).spawn().unwrap();
    for run in [first, second] {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(gateway.accepted_count(), 1001);
    let posts = gateway.received();
    let place = posts.iter().position(|sms| sms.body["message"] == "urgent");
    let before = place.unwrap() - committed.min(place.unwrap());
    // Two runs lease a batch each; no more of the group is announced before it than that.
    let overtook = database.number(&format!(
        "SELECT CAST(count(*) AS TEXT) AS v FROM tentatives t JOIN envois e ON e.id = t.envoi
          WHERE e.message = {group}
            AND t.debut > (SELECT etendu_le FROM messages WHERE id = {id})
            AND t.debut < (SELECT emis_le FROM envois WHERE message = {id})"
    ));
    assert!(
        overtook <= i64::try_from(2 * BATCH).unwrap(),
        "{overtook} of the group left first"
    );
    assert!(place.unwrap() < 900, "it came last: {place:?}");
    program.verify();
    figure(&format!(
        "S9 urgent message during a group of 1,000, {}: {overtook} of the group announced between \
         its taking up and its leaving ({before} received since it was programmed)",
        database.kind()
    ));
}

fn rows(database: &Database) -> usize {
    let count = database.number("SELECT CAST(count(*) AS TEXT) AS v FROM envois");
    usize::try_from(count).unwrap()
}

fn kill(mut run: Child, program: &Program<'_>) {
    run.kill().unwrap();
    run.wait().unwrap();
    wait_for_the_server(program.database);
    end_leases(program, &[run.id()]);
}

/// PostgreSQL still commits what a client asked for before it was killed.
fn wait_for_the_server(database: &Database) {
    let here = "SELECT CAST(count(*) AS TEXT) AS v FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'messages-programmes'";
    while database.is_postgres() && database.number(here) > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Nothing leaves here, for the recipients are what counts.
fn ten_thousand_recipients_worked_out_by_runs_that_die_are_ten_thousand(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "simulation");
    program.school(i64::try_from(parents()).unwrap(), 10);
    let id = program.programme(Canal::Sms, To::All);
    let open = format!(
        "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE id = {id} AND etendu_le IS NULL"
    );
    let mut kills = 0;
    for share in 0..8 {
        let run = program.command(&["--quiet"]).spawn().unwrap();
        let enough = parents() * share / 9;
        let begun = Instant::now();
        while rows(database) <= enough {
            assert!(begun.elapsed() < PATIENCE, "no progress beyond {enough}");
            std::thread::sleep(Duration::from_millis(1));
        }
        kill(run, &program);
        kills += database.number(&open);
    }
    assert!(kills >= 4, "only {kills} runs died while working out");
    let last = program.command(&["--quiet"]).spawn().unwrap();
    let begun = Instant::now();
    while database.number(&open) > 0 {
        assert!(begun.elapsed() < PATIENCE, "it is never complete");
        std::thread::sleep(Duration::from_millis(1));
    }
    kill(last, &program);
    assert_eq!(rows(database), parents());
    let each = "SELECT CAST(count(DISTINCT adresse) AS TEXT) AS v FROM envois WHERE motif IS NULL OR motif = 'resultat_inconnu'";
    assert_eq!(usize::try_from(database.number(each)).unwrap(), parents());
    program.verify();
    figure(&format!(
        "S9 {kills} runs killed while working out recipients, {}: {} rows, 0 twice, 0 missing",
        database.kind(),
        parents()
    ));
}
