//! `--dry-run` with another command, and for the days to come.

use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    a_dry_run_of_what_changes_is_refused_and_changes_nothing,
    what_is_coming_is_shown_until_a_day_or_an_hour,
);

fn a_dry_run_of_what_changes_is_refused_and_changes_nothing(database: &Database) {
    let program = Program::new(database).set("MESSAGES_MODE", "fichier");
    program.parent(1, "06 12", "");
    let id = program.programme(Canal::Sms, To::Parent(1));
    assert_eq!(program.run(&[]).code, 0);
    let number = id.to_string();
    for command in [&["resend", &number][..], &["migrate"], &["demo"]] {
        let arguments = [command, &["--dry-run"]].concat();
        let ended = program.run(&arguments);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("rien n'est fait"), "{ended:?}");
    }
    assert_eq!(program.statut(id), "echec");
    assert!(!database.folder().join("messages-demo").exists());
    assert_eq!(program.run(&["--until", "2026-12-01"]).code, 2);
    assert_eq!(program.run(&["--dry-run", "--until", "demain"]).code, 2);
}

fn what_is_coming_is_shown_until_a_day_or_an_hour(database: &Database) {
    let program = Program::new(database)
        .set("MESSAGES_MODE", "fichier")
        .set("TIME_ZONE", "Africa/Abidjan");
    program.school(1, 1);
    let now = program.conn().now().unwrap();
    let at = |days: u64| now + Duration::from_secs(days * 24 * 3600);
    let ids = [2, 4, 6].map(|days| {
        let mut later = message(Canal::Sms, To::Parent(1));
        later.date_programmee = Some(at(days));
        program.insert(&later)
    });
    let day = |days| at(days).to_string()[..10].to_owned();
    let minute = |days| at(days).to_string()[..16].to_owned();
    let before = (at(4) - Duration::from_secs(120)).to_string()[..16].to_owned();
    for (until, shown) in [
        (None, 0),
        (Some(day(2)), 1),
        (Some(day(5)), 2),
        (Some(before), 1),
        (Some(minute(5)), 2),
        (Some(minute(5).replace('T', " ")), 2),
        (Some(day(7)), 3),
    ] {
        let mut arguments = vec!["--dry-run", "--json"];
        if let Some(until) = &until {
            arguments.extend(["--until", until]);
        }
        let ended = program.run(&arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
        let messages = ended.json()["messages"].as_array().unwrap().len();
        assert_eq!(messages, shown, "{until:?}: {ended:?}");
    }
    let people = program.run(&["--dry-run", "--until", &day(7)]);
    assert!(
        people.stdout.contains("Ce qui partirait jusqu'au"),
        "{people:?}"
    );
    for id in ids {
        assert_eq!(program.statut(id), "programme");
    }
}
