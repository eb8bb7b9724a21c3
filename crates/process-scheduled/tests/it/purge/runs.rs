//! What runs forget, and when they do not; runs that are killed while they do.

use super::{forgotten, says_nothing_of_anybody, school};
use crate::program::Program;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    runs_forget_when_they_have_sent,
    while_another_run_is_under_way_nothing_is_forgotten,
    two_runs_at_once_forget_together,
);

#[cfg(unix)]
mod killed {
    use super::{Database, Gateway, GatewayScript, forgotten, school, state};
    use messages_testing::stories;
    use std::os::unix::process::ExitStatusExt;

    stories!(whoever_is_killed_leaves_nothing_half);

    fn whoever_is_killed_leaves_nothing_half(database: &Database) {
        let program = school(database, &Gateway::start(GatewayScript::default()));
        let program = program.set("MESSAGES_RETENTION_DAYS", "400");
        for (arguments, place, gone) in [
            (&["--quiet"][..], "oubli_commit", 0),
            (&["purge"], "oubli_commit", 0),
            (&["--quiet"], "oubli_committed", 4),
        ] {
            let before = state(database);
            let mut run = program
                .command(arguments)
                .env("FAILPOINT", format!("{place}:0"))
                .spawn()
                .unwrap();
            assert!(
                run.wait().unwrap().signal().is_some(),
                "{place} is on the way"
            );
            assert_eq!(forgotten(database), gone, "{place}");
            if gone == 0 {
                assert_eq!(state(database), before);
            }
            program.verify();
        }
        assert_eq!(program.run(&["purge"]).code, 0);
        assert_eq!(database.number("SELECT CAST(count(*) AS TEXT) AS v FROM historique WHERE fait_le < '2026-01-01T00:00:00Z'"), 0);
        program.verify();
    }
}

/// All that could be half.
fn state(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT m.contenu || COALESCE(e.adresse, '-') || (SELECT count(*) FROM tentatives)
                || (SELECT count(*) FROM historique) AS v
           FROM messages m JOIN envois e ON e.message = m.id ORDER BY e.id",
    )
}

fn ready<'d>(database: &'d Database, gateway: &Gateway) -> Program<'d> {
    school(database, gateway).set("MESSAGES_RETENTION_DAYS", "400")
}

/// A short run leaves no time for it; the next one has nothing to send.
fn runs_forget_when_they_have_sent(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = ready(database, &gateway);
    let sent = gateway.accepted_count();
    super::send(&program, 1);
    assert_eq!(gateway.accepted_count(), sent + 3);
    assert_eq!(program.run(&["--quiet"]).code, 0);
    assert_eq!(forgotten(database), 4);
    let log = program.log();
    let end = log.rfind("fin messages=1").unwrap();
    assert!(end < log.rfind("oubli messages=4").unwrap(), "{log}");
    // One with nothing to forget says nothing of it.
    says_nothing_of_anybody(&program.run(&[]));
    let told = |log: &str| log.matches(" oubli messages=").count();
    assert_eq!(told(&program.log()), told(&log));
    program.verify();
}

fn while_another_run_is_under_way_nothing_is_forgotten(database: &Database) {
    let program = ready(database, &Gateway::start(GatewayScript::default()));
    let now = if database.is_postgres() {
        "clock_timestamp()"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
    };
    database.execute(&format!(
        "INSERT INTO passages (id, hote, pid, version, mode, debut, battement)
         VALUES ('autre', 'ailleurs', 1, '0', 'reel', {now}, {now})"
    ));
    assert_eq!(program.run(&["--quiet"]).code, 0);
    assert_eq!(forgotten(database), 0);
    // It is gone without a word.
    let dead = if database.is_postgres() {
        "clock_timestamp() - interval '2 minutes'"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-2 minutes')"
    };
    database.execute(&format!(
        "UPDATE passages SET battement = {dead} WHERE id = 'autre'"
    ));
    assert_eq!(program.run(&["--quiet"]).code, 0);
    assert_eq!(forgotten(database), 4);
}

fn two_runs_at_once_forget_together(database: &Database) {
    let program = ready(database, &Gateway::start(GatewayScript::default()));
    let both = [&["purge"][..], &["--quiet"], &["purge"]];
    let both = both.map(|arguments| program.command(arguments).spawn().unwrap());
    for run in both {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(forgotten(database), 4);
    program.verify();
}
