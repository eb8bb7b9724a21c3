//! The rate per minute.

use super::{numbers, reached};
use crate::program::{Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use std::time::Duration;

stories!(
    a_rate_is_kept_and_evenly_spread,
    runs_at_the_same_time_share_a_rate
);

/// The times between one post and the next.
fn gaps(gateway: &Gateway) -> Vec<Duration> {
    let posts = gateway.received();
    posts
        .windows(2)
        .map(|two| two[1].at.saturating_duration_since(two[0].at))
        .collect()
}

fn a_rate_is_kept_and_evenly_spread(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_PER_MINUTE", "60");
    program.school(5, 1);
    program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&gateway), numbers(1..=5));
    let gaps = gaps(&gateway);
    assert!(
        gaps.iter()
            .all(|gap| (700..1700).contains(&gap.as_millis())),
        "{gaps:?}"
    );
    let all: Duration = gaps.iter().sum();
    assert!((3900..5500).contains(&all.as_millis()), "{all:?}");
}

fn runs_at_the_same_time_share_a_rate(database: &Database) {
    const PARENTS: i64 = 50;
    let gateway = Gateway::start(GatewayScript::default());
    // Ten a second; each run leases at most sixteen at once.
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_PER_MINUTE", "600");
    program.school(PARENTS, 1);
    let id = program.programme(Canal::Sms, To::All);
    let first = program.command(&["--json"]).spawn().unwrap();
    // A run that comes while the recipients are being worked out has nothing to do.
    assert!(gateway.wait_received(1, Duration::from_secs(20)));
    let second = program.command(&["--json"]).spawn().unwrap();
    let sent = [first, second].map(|run| {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["totaux"]["envoyes"].as_i64().unwrap()
    });
    assert_eq!(sent.iter().sum::<i64>(), PARENTS);
    assert!(
        sent.iter().all(|sent| *sent > 0),
        "{sent:?}: they did not run at the same time"
    );
    assert_eq!(reached(&gateway), numbers(1..=PARENTS));
    let all: Duration = gaps(&gateway).iter().sum();
    // A second's worth may have been saved up.
    assert!(all >= Duration::from_millis(3700), "{all:?}");
    assert_eq!(program.statut(id), "envoye");
}
