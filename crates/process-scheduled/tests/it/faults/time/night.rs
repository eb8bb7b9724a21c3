//! The night: late SMS wait for the morning, in summer and in winter.

use super::{Fake, Stage};
use crate::program::{To, message};
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;

/// What is programmed for `at`, in UTC, by somebody who did it long before.
fn programme(stage: &Stage<'_>, canal: Canal, at: &str) -> i64 {
    let id = stage.program.insert(&NewMessage {
        date_programmee: Some(at.parse().unwrap()),
        ..message(canal, To::All)
    });
    stage.program.database.execute(&format!(
        "UPDATE messages SET programme_le = '2029-01-01T00:00:00.000000Z' WHERE id = {id}"
    ));
    id
}

/// The clocks of Paris change in the night to 2030-03-31: 02:00 becomes 03:00, and 07:30 is 05:30 UTC.
#[test]
fn late_sms_wait_for_the_end_of_the_night_in_which_the_clocks_change() {
    let Some(fake) = Fake::found() else { return };
    let database = Database::sqlite();
    let mut stage = Stage::new(&database, 2);
    stage.program = stage.program.set("SMS_QUIET_HOURS", "21:00-07:30");
    let late = programme(&stage, Canal::Sms, "2030-03-30T17:00:00Z");
    let mail = programme(&stage, Canal::Email, "2030-03-30T17:00:00Z");
    let at_night = programme(&stage, Canal::Sms, "2030-03-30T21:15:00Z");
    let states = |id| stage.program.states(id).join(" ");
    let run = |at: &str| assert_eq!(fake.run(&stage.program, at).code, 0, "{at}");
    // 21:05 in Paris: too late for what was to leave at six.
    run("@2030-03-30 20:05:00");
    assert_eq!(states(late), "a_envoyer a_envoyer");
    assert_eq!(states(mail), "envoye envoye");
    // 22:16: what was programmed for a quarter past ten leaves.
    run("@2030-03-30 21:16:00");
    assert_eq!(states(at_night), "envoye envoye");
    run("@2030-03-31 05:29:00");
    assert_eq!(states(late), "a_envoyer a_envoyer");
    run("@2030-03-31 05:30:01");
    assert_eq!(states(late), "envoye envoye");
    assert_eq!(stage.gateway.accepted_count(), 4);
}
