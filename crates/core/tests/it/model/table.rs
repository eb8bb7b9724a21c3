//! The same law on both databases, and the table of states that it comes to.

use crate::harness::{School, accepted, rules};
use crate::model::law::{Law, Outcome, Statement};
use crate::model::row::Row;
use crate::model::{PEOPLE, RETRIES, REWRITING, TROUBLES, World, explore};
use messages_core::readdress;
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::figures::figure;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// Connections at once: a commit on PostgreSQL waits for the disk, and several wait together.
const CONNECTIONS: usize = 12;

/// Every step that an envoi may take. Back to `a_envoyer` from a final state it goes only because a
/// person sends it again (from `envoye` if it was but simulated; from `ignore` if there was no
/// address); from one final state to another only by an answer that came late, or because a person
/// wanted to send it again to a parent who opposes.
const fn may_become(etat: Etat, next: Etat) -> bool {
    match etat {
        Etat::AEnvoyer => matches!(
            next,
            Etat::Reserve | Etat::Envoye | Etat::Echec | Etat::Incertain | Etat::Ignore
        ),
        Etat::Reserve => matches!(
            next,
            Etat::AEnvoyer | Etat::Emission | Etat::Echec | Etat::Incertain | Etat::Ignore
        ),
        Etat::Emission => matches!(
            next,
            Etat::AEnvoyer | Etat::Envoye | Etat::Echec | Etat::Incertain
        ),
        Etat::Echec => matches!(next, Etat::AEnvoyer | Etat::Ignore),
        Etat::Incertain => matches!(next, Etat::AEnvoyer | Etat::Envoye | Etat::Echec),
        Etat::Envoye | Etat::Ignore => matches!(next, Etat::AEnvoyer),
    }
}

#[test]
fn an_envoi_takes_every_step_of_the_table_and_no_other() {
    let mut seen = BTreeSet::new();
    for (canal, world, crew) in [
        (Canal::Sms, TROUBLES, 2),
        (Canal::Sms, PEOPLE, 2),
        (Canal::Email, TROUBLES, 2),
        (Canal::Email, PEOPLE, 1),
    ] {
        let known = asked(&Database::sqlite_in_memory(), canal, world, crew);
        let steps = known.iter().map(|((row, _), to)| (row.etat, to.row.etat));
        seen.extend(steps.filter(|(from, to)| from != to));
    }
    seen.extend([given_an_address(), really_sent()]);
    let all = Etat::ALL
        .iter()
        .flat_map(|from| Etat::ALL.iter().map(move |to| (*from, *to)));
    let allowed: BTreeSet<_> = all.filter(|(from, to)| may_become(*from, *to)).collect();
    assert_eq!(seen, allowed);
}

/// Who had no address has one now.
fn given_an_address() -> (Etat, Etat) {
    let mut law = Law::new(&Database::sqlite_in_memory(), Canal::Sms);
    let row = Row {
        etat: Etat::Ignore,
        motif: Some(Motif::SansAdresse),
        statut: Statut::Echec,
        ..Row::NEW
    };
    (row.etat, law.ask(row, Statement::Resend).row.etat)
}

/// What a simulation marked as sent really leaves.
fn really_sent() -> (Etat, Etat) {
    let database = Database::sqlite();
    let school = School::new(&database);
    let message = school.leaving(Canal::Sms, 1);
    let mut run = school.run("run");
    let granted = run.send(Canal::Sms, 1);
    run.record(&[accepted(&granted[0])]);
    run.close(1);
    database.execute("UPDATE messages SET simule = TRUE");
    let real = rules(&[
        ("MESSAGES_MODE", "reel"),
        ("DEFAULT_FROM_EMAIL", "ecole@exemple.example"),
    ]);
    readdress::resend(&mut run.conn, &real, message, None).unwrap();
    let states = school.states(message);
    (Etat::Envoye, states[0].parse().unwrap())
}

#[test]
fn both_databases_obey_one_law() {
    if Database::postgres().is_none() {
        return;
    }
    let worlds = [
        (Canal::Sms, "retries", RETRIES),
        (Canal::Sms, "troubles", TROUBLES),
        (Canal::Sms, "people", PEOPLE),
        (Canal::Email, "troubles", TROUBLES),
        (Canal::Sms, "rewriting", REWRITING),
    ];
    for (canal, name, world) in worlds {
        let known = asked(&Database::sqlite_in_memory(), canal, world, 2);
        let cases: Vec<_> = known.into_iter().collect();
        let share = cases.len().div_ceil(CONNECTIONS);
        // Tables are made by one at a time anyway, and nobody waits for ever.
        let turn = &Mutex::new(());
        std::thread::scope(|scope| {
            for cases in cases.chunks(share) {
                scope.spawn(move || ask_postgres(canal, cases, turn));
            }
        });
        figure(&format!(
            "S13 {canal}, {name}: {} transitions, the same on SQLite and PostgreSQL",
            cases.len()
        ));
    }
}

fn asked(
    database: &Database,
    canal: Canal,
    world: World,
    crew: usize,
) -> BTreeMap<(Row, Statement), Outcome> {
    let mut law = Law::new(database, canal);
    assert_eq!(explore(&mut law, world, crew).violation, None);
    law.known().clone()
}

fn ask_postgres(canal: Canal, cases: &[((Row, Statement), Outcome)], turn: &Mutex<()>) {
    let alone = turn.lock().unwrap();
    let database = Database::postgres().unwrap();
    let mut law = Law::new(&database, canal);
    drop(alone);
    for ((row, statement), outcome) in cases {
        let here = law.ask(*row, *statement);
        assert_eq!(here, *outcome, "{statement:?} of {row:?} on PostgreSQL");
    }
}
