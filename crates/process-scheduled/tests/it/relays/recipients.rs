//! What a relay says of one recipient or one text: that one fails, in words that can be understood,
//! and all others leave in the same run.

use super::scene::{Way, arrived, program, stops};
use crate::program::{Program, To, mailbox, message};
use crate::rows::{Row, rows};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::relay::Relay;

const PARENTS: i64 = 120;

/// Addresses that the relay does not know, here and there: more of them than it forgives over one
/// connection.
pub(super) fn strangers_fail_and_all_others_are_reached(relay: &Relay) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, "known", Way::Cleartext);
    let id = school_with(&program, "id % 3 = 0");
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    each_as_it_deserves(&program, relay, id, |parent| parent % 3 == 0);
}

/// An old list: nobody is accepted before thirty were refused, which looks as if we were meant. Each
/// run gets past some of them, so that the others are reached by and by and nobody fails for it.
pub(super) fn strangers_at_the_begin_do_not_block_the_others(relay: &Relay) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, "known", Way::Cleartext);
    let id = school_with(&program, "id <= 30");
    let runs = (1..=7).find(|_| {
        let ended = program.run(&["--json"]);
        assert!([0, 78].contains(&ended.code), "{ended:?}");
        program.wait_is_over();
        program.statut(id) == "envoye"
    });
    assert!(runs.is_some(), "{:?}", program.states(id));
    each_as_it_deserves(&program, relay, id, |parent| parent <= 30);
}

/// Programmes a message to a school of which some parents are unknown to the relay, in its own
/// domain.
fn school_with(program: &Program<'_>, strangers: &str) -> i64 {
    program.school(PARENTS, 1);
    program.database.execute(&format!(
        "UPDATE parents SET email = 'inconnu' || id || '@college.example' WHERE {strangers}"
    ));
    program.programme(Canal::Email, To::All)
}

fn each_as_it_deserves(program: &Program<'_>, relay: &Relay, id: i64, stranger: fn(i64) -> bool) {
    for row in rows(program, id) {
        let expected = if stranger(row.parent) {
            ("echec permanent", "5")
        } else {
            ("envoye", "")
        };
        let digit = row.code.get(..1).unwrap_or_default();
        assert_eq!((row.state().as_str(), digit), expected, "{row:?}");
        assert_eq!((row.tentatives, row.ambigus), (1, 0), "{row:?}");
    }
    let others = (1..=PARENTS).filter(|id| !stranger(*id)).map(mailbox);
    arrived(relay, &others.collect::<Vec<_>>());
    program.verify();
}

/// One message that the relay does not want; the other leaves.
fn one_fails(program: &Program<'_>, relay: &Relay, unwanted: i64) -> Row {
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 12], "{ended:?}");
    arrived(relay, &(1..=12).map(mailbox).collect::<Vec<_>>());
    program.verify();
    rows(program, unwanted).remove(0)
}

/// Larger than the relay says that it takes: it is not even asked.
pub(super) fn what_is_too_large_fails_alone(relay: &Relay) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, "small", Way::Cleartext);
    program.school(12, 1);
    let mut large = message(Canal::Email, To::Parent(1));
    large.contenu = "Réunion à 18 h. ".repeat(4000);
    let large = program.insert(&large);
    let row = one_fails(&program, relay, large);
    assert_eq!(
        (row.state().as_str(), row.code.as_str()),
        ("echec permanent", "SIZE")
    );
}

/// Refused for its content: told as such when it is one message, a fault of ours when it is every
/// message.
pub(super) fn spam_is_told_as_such(relay: &Relay, door: &str, code: &str) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, door, Way::Cleartext);
    program.school(12, 1);
    let mut unwanted = message(Canal::Email, To::Parent(1));
    unwanted.sujet = Some("GRATUIT".to_owned());
    let one = program.insert(&unwanted);
    let row = one_fails(&program, relay, one);
    assert_eq!(
        (row.state().as_str(), row.code.as_str()),
        ("echec permanent", code)
    );
    let told = database.texts(&format!(
        "SELECT details_erreur AS v FROM messages WHERE id = {one}"
    ));
    assert!(told[0].contains("courrier indésirable"), "{told:?}");
    unwanted.parent = None;
    unwanted.est_message_groupe = true;
    let all = program.insert(&unwanted);
    stops(&program, relay, all, Some("courrier indésirable"));
}
