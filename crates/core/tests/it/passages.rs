//! Runs that begin at the same moment.

use crate::harness::School;
use messages_core::store::passages::{self, NewPassage};
use messages_core::vocabulary::Mode;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(of_many_that_read_before_they_write_none_finds_the_database_locked);

const RUNS: usize = 8;
const EACH: usize = 25;

fn of_many_that_read_before_they_write_none_finds_the_database_locked(database: &Database) {
    let school = School::new(database);
    std::thread::scope(|scope| {
        for run in 0..RUNS {
            let mut conn = school.conn();
            scope.spawn(move || {
                for n in 0..EACH {
                    let passage = NewPassage {
                        id: format!("{run}-{n}"),
                        hote: "ici".to_owned(),
                        mode: Mode::Simulation,
                    };
                    passages::begin(&mut conn, &passage, true, |_, _| Ok(())).unwrap();
                }
            });
        }
    });
    let begun = i64::try_from(RUNS * EACH).unwrap();
    assert_eq!(school.count("passages", "true"), begun);
}
