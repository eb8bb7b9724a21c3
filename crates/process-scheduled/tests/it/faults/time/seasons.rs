//! The nights in which Europe/Paris changes its clocks, as a SQLite host lives through them.

use super::Fake;
use crate::program::{Program, To, message};
use messages_core::instant::Instant;
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};
use messages_testing::http::{Gateway, GatewayScript};
use std::time::Duration;

/// 01:00 UTC of the last Sundays of March and October: 2:00 becomes 3:00, 3:00 becomes 2:00.
const CHANGES: [&str; 10] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2027-03-28T01:00:00Z",
    "2027-10-31T01:00:00Z",
    "2028-03-26T01:00:00Z",
    "2028-10-29T01:00:00Z",
    "2029-03-25T01:00:00Z",
    "2029-10-28T01:00:00Z",
    "2030-03-31T01:00:00Z",
    "2030-10-27T01:00:00Z",
];

const MINUTE: Duration = Duration::from_secs(60);

/// From 2:00 before the change to 3:00 after it, wherever the change goes.
const MINUTES: u32 = 121;

fn begin(change: &str) -> Instant {
    change.parse::<Instant>().unwrap() - 60 * MINUTE
}

/// One SMS for each minute, each to its own parent, typed the evening before.
fn programme(program: &Program<'_>, change: &str) {
    let insert = |conn: &mut Conn, minute: u32| {
        let at = begin(change) + minute * MINUTE;
        let mut new = message(Canal::Sms, To::Parent(i64::from(minute) + 1));
        new.contenu = at.to_string();
        new.date_programmee = Some(at);
        messages::insert(conn, &new).map(drop)
    };
    program
        .conn()
        .write(|conn| (0..MINUTES).try_for_each(|minute| insert(conn, minute)))
        .unwrap();
    let typed = begin(change) - 300 * MINUTE;
    program.database.execute(&format!(
        "UPDATE messages SET programme_le = '{typed}', date_creation = '{typed}'
          WHERE statut = 'programme'"
    ));
}

/// Runs at every `step`th minute of the night; each message leaves in the first run of its time.
fn live_through(fake: &Fake, program: &Program<'_>, gateway: &Gateway, change: &str, step: u32) {
    let before = gateway.accepted_count();
    for minute in (0..MINUTES).step_by(usize::try_from(step).unwrap()) {
        let at = begin(change) + minute * MINUTE;
        let at = format!("@{}", at.utc().timestamp());
        let mut run = fake.command(program, &at, &[]);
        // The machine's own zone is of no account.
        run.env("FAKETIME_FMT", "%s").env("TZ", "Europe/Paris");
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{change}: {output:?}");
        let due = before + usize::try_from(minute).unwrap() + 1;
        assert_eq!(
            gateway.accepted_count(),
            due,
            "{change}, minute {minute}: early, late or twice"
        );
    }
}

#[test]
fn every_minute_of_a_change_of_clocks_fires_once_and_in_its_time() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(&database).gateway(&gateway);
    program.school(i64::from(MINUTES), 1);
    let step = u32::try_from(amount(5, 1)).unwrap();
    let changes = &CHANGES[..amount(2, CHANGES.len())];
    for change in changes {
        // The night lies in the past of this machine or in its future: no earlier run is known.
        database.execute("DELETE FROM passages");
        programme(&program, change);
        live_through(&fake, &program, &gateway, change, step);
    }
    let texts: Vec<String> = gateway
        .accepted()
        .iter()
        .map(|sms| sms.body["message"].as_str().unwrap().to_owned())
        .collect();
    let all = changes.iter().flat_map(|change| {
        (0..MINUTES).map(|minute| (begin(change) + minute * MINUTE).to_string())
    });
    let mut sorted = texts.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, all.collect::<Vec<_>>());
    program.verify();
    figure(&format!(
        "S7 {} changes of clocks, each minute, a run every {step} min: {} sent, 0 early, 0 twice, 0 lost",
        changes.len(),
        texts.len()
    ));
}
