//! PostgreSQL's own tools, by the lines that the program says.

use super::{done, due, gateway, held, school};
use crate::program::Program;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use std::process::Command;

/// The indented lines of what was said.
fn lines(said: &str) -> Vec<String> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("  "));
    lines.map(str::to_owned).collect()
}

fn shell(program: &Program<'_>, line: &str) {
    let mut shell = Command::new("sh");
    let shell = shell
        .args(["-ec", line])
        .current_dir(program.database.folder());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
}

/// What the program says that one has to run.
fn told(program: &Program<'_>, arguments: &[&str]) -> Vec<String> {
    let ended = program.run(arguments);
    assert_eq!(ended.code, 1, "nothing was done: {ended:?}");
    assert!(!ended.stderr.contains("secret"), "{ended:?}");
    lines(&ended.stderr)
}

fn whole(database: &Database) -> String {
    database
        .url()
        .replace("postgres://messages@", "postgres://messages:secret@")
}

#[test]
fn a_dump_that_is_put_into_another_database_is_a_copy() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    let gateway = gateway();
    let program = school(&database, &gateway).set("DATABASE_URL", &whole(&database));
    done(&program, &[]);
    let id = due(&program);
    let file = "l'été à Noël.dump";
    let dump = told(&program, &["backup", file]);
    assert_eq!(dump.len(), 1, "{dump:?}");
    shell(&program, &dump[0]);
    assert_eq!(super::mode(&database.folder().join(file)), 0o600);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    for line in told(&program, &["restore", file]) {
        shell(&program, &line);
    }
    let url = whole(&database).replace("/postgres", "/messages_restauree");
    let restored = program.clone().set("DATABASE_URL", &url);
    let said = held(&restored);
    assert!(
        said.contains("une copie") && said.contains("2 destinataires"),
        "{said}"
    );
    done(&restored, &["resume", "--skip", &id.to_string()]);
    done(&restored, &[]);
    // The old one is still what it was.
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2, "sent twice");
    restored.verify();
}

#[test]
fn a_dump_that_is_put_back_into_the_same_database_went_back_in_time() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::in_server(&cluster.url());
    let gateway = gateway();
    let program = school(&database, &gateway);
    done(&program, &[]);
    due(&program);
    for line in told(&program, &["backup", "b.dump"]) {
        shell(&program, &line);
    }
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    let url = cluster.url();
    shell(
        &program,
        &format!("pg_restore --clean --if-exists --dbname={url} b.dump"),
    );
    assert!(held(&program).contains("revenue en arrière"));
    done(&program, &["resume", "--none"]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2, "sent twice");
    program.verify();
}
