//! Machines whose schedulers fire in the same second share the work.

use super::{Race, end};
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::time::Duration;

stories!(runs_that_begin_in_the_same_second_share_the_work);

const PARENTS: i64 = 1200;
const RUNS: usize = 3;

fn runs_that_begin_in_the_same_second_share_the_work(database: &Database) {
    // Long enough for a run that a busy machine starts late.
    let race = Race::at(Duration::from_millis(20), database, PARENTS);
    race.programme(1, 0);
    let start = |_| race.program.command(&["--quiet"]).spawn().unwrap();
    end((0..RUNS).map(start).collect());
    race.assert_once();
    let working = race.number("SELECT count(*) FROM passages WHERE nb_envoyes > 0");
    let least = race.number("SELECT min(nb_envoyes) FROM passages");
    figure(&format!(
        "S8 {RUNS} runs started at once, {}: {working} of them sent, the last {least} of {PARENTS}",
        database.kind()
    ));
    assert_eq!(working, RUNS);
}
