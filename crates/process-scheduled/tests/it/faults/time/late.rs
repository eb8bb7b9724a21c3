//! Late messages: not sent silently after a day, and a past date that is typed today leaves today.

use super::Stage;
use crate::faults::tally::Tally;
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(a_message_is_late_after_a_day_from_its_programming);

/// Moves a date of these messages into the past.
fn date_back(stage: &Stage<'_>, column: &str, ids: [i64; 2], minutes: u64) {
    let at = stage.program.conn().now().unwrap() - Duration::from_secs(60 * minutes);
    stage.program.database.execute(&format!(
        "UPDATE messages SET {column} = '{at}' WHERE id IN ({}, {})",
        ids[0], ids[1]
    ));
}

fn a_message_is_late_after_a_day_from_its_programming(database: &Database) {
    let stage = Stage::new(database, 3);
    let [today, nearly, late] = [(); 3].map(|()| stage.programme());
    let day = 24 * 60;
    // Typed just now, of a year ago.
    date_back(&stage, "date_programmee", today, 365 * day);
    // Programmed in time, and the runs did not come.
    for (ids, minutes) in [(nearly, day - 2), (late, day + 1)] {
        date_back(&stage, "date_programmee", ids, minutes);
        date_back(&stage, "programme_le", ids, minutes + 60);
    }
    stage.run();
    let states = |ids: [i64; 2]| ids.map(|id| stage.program.states(id));
    assert_eq!(states(today), [["envoye"; 3], ["envoye"; 3]]);
    assert_eq!(states(nearly), [["envoye"; 3], ["envoye"; 3]]);
    assert_eq!(states(late), [["echec expire"; 3], ["echec expire"; 3]]);
    assert_eq!(late.map(|id| stage.program.statut(id)), ["echec"; 2]);
    let tally = Tally {
        stopped: 6,
        ..Tally::all_sent(12)
    };
    assert_eq!(stage.tally(), tally);
    stage.program.verify();
}
