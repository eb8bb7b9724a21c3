//! A database's URL whose password was not encoded.

use crate::program::Program;
use messages_testing::db::Database;

#[test]
fn no_part_of_a_password_is_printed() {
    let database = Database::sqlite();
    for secret in [
        "zk7qp@zk7qs#1",
        "50%zk7qoff",
        "zk7qa/zk7qb",
        "zk7qa?zk7qb=1",
        "zk7q%00",
        "zk:7q:zk7q",
    ] {
        let url = format!("postgres://ecole:{secret}@localhost/messages");
        let program = Program::without_settings(&database).set("DATABASE_URL", &url);
        for arguments in [
            &[][..],
            &["check"],
            &["migrate", "-vv"],
            &["status", "--json"],
        ] {
            let ended = program.run(arguments);
            assert_eq!(ended.code, 78, "{arguments:?}: {ended:?}");
            assert!(ended.stderr.contains("encodez @ en %40"), "{ended:?}");
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!said.contains("zk7q") && !said.contains("50%"), "{ended:?}");
            assert!(said.matches("DATABASE_URL").count() == 1, "{ended:?}");
        }
    }
    let log = database.folder().join("scheduled_messages.log");
    assert!(
        !std::fs::read_to_string(log)
            .unwrap_or_default()
            .contains("zk7q")
    );
}

#[test]
fn an_encoded_password_reaches_the_server() {
    let Some(database) = Database::postgres() else {
        return;
    };
    // The private server trusts everybody who knows a name.
    let url = format!("{}&password=p%40ss%231%25", database.url());
    let program = Program::without_settings(&database).set("DATABASE_URL", &url);
    let ended = program.run(&["migrate"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let stranger = database.url().replace("user=messages", "user=inconnu");
    let ended = program.set("DATABASE_URL", &stranger).run(&[]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(
        ended.stderr.contains("DATABASE_URL") && ended.stderr.contains("inconnu"),
        "{ended:?}"
    );
}
