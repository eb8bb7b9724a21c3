//! Relays that count: connections, messages, mistakes.

use super::scene::{Way, arrived, everybody_is_reached, program};
use crate::program::{To, mailbox};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::relay::Relay;
use std::time::Instant;

const PARENTS: i64 = 120;

/// Fewer than the mistakes at which Postfix begins to answer slowly.
const FEW: i64 = 5;

/// « 421 4.7.0 too many connections », « 450 4.7.1 too much mail »: slower, but in the same run and
/// at the first attempt.
pub(super) fn who_is_too_fast_becomes_slower(relay: &Relay) {
    for door in ["crowd", "hurry"] {
        let database = Database::sqlite_in_memory();
        let begun = Instant::now();
        let program =
            program(&database, relay, door, Way::Cleartext).set("MESSAGES_EMAIL_CONNECTIONS", "8");
        everybody_is_reached(&program, relay, PARENTS);
        let seconds = begun.elapsed().as_secs_f32();
        figure(&format!(
            "relays Postfix: {PARENTS} e-mails, {door}, {seconds:.1} s"
        ));
    }
}

/// « 450 4.2.0 Greylisted »: each is tried again by its own schedule, and is reached then.
pub(super) fn who_is_put_off_comes_again(relay: &Relay) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, "greylisting", Way::Cleartext);
    program.school(FEW, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for row in rows(&program, id) {
        assert_eq!(
            (row.etat.as_str(), row.code.as_str(), row.tentatives),
            ("a_envoyer", "450 4.2.0", 1),
            "{ended:?}"
        );
        assert!((240..=360).contains(&row.wait), "{row:?}");
    }
    program.wait_is_over();
    let program = program.set("EMAIL_PORT", &relay.door("known").to_string());
    assert_eq!(program.run(&["--quiet"]).code, 0);
    assert_eq!(program.states(id), ["envoye"; 5]);
    arrived(relay, &(1..=FEW).map(mailbox).collect::<Vec<_>>());
    program.verify();
}
