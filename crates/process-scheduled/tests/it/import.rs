//! `import`: what the office is told, and what it never is.

use crate::program::{Ended, Program, number};
use messages_testing::db::Database;
use messages_testing::stories;
use std::fmt::Write as _;

stories!(
    who_is_missing_and_what_is_to_be_looked_at_is_said,
    a_complete_directory_asks_before_a_third_leaves,
    a_rehearsal_tells_everything_and_writes_nothing,
    the_terminal_shows_nobody_and_obeys_nothing,
    the_report_is_the_offices_own,
    a_file_that_is_none_is_one_sentence,
);

fn import(program: &Program<'_>, file: &[u8], flags: &[&str]) -> Ended {
    let path = program.database.folder().join("p.csv");
    std::fs::write(&path, file).unwrap();
    program.run(&[&["import", path.to_str().unwrap()], flags].concat())
}

fn lines(ids: std::ops::Range<i64>) -> Vec<u8> {
    let mut text = "parent_id;nom;telephone\n".to_owned();
    for id in ids {
        writeln!(text, "{id};Nom{id};{}", number(id)).unwrap();
    }
    text.into_bytes()
}

fn who_is_missing_and_what_is_to_be_looked_at_is_said(database: &Database) {
    let program = Program::new(database);
    let first = import(&program, &lines(1..101), &[]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(
        first
            .stdout
            .contains("100 parents ne reçoivent pas d'e-mail"),
        "{}",
        first.stdout
    );
    assert!(
        first.stdout.contains("--notifications-email oui"),
        "{}",
        first.stdout
    );
    let second = import(&program, &lines(12..101), &[]);
    assert!(
        second.stdout.starts_with("11 parents de l'annuaire ne sont pas dans ce fichier : ils restent destinataires ; `import --complet` les retire.\n"),
        "{}",
        second.stdout
    );
    let said = import(&program, &lines(1..101), &["--notifications-email", "oui"]);
    assert!(!said.stdout.contains("ne reçoi"), "{}", said.stdout);
    assert_eq!(
        database
            .number("SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE notifications_email"),
        100
    );
    let deeds = "SELECT acteur || ' ' || action AS v FROM historique";
    assert_eq!(
        database.texts(deeds),
        ["ligne de commande importe"; 3],
        "one for each file"
    );
}

fn a_complete_directory_asks_before_a_third_leaves(database: &Database) {
    let program = Program::new(database);
    import(&program, &lines(1..31), &[]);
    let left = "SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE parti_le IS NOT NULL";
    let refused = import(&program, &lines(1..10), &["--complet"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("21 parents sur 30") && refused.stderr.contains("--oui"),
        "{}",
        refused.stderr
    );
    assert_eq!(database.number(left), 0);
    let meant = import(&program, &lines(1..10), &["--complet", "--oui"]);
    assert_eq!(meant.code, 0, "{meant:?}");
    assert!(meant.stdout.starts_with("21 parents"), "{}", meant.stdout);
    assert_eq!(database.number(left), 21);
}

fn a_rehearsal_tells_everything_and_writes_nothing(database: &Database) {
    let nowhere = Program::without_settings(database).set("DATABASE_URL", "sqlite://neuve.sqlite3");
    let empty = import(&nowhere, &lines(1..4), &["--dry-run"]);
    assert_eq!(empty.code, 0, "{empty:?}");
    assert!(
        empty.stdout.contains("Serait importé : 3 parents"),
        "{}",
        empty.stdout
    );
    assert!(!database.folder().join("neuve.sqlite3").exists());
    let program = Program::new(database);
    import(&program, &lines(1..31), &[]);
    let tried = import(
        &program,
        &lines(1..10),
        &["--dry-run", "--complet", "--json"],
    )
    .json();
    assert_eq!(
        (&tried["absents"], &tried["partis"], &tried["essai"]),
        (&21.into(), &21.into(), &true.into())
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE parti_le IS NULL"),
        30
    );
}

fn the_terminal_shows_nobody_and_obeys_nothing(database: &Database) {
    let program = Program::new(database);
    let mut file = "parent_id;nom;prenom;telephone;email;sur\u{1b}[31mnom\n"
        .as_bytes()
        .to_vec();
    for id in 1..60 {
        file.extend(format!("{id};Secret\u{1b}[2J\u{7};Awa;06 12 34;awa.secret@;x\n").bytes());
    }
    for flags in [&[][..], &["--json"], &["--dry-run"]] {
        let ended = import(&program, &file, flags);
        assert_eq!(ended.code, 0, "{ended:?}");
        for secret in ["\u{1b}", "\u{7}", "Secret", "secret", "06 12 34", "Awa"] {
            assert!(
                !ended.stdout.contains(secret),
                "{secret:?}: {}",
                ended.stdout
            );
            assert!(
                !ended.stderr.contains(secret),
                "{secret:?}: {}",
                ended.stderr
            );
        }
        assert!(ended.stdout.contains("telephone"), "{}", ended.stdout);
        if flags.is_empty() {
            assert!(ended.stdout.lines().count() < 40, "{}", ended.stdout);
            assert!(ended.stdout.contains("--rapport"), "{}", ended.stdout);
        }
    }
    assert!(!program.log().contains("ecret"));
}

fn the_report_is_the_offices_own(database: &Database) {
    let program = Program::new(database);
    let ended = import(
        &program,
        b"parent_id;nom;telephone\n1;A;06 12\n2;B;0612345602\n",
        &["--rapport", "r.csv"],
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    let path = database.folder().join("r.csv");
    let report = std::fs::read_to_string(&path).unwrap();
    assert!(
        report.contains("2;telephone;numero;") && report.contains(";06 12\r\n"),
        "{report}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    // A report that cannot be written is told before anything is changed.
    let ended = import(
        &program,
        b"parent_id;nom\n9;C\n",
        &["--rapport", "nulle/part.csv"],
    );
    assert_eq!(ended.code, 1);
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE id = 9"),
        0
    );
}

fn a_file_that_is_none_is_one_sentence(database: &Database) {
    let program = Program::new(database);
    for (bytes, word) in [
        (b"%PDF-1.4".as_slice(), "PDF"),
        (b"<html></html>", "HTML"),
        (b"PK\x03\x04zip", "ZIP"),
    ] {
        let ended = import(&program, bytes, &[]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
    }
    let ended = program.run(&["import", "nulle-part.csv"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("introuvable"),
        "{ended:?}"
    );
}
