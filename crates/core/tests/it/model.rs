//! Every path of an envoi, explored with the statements of the program itself (S13).
//!
//! [`law`] asks the program, on a real database, what each statement makes of each [`row`], once;
//! [`step`] says what can happen next to a row and to a [`worker`]; [`explore`] goes through every
//! state that can be reached and looks whether it may be. A [`mutant`] is a program that is wrong in
//! one point, which must not stay unseen.

mod explore;
mod law;
mod mutant;
mod mutants;
mod raw;
mod row;
mod step;
mod table;
mod worker;

use crate::model::explore::{Explored, Explorer};
use crate::model::law::{Grant, Law, Reply, Statement};
use crate::model::row::{Lease, Left, Row};
use crate::model::step::{Steps, World};
use messages_core::vocabulary::{Canal, Etat, Statut};
use messages_testing::db::Database;
use messages_testing::figures::{amount, figure};

const QUIET: World = World {
    retries: false,
    troubles: false,
    people: false,
    rewriting: false,
};

/// Each kind of event by itself, with so many workers.
const WORLDS: [(&str, World, usize); 4] = [
    ("retries", RETRIES, 3),
    ("troubles", TROUBLES, 3),
    ("people", PEOPLE, 2),
    ("rewriting", REWRITING, 2),
];
const REWRITING: World = World {
    rewriting: true,
    ..QUIET
};
const RETRIES: World = World {
    retries: true,
    ..QUIET
};
const TROUBLES: World = World {
    troubles: true,
    ..QUIET
};
const PEOPLE: World = World {
    people: true,
    ..QUIET
};

/// More workers: for `FAULTS=full`.
const WIDE_WORLDS: [(&str, World, usize); 4] = [
    ("retries", RETRIES, 4),
    ("troubles", TROUBLES, 4),
    ("people", PEOPLE, 3),
    ("rewriting", REWRITING, 3),
];

#[test]
fn an_sms_leaves_at_most_once_on_every_path() {
    explore_all(Canal::Sms);
}

#[test]
fn an_email_leaves_again_only_after_a_doubt_on_every_path() {
    explore_all(Canal::Email);
}

fn explore_all(canal: Canal) {
    let wide = amount(false, true);
    let worlds = WORLDS.iter().chain(WIDE_WORLDS.iter().filter(|_| wide));
    for (name, world, crew) in worlds {
        let database = Database::sqlite_in_memory();
        let mut law = Law::new(&database, canal);
        let explored = explore(&mut law, *world, *crew);
        assert_eq!(explored.violation, None, "{canal}, {name}, {crew} workers");
        for row in &explored.rows {
            everything_ends(&mut law, *row);
            an_old_token_changes_nothing(&mut law, *row);
        }
        figure(&format!(
            "S13 {canal}, {name}, {crew} workers: {} states, {} rows, {} transitions asked of SQLite, 0 violations",
            explored.states,
            explored.rows.len(),
            law.known().len()
        ));
    }
}

fn explore(law: &mut Law, world: World, crew: usize) -> Explored {
    let steps = Steps {
        law,
        email: None,
        world,
        mutant: None,
    };
    Explorer::new(steps, crew).run()
}

/// Were every worker to die now, the next run would bring the envoi to its end, and its message too.
fn everything_ends(law: &mut Law, row: Row) {
    let mut now = Row {
        lease: row.lease.map(|_| Lease::Over),
        due: true,
        ..row
    };
    let announce = Statement::Announce {
        mine: true,
        fresh: true,
        again: false,
    };
    let record = Statement::Record {
        grant: Grant::FIRST,
        reply: Reply::Accepted,
        fresh: true,
        again: false,
    };
    for statement in [
        Statement::Take,
        Statement::Recover,
        Statement::DropCancelled,
        Statement::Expire,
        Statement::Claim,
        announce,
        record,
        Statement::Close,
    ] {
        // Nobody has anything to announce or to record of what is final.
        let idle = matches!(
            statement,
            Statement::Announce { .. } | Statement::Record { .. }
        );
        let nothing_due = statement == Statement::Take && now.statut != Statut::Programme;
        if !(nothing_due || idle && now.etat.is_final()) {
            now = law.of(now, statement).row;
        }
    }
    assert!(now.etat.is_final(), "{row:?} is stuck: {now:?}");
    assert_ne!(
        now.statut,
        Statut::EnAttente,
        "{row:?} is never closed: {now:?}"
    );
}

/// What a worker says under an old token changes nothing, whatever it remembers.
fn an_old_token_changes_nothing(law: &mut Law, row: Row) {
    let last = Grant {
        tentatives: 7,
        ambigus: 2,
        left: Left::Little,
    };
    let replies = [
        Reply::Accepted,
        Reply::Refused,
        Reply::Postponed,
        Reply::Lost,
    ];
    let records = [Grant::FIRST, last].into_iter().flat_map(|grant| {
        replies.map(|reply| Statement::Record {
            grant,
            reply,
            fresh: false,
            again: false,
        })
    });
    let announce = Statement::Announce {
        mine: row.etat != Etat::Emission,
        fresh: false,
        again: true,
    };
    for statement in records.chain([announce]) {
        let outcome = law.of(row, statement);
        assert_eq!((outcome.row, outcome.granted), (row, None), "{statement:?}");
    }
}
