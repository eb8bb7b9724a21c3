//! Tables of another version: nothing is sent before they are those of this program.

use crate::faults::crew::programme_all;
use crate::program::{Ended, Program};
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::path::PathBuf;

stories!(
    tables_of_an_older_program_are_brought_up_to_date_first,
    tables_of_a_newer_program_stop_a_run,
);

fn with_peers(story: impl Fn(&Gateway, &Server)) {
    story(
        &Gateway::start(GatewayScript::default()),
        &Server::start(Script::default()),
    );
}

/// One line, and it names the setting.
fn refused(ended: &Ended) {
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("DATABASE_URL"), "{ended:?}");
    assert_eq!(ended.stdout, "");
}

fn tables_of_an_older_program_are_brought_up_to_date_first(database: &Database) {
    with_peers(|gateway, relay| {
        let program = Program::new(database).relay(relay).gateway(gateway);
        program.school(3, 1);
        programme_all(&program);
        take_back_the_last_migration(database);
        if database.is_postgres() {
            let ended = program.run(&[]);
            refused(&ended);
            assert!(
                ended.stderr.contains("process-scheduled migrate"),
                "{ended:?}"
            );
            assert_eq!((gateway.connections(), relay.connections()), (0, 0));
            assert_eq!(program.run(&["migrate"]).code, 0);
        }
        // A file is brought up to date by the run itself.
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!((gateway.accepted_count(), relay.accepted_count()), (3, 3));
    });
}

/// By its own way back.
fn take_back_the_last_migration(database: &Database) {
    let kind = if database.is_postgres() {
        "postgres"
    } else {
        "sqlite"
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../migrations")
        .join(kind);
    let entries = std::fs::read_dir(folder).unwrap();
    let last = entries.map(|entry| entry.unwrap().path()).max().unwrap();
    let down = std::fs::read_to_string(last.join("down.sql")).unwrap();
    database.execute(&format!(
        "{down};
         DELETE FROM __diesel_schema_migrations
          WHERE version = (SELECT max(version) FROM __diesel_schema_migrations);"
    ));
}

fn tables_of_a_newer_program_stop_a_run(database: &Database) {
    with_peers(|gateway, relay| {
        let program = Program::new(database).relay(relay).gateway(gateway);
        program.school(3, 1);
        programme_all(&program);
        let newer = "__diesel_schema_migrations";
        database.execute(&format!(
            "INSERT INTO {newer} (version) VALUES ('99991231235959')"
        ));
        for command in [&[][..], &["migrate"], &["--json"]] {
            let ended = program.run(command);
            refused(&ended);
            assert!(ended.stderr.contains("programme à jour"), "{ended:?}");
        }
        assert_eq!((gateway.connections(), relay.connections()), (0, 0));
        database.execute(&format!(
            "DELETE FROM {newer} WHERE version = '99991231235959'"
        ));
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!((gateway.accepted_count(), relay.accepted_count()), (3, 3));
    });
}
