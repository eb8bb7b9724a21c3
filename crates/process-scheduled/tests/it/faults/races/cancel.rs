//! Cancelling messages that are leaving.

use super::{Race, end, rounds, shuffled};
use messages_core::store::{Error, messages};
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::collections::BTreeMap;

stories!(nothing_leaves_after_the_commit_of_a_cancel);

const PARENTS: usize = 8;
const AT_ONCE: usize = 50;
const SENDERS: usize = 4;

fn nothing_leaves_after_the_commit_of_a_cancel(database: &Database) {
    let race = Race::new(database, i64::try_from(PARENTS).unwrap());
    let (mut left, mut stopped) = (0, 0);
    for round in 0..rounds() / AT_ONCE {
        let ids = race.programme(AT_ONCE, round);
        let runs = race.sending(1 + round % 2);
        let outcomes = cancel_all(&race, &ids);
        end(runs);
        let attempts = attempts(&race);
        for (id, at_commit) in ids.iter().zip(outcomes) {
            // The cancel stopped all the others in the same commit, so these are exact.
            let announced = attempts.get(id).copied().unwrap_or(0);
            assert_eq!(announced, at_commit, "message {id}");
            left += announced;
            stopped += PARENTS - announced;
        }
    }
    race.assert_once();
    // One that was cancelled before its text was read, or had no sender any more, was kept back by its
    // run: this gateway refuses nothing for the time being.
    let kept_back = race.number("SELECT count(*) FROM tentatives WHERE verdict = 'temporaire'");
    assert_eq!(race.gateway.accepted_count() + kept_back, left);
    assert!(
        left > 0 && stopped > 0,
        "no race: {left} left, {stopped} stopped"
    );
    let (races, kind) = (rounds(), database.kind());
    figure(&format!(
        "S8 cancel against intent, {kind}: {races} races, {left} announced before \
         ({kept_back} of them kept back), {stopped} stopped, 0 after the commit, 0 twice"
    ));
}

/// How often envois of each message were announced.
fn attempts(race: &Race<'_>) -> BTreeMap<i64, usize> {
    let question = "SELECT e.message || ' ' || count(*) AS v
                      FROM tentatives t JOIN envois e ON e.id = t.envoi GROUP BY e.message";
    let read = |line: String| {
        let (message, count) = line.split_once(' ').unwrap();
        (message.parse().unwrap(), count.parse().unwrap())
    };
    let lines = race.program.database.texts(question);
    lines.into_iter().map(read).collect()
}

/// How many envois of each message had been announced when its cancel was committed.
fn cancel_all(race: &Race<'_>, ids: &[i64]) -> Vec<usize> {
    let mut conn = race.program.conn();
    let mut announced = vec![PARENTS; ids.len()];
    for n in shuffled(ids.len()) {
        let id = ids[n];
        let stopped = match messages::cancel(&mut conn, id) {
            Ok(stopped) => stopped,
            // One that was sent in the meantime cannot be cancelled: all of it had left.
            Err(Error::Conflict(_)) => continue,
            Err(error) => panic!("message {id}: {error:?}"),
        };
        let under_way = race.number(&format!(
            "SELECT count(*) FROM envois WHERE message = {id} AND etat = 'emission'"
        ));
        assert!(under_way <= 2 * SENDERS, "{under_way} can still go");
        announced[n] = PARENTS - stopped;
        let begun = race.attempts(&format!("e.message = {id}"));
        assert_eq!(
            begun, announced[n],
            "some are neither stopped nor under way"
        );
    }
    announced
}
