//! Clocks that cannot be right. On SQLite: on PostgreSQL the server's clock counts.

use super::{Fake, Stage};
use crate::faults::tally::Tally;
use messages_testing::db::Database;
use messages_testing::figures::figure;

const PARENTS: i64 = 20;
const ALL: usize = 40;

/// Each is refused by the last run that was right, or by the age of the program.
const IMPOSSIBLE: [&str; 7] = [
    "@1970-01-01 00:00:01",
    "@1999-12-31 23:59:59",
    "@2025-12-31 23:59:59",
    "-3d",
    "+2y",
    "@2038-01-20 00:00:00",
    "@2106-02-07 06:28:16",
];

#[test]
fn an_impossible_clock_sends_nothing_and_holds_up_nothing_afterwards() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let stage = Stage::new(&database, PARENTS);
    stage.run();
    let ids = stage.programme();
    for at in IMPOSSIBLE {
        for _ in 0..2 {
            let ended = fake.run(&stage.program, at);
            assert_eq!(ended.code, 75, "{at}: {ended:?}");
            assert!(ended.stderr.contains("l'horloge indique"), "{ended:?}");
        }
        assert_eq!(stage.accepted(), 0, "{at}");
        let states = ids.map(|id| stage.program.statut(id));
        assert_eq!(states, ["programme", "programme"], "{at}");
    }
    stage.run();
    assert_eq!(stage.tally(), Tally::all_sent(ALL));
    stage.program.verify();
    let clocks = IMPOSSIBLE.len();
    figure(&format!(
        "S7 {clocks} impossible clocks, SQLite: 0 sent by them, then {ALL} sent, 0 twice, 0 lost"
    ));
}

/// A clock that was wrong for hours must not stop the sending until its own time has come.
#[test]
fn after_a_clock_in_2038_sending_goes_on_within_an_hour() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let stage = Stage::new(&database, PARENTS);
    stage.run();
    let code = |at: &str| fake.run(&stage.program, at).code;
    assert_eq!(code("@2038-01-20 00:00:00"), 75);
    assert_eq!(code("@2038-01-20 00:59:00"), 75);
    assert_eq!(code("@2038-01-20 01:01:00"), 0, "it stands by its time");
    assert_eq!(code("@2038-01-20 01:06:00"), 0);
    stage.programme();
    assert_eq!(code("+0"), 75, "which of the two is right?");
    assert_eq!(code("+59m"), 75);
    assert_eq!(stage.accepted(), 0);
    assert_eq!(code("+61m"), 0);
    assert_eq!(stage.tally(), Tally::all_sent(ALL));
    stage.programme();
    assert_eq!(code("+66m"), 0, "the next one goes at once");
    assert_eq!(stage.tally(), Tally::all_sent(2 * ALL));
    stage.program.verify();
}
