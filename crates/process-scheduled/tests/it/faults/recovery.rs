//! How long it takes until what a killed run held is final again, with real leases (S1).

use super::oracle::judge;
use super::peers::Peers;
use crate::program::To;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::stories;
use std::time::{Duration, Instant};

stories!(what_a_killed_run_held_is_final_within_its_lease);

/// Of a lease. The next run of a scheduler comes at most five minutes later.
const LEASE_MAX: Duration = Duration::from_secs(300);

fn what_a_killed_run_held_is_final_within_its_lease(database: &Database) {
    if amount(0, 1) == 0 {
        figure("S1 recovery with real leases takes five minutes: with FAULTS=full only");
        return;
    }
    let peers = Peers::start(Duration::from_millis(50));
    let program = peers.school(database, 300);
    program.programme(Canal::Sms, To::All);
    program.programme(Canal::Email, To::All);
    let mut run = program.command(&["--quiet"]).spawn().unwrap();
    assert!(peers.gateway.wait_accepted(20, Duration::from_secs(60)));
    run.kill().unwrap();
    run.wait().unwrap();
    let killed = Instant::now();
    let held =
        "SELECT CAST(count(*) AS TEXT) AS v FROM envois WHERE etat IN ('reserve', 'emission')";
    let held = database.number(held);
    assert!(held > 8, "leased and announced: {held}");
    let open = "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE statut IN ('programme', 'en_attente')";
    while database.number(open) > 0 {
        assert!(killed.elapsed() < LEASE_MAX + Duration::from_secs(60));
        assert_eq!(program.run(&["--quiet"]).code, 0);
        std::thread::sleep(Duration::from_secs(1));
    }
    let took = killed.elapsed();
    let cost = judge(&program, &peers.relay, &peers.gateway);
    figure(&format!(
        "S1 recovery, {}: {held} envois held by a killed run were final after {} s, {} uncertain SMS, {} second e-mails",
        program.database.kind(),
        took.as_secs(),
        cost.uncertain_sms,
        cost.doubled_emails
    ));
}
