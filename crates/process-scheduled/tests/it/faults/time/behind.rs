//! Clocks that are behind. On SQLite: on PostgreSQL the server's clock counts.

use super::{Fake, Stage};
use crate::faults::tally::Tally;
use crate::program::{To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use std::time::Duration;

#[test]
fn a_clock_that_is_behind_sends_nothing_early_and_nothing_twice() {
    const PARENTS: i64 = 20;
    let Some(fake) = Fake::found() else { return };
    for behind in ["-1h", "-23h"] {
        let database = Database::sqlite();
        let stage = Stage::new(&database, PARENTS);
        stage.run();
        let due = stage.programme();
        let mut later = message(Canal::Sms, To::Parent(1));
        let now = stage.program.conn().now().unwrap();
        later.date_programmee = Some(now + Duration::from_secs(1800));
        let later = stage.program.insert(&later);
        for _ in 0..2 {
            assert_eq!(fake.run(&stage.program, behind).code, 0, "{behind}");
            assert_eq!(stage.accepted(), 0, "{behind}: early");
        }
        stage.run();
        assert_eq!(stage.tally(), Tally::all_sent(40), "{behind}");
        assert_eq!(fake.run(&stage.program, behind).code, 0);
        assert_eq!(stage.tally(), Tally::all_sent(40), "{behind}: twice");
        assert_eq!(due.map(|id| stage.program.statut(id)), ["envoye"; 2]);
        assert_eq!(fake.run(&stage.program, "+29m").code, 0);
        assert_eq!(stage.program.statut(later), "programme");
        assert_eq!(fake.run(&stage.program, "+31m").code, 0);
        assert_eq!(stage.program.statut(later), "envoye");
        assert_eq!(stage.tally(), Tally::all_sent(41), "{behind}");
        stage.program.verify();
    }
    figure("S7 clock 1 h and 23 h behind, SQLite: 82 sent, 0 early, 0 twice, 0 lost");
}
