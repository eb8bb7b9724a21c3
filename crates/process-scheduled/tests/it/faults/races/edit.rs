//! Changing messages at the moment in which a run takes them.

use super::{PATIENCE, Race, end, random, rounds};
use messages_core::model::NewMessage;
use messages_core::store::{Error, messages};
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::time::Duration;

stories!(everybody_gets_one_and_the_same_version);

const PARENTS: usize = 6;
const AT_ONCE: usize = 25;
const LAST: usize = 24;

fn everybody_gets_one_and_the_same_version(database: &Database) {
    let race = Race::new(database, i64::try_from(PARENTS).unwrap());
    let mut edited = Vec::new();
    for round in 0..rounds() / AT_ONCE {
        let ids = race.programme(AT_ONCE, round);
        let before = race.gateway.received_count();
        // The first in time, the last too late, those between while the run takes what is due.
        edited.extend(edit_all(&race, &ids[..1]));
        let run = race.program.command(&["--quiet"]).spawn().unwrap();
        edited.extend(edit_all(&race, &ids[1..LAST]));
        assert!(race.gateway.wait_received(before + 1, PATIENCE));
        edited.extend(edit_all(&race, &ids[LAST..]));
        end(vec![run]);
    }
    race.assert_once();
    let accepted = race.accepted();
    let copies = |text: &str| accepted.keys().filter(|(sent, _)| sent == text).count();
    for (text, changed) in &edited {
        let (old, new) = (copies(text), copies(&format!("{text}, nouveau")));
        let expected = if *changed { (0, PARENTS) } else { (PARENTS, 0) };
        assert_eq!((old, new), expected, "{text}: changed {changed}");
    }
    let changed = edited.iter().filter(|(_, changed)| *changed).count();
    let late = edited.len() - changed;
    assert!(
        changed > 0 && late > 0,
        "no race: {changed} changed, {late} too late"
    );
    let kind = database.kind();
    figure(&format!(
        "S8 edit against claim, {kind}: {} races, {changed} changed, {late} refused as \
         too late, 0 mixed versions",
        edited.len()
    ));
}

/// The first text of each message, and whether it was changed.
fn edit_all(race: &Race<'_>, ids: &[i64]) -> Vec<(String, bool)> {
    let mut conn = race.program.conn();
    let mut edit = |id: &i64| {
        // Spread over the time that a run needs to begin.
        std::thread::sleep(Duration::from_millis(u64::try_from(random(4)).unwrap()));
        let seen = messages::one(&mut conn, *id).unwrap();
        let old = seen.contenu.replace(", nouveau", "");
        let edit = NewMessage {
            contenu: format!("{old}, nouveau"),
            ..NewMessage::from(seen.clone())
        };
        match messages::update(&mut conn, &seen, &edit) {
            Ok(()) => (old, true),
            Err(Error::Conflict(_) | Error::Stale) => (old, false),
            Err(error) => panic!("{error}"),
        }
    };
    ids.iter().map(&mut edit).collect()
}
