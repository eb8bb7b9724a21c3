//! A Maildir: what came is read once, whatever ends the program.

use super::{key, report, sent, states};
use crate::program::Program;
use messages_testing::db::Database;
use messages_testing::stories;
use std::fs;
use std::path::{Path, PathBuf};

stories!(
    what_came_is_read_and_put_away,
    a_program_that_dies_at_any_place_loses_nothing,
);

fn made(program: &Program<'_>) -> PathBuf {
    let folder = program.database.folder().join("retours");
    for name in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    folder
}

fn names(folder: &Path, name: &str) -> Vec<String> {
    let files = fs::read_dir(folder.join(name)).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn what_came_is_read_and_put_away(database: &Database) {
    let (program, _relay) = sent(database, 3, &[]);
    let folder = made(&program);
    let place = folder.to_str().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.join("new").join(name), text).unwrap();
    put("1.a", &report(&key(&program, 1), "failed", "5.1.1"));
    put("2.b", &report(&key(&program, 2), "delayed", "4.2.0"));
    put(
        "3.c:2,",
        &report(&format!("{}.9", "0".repeat(32)), "failed", "5.1.1"),
    );
    put(
        "4.d",
        "From: parent@exemple.example\r\nSubject: Merci\r\n\r\nMerci !\r\n",
    );
    let ended = program.run(&["bounces", "--maildir", place]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        ended.stdout,
        "4 messages lus : 1 non remis, 1 encore en route, 1 d'ailleurs, 1 qui n'est pas un retour.\n"
    );
    assert!(
        ended
            .stderr
            .contains("1 retour d'e-mails qui ne sont pas partis d'ici"),
        "{ended:?}"
    );
    assert_eq!(names(&folder, "new"), [""; 0]);
    assert_eq!(
        names(&folder, "cur"),
        ["1.a:2,S", "2.b:2,S", "3.c:2,S", "4.d:2,S"]
    );
    assert_eq!(
        states(&program),
        [
            "envoye non_remis 5.1.1",
            "envoye en_cours 4.2.0",
            "envoye inconnue"
        ]
    );
    let again = program.run(&["bounces", "--maildir", place, "--quiet"]);
    assert_eq!(
        (again.code, again.stdout.as_str(), again.stderr.as_str()),
        (0, "", "")
    );
    let none = program.run(&["bounces", "--maildir", "ailleurs"]);
    assert_eq!(none.code, 1);
    assert!(
        none.stderr.contains("ailleurs n'est pas un Maildir"),
        "{none:?}"
    );
    let tried = program.run(&["bounces", "--dry-run", "--maildir", place]);
    assert_eq!(tried.code, 2);
}

fn a_program_that_dies_at_any_place_loses_nothing(database: &Database) {
    let (program, _relay) = sent(database, 4, &[]);
    let folder = made(&program);
    let place = folder.to_str().unwrap();
    for envoi in 1..=4 {
        let text = report(&key(&program, envoi), "failed", "5.1.1");
        fs::write(folder.join("new").join(format!("{envoi}.x")), text).unwrap();
    }
    for (failpoint, read) in [
        ("remise_commit:1", 1),
        ("remise_committed:0", 1),
        ("remise_committed:1", 2),
    ] {
        let dying = program.clone().set("FAILPOINT", failpoint);
        assert_eq!(
            dying.run(&["bounces", "--maildir", place]).code,
            -1,
            "{failpoint}"
        );
        assert_eq!(names(&folder, "cur").len(), read, "{failpoint}");
    }
    assert_eq!(program.run(&["bounces", "--maildir", place]).code, 0);
    assert_eq!(names(&folder, "cur").len(), 4);
    assert_eq!(states(&program), ["envoye non_remis 5.1.1"; 4]);
    program.verify();
}
