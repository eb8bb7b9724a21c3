//! A delivery that cannot be handled: the others leave (S1). In programs built with the feature
//! `failpoints`.

use super::oracle::end_leases;
use super::peers::Peers;
use crate::program::{Program, To, mailbox, number};
use crate::rows::{count, rows};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::stories;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

stories!(
    a_delivery_that_panics_fails_alone,
    a_delivery_that_ends_the_program_stops_nobody_for_good,
);

const PARENTS: i64 = 30;

/// Somewhere in the middle.
const POISONED: i64 = 17;

fn a_delivery_that_panics_fails_alone(database: &Database) {
    for (canal, part) in [
        (Canal::Sms, number(POISONED)),
        (Canal::Email, mailbox(POISONED)),
    ] {
        let peers = Peers::start(Duration::ZERO);
        let program = peers
            .school(database, PARENTS)
            .set("FAILPOINT_POISON", &format!("panic:{part}"));
        let id = program.programme(canal, To::All);
        let ended = program.run(&[]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stderr.contains("panique en "), "{ended:?}");
        assert!(!ended.stderr.contains(&part), "{ended:?}");
        let rows = rows(&program, id);
        for row in &rows {
            let expected = match row.parent {
                POISONED => "echec poison",
                _ => "envoye",
            };
            assert_eq!(row.state(), expected, "{row:?}");
        }
        let accepted = peers.relay.accepted_count() + peers.gateway.accepted_count();
        assert_eq!(i64::try_from(accepted).unwrap(), PARENTS - 1);
        program.verify();
    }
}

/// What a program cannot survive, such as the end of its memory, costs the neighbours what a kill
/// costs, and no more often than the delivery may be tried: an SMS once, an e-mail three times.
fn a_delivery_that_ends_the_program_stops_nobody_for_good(database: &Database) {
    for (canal, part, tries) in [
        (Canal::Sms, number(POISONED), 1),
        (Canal::Email, mailbox(POISONED), 3),
    ] {
        let peers = Peers::start(Duration::ZERO);
        let program = peers
            .school(database, PARENTS)
            .set("FAILPOINT_POISON", &format!("abort:{part}"));
        let id = program.programme(canal, To::All);
        let died = run_until_it_survives(&program);
        assert_eq!(died, tries);
        let rows = rows(&program, id);
        let poisoned = rows.iter().find(|row| row.parent == POISONED).unwrap();
        assert_eq!(poisoned.state(), "incertain resultat_inconnu");
        let uncertain = count(&program, id, "incertain") - 1;
        let sent = count(&program, id, "envoye");
        assert_eq!(sent + uncertain + 1, rows.len(), "{rows:?}");
        assert!(uncertain <= 3 * tries, "the other three senders: {rows:?}");
        figure(&format!(
            "S1 poison, {}, {canal}: the program ended {died} time(s), {sent} of {} others sent, {uncertain} uncertain",
            program.database.kind(),
            PARENTS - 1
        ));
        program.verify();
    }
}

/// Returns how many runs it ended.
fn run_until_it_survives(program: &Program<'_>) -> usize {
    for died in 0..10 {
        let mut run = program.command(&["--quiet"]).spawn().unwrap();
        if run.wait().unwrap().signal().is_none() {
            return died;
        }
        end_leases(program, &[run.id()]);
    }
    panic!("it ends every run");
}
