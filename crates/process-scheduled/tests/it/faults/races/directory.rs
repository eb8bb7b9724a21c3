//! Parents who opt out, or are erased, while SMS to them are leaving.

use super::{Race, end, rounds, shuffled};
use crate::program::number;
use messages_core::model::Fiche;
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, Error};
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::collections::BTreeMap;

stories!(
    nothing_leaves_after_the_commit_of_an_opt_out,
    nothing_leaves_after_the_commit_of_an_erasure,
);

const PARENTS: usize = 125;

/// Messages to each parent.
const EACH: usize = 4;

fn parent(n: usize) -> i64 {
    i64::try_from(n).unwrap() + 1
}

/// Changes every parent once while runs are sending. `change` tells what it knows to have been
/// announced at its commit: `None` when it was refused. Returns (announced, stopped, refused).
fn race(
    database: &Database,
    change: impl Fn(&Race<'_>, &mut Conn, i64) -> Option<usize>,
) -> (usize, usize, usize) {
    let race = Race::new(database, parent(PARENTS - 1));
    let (mut announced, mut refused) = (0, 0);
    for round in 0..rounds() / PARENTS {
        race.program.school(parent(PARENTS - 1), 1);
        race.programme(EACH, round);
        let before = posts(&race);
        let runs = race.sending(1 + round % 2);
        let mut conn = race.program.conn();
        let mut at_commit = BTreeMap::new();
        for n in shuffled(PARENTS) {
            at_commit.insert(n, change(&race, &mut conn, parent(n)));
        }
        end(runs);
        let after = posts(&race);
        for (n, known) in at_commit {
            let of = |posts: &BTreeMap<String, usize>| *posts.get(&number(parent(n))).unwrap_or(&0);
            let got = of(&after) - of(&before);
            assert_eq!(
                got,
                known.unwrap_or(EACH),
                "parent {n}, round {round}: {known:?}"
            );
            announced += got;
            refused += usize::from(known.is_none());
        }
    }
    race.assert_once();
    let all = rounds() / PARENTS * PARENTS * EACH;
    let stopped = all - announced;
    assert!(
        announced > 0 && stopped > 0,
        "no race: {announced} left, {stopped} stopped"
    );
    (announced, stopped, refused)
}

/// SMS that the gateway got, by number.
fn posts(race: &Race<'_>) -> BTreeMap<String, usize> {
    let mut posts = BTreeMap::new();
    for ((_, to), times) in race.accepted() {
        *posts.entry(to).or_default() += times;
    }
    posts
}

fn opt_out(race: &Race<'_>, conn: &mut Conn, id: i64) -> usize {
    let seen = Fiche::one(conn, id).unwrap();
    let mut fiche = seen.clone();
    fiche.parent.notifications_sms = false;
    Fiche::update(conn, &seen, &fiche).unwrap();
    // What was not announced is ended by the same commit and stays so.
    let of_it = format!("parent = {id} AND message > (SELECT max(id) - {EACH} FROM messages)");
    let ended = race.number(&format!(
        "SELECT count(*) FROM envois WHERE {of_it} AND motif = 'opposition'"
    ));
    let begun = race.attempts(&format!("e.{of_it}"));
    assert_eq!(begun, EACH - ended, "some are neither ended nor under way");
    begun
}

fn nothing_leaves_after_the_commit_of_an_opt_out(database: &Database) {
    let (left, stopped, _) = race(database, |race, conn, id| Some(opt_out(race, conn, id)));
    let (races, kind) = (rounds(), database.kind());
    figure(&format!(
        "S8 opt-out against intent, {kind}: {races} races, {left} left before, \
         {stopped} stopped, 0 after the commit, 0 twice"
    ));
}

/// An erasure is refused while an SMS to the parent is under way; once it is done, the gateway has
/// got all that it will ever get for that number.
fn erase(race: &Race<'_>, conn: &mut Conn, id: i64) -> Option<usize> {
    match Fiche::delete(conn, id) {
        Ok(()) => Some(race.number(&format!(
            "SELECT count(*) FROM envois
              WHERE parent IS NULL AND etat = 'envoye' AND rang = {id} - 1
                AND message > (SELECT max(id) - {EACH} FROM messages)"
        ))),
        Err(Error::Conflict(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

fn nothing_leaves_after_the_commit_of_an_erasure(database: &Database) {
    let (left, stopped, refused) = race(database, erase);
    let (races, kind) = (rounds(), database.kind());
    figure(&format!(
        "S8 erasure against intent, {kind}: {races} races, {refused} refused as under \
         way, {left} left before, {stopped} stopped, 0 after the commit, 0 twice"
    ));
}
