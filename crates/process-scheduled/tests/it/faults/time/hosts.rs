//! Several hosts, none of which knows the time: on PostgreSQL only the server's clock counts.

use super::{Fake, Stage};
use crate::faults::tally::Tally;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::http::GatewayScript;
use messages_testing::smtp::Script;
use std::time::Duration;

const PARENTS: i64 = 100;
const ALL: usize = 200;

/// Clocks of two hosts that run at once.
const PAIRS: [[&str; 2]; 3] = [
    ["+1h", "-1h"],
    ["+1d", "-1d"],
    ["@2038-01-20 00:00:00", "@1970-01-02 00:00:00"],
];

#[test]
fn hosts_whose_clocks_disagree_send_everything_once() {
    let Some(fake) = Fake::found() else { return };
    let Some(database) = Database::postgres() else {
        return;
    };
    let slow = Duration::from_millis(5);
    let stage = Stage::scripted(
        &database,
        PARENTS,
        GatewayScript::default().latency(slow),
        Script::default().latency(slow),
    );
    let mut expected = 0;
    for pair in PAIRS {
        let ids = stage.programme();
        expected += ALL;
        let runs = pair.map(|at| {
            let run = fake.command(&stage.program, at, &[]).spawn().unwrap();
            // A run that comes while the recipients are being worked out has nothing to do.
            let begun = stage
                .gateway
                .wait_received(expected / 2 - 99, super::PATIENCE);
            assert!(begun, "{at}");
            run
        });
        for run in runs {
            let output = run.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
        assert_eq!(stage.tally(), Tally::all_sent(expected), "{pair:?}");
        assert_eq!(ids.map(|id| stage.program.statut(id)), ["envoye"; 2]);
    }
    assert_true_dates(&database);
    stage.program.verify();
    figure(&format!(
        "S7 two hosts with clocks ±1 h, ±1 day, 1970 and 2038, PostgreSQL: {expected} sent, 0 twice, \
         0 uncertain, 0 lost"
    ));
}

/// No date that a host made up is in the database.
fn assert_true_dates(database: &Database) {
    let wrong = database.texts(
        "SELECT concat_ws(' ', e.id, e.emis_le, e.termine_le, t.debut, t.fin) AS v
           FROM envois e JOIN tentatives t ON t.envoi = e.id
          WHERE NOT (LEAST(e.prochaine, e.emis_le, e.termine_le, t.debut, t.fin)
                       > clock_timestamp() - interval '30 minutes'
                     AND GREATEST(e.emis_le, e.termine_le, t.debut, t.fin) <= clock_timestamp())",
    );
    assert_eq!(wrong, [""; 0]);
    let passages = database.texts(
        "SELECT id AS v FROM passages
          WHERE abs(EXTRACT(EPOCH FROM clock_timestamp() - battement)) > 1800",
    );
    assert_eq!(passages, [""; 0]);
}
