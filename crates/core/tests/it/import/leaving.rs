//! Last year's directory, then this year's.

use super::{HEAD, import_lines, try_import};
use crate::harness::School;
use messages_core::import::{Error, Imported, Options, Source};
use messages_testing::db::Database;
use messages_testing::stories;
use std::fmt::Write as _;

stories!(
    who_is_not_in_the_file_is_counted_and_stays,
    who_is_not_in_a_complete_file_leaves,
    more_than_a_third_leave_only_if_it_is_meant,
    a_child_who_is_not_in_a_complete_file_is_unlinked,
);

fn lines(ids: impl Iterator<Item = i64>) -> String {
    ids.fold(String::new(), |mut lines, id| {
        writeln!(lines, "{id};Nom{id};;0612{id:06};;;;{id};E{id};;1;6e A").unwrap();
        lines
    })
}

fn complete(school: &School<'_>, lines: &str, oui: bool, essai: bool) -> Result<Imported, Error> {
    let options = Options {
        complet: true,
        oui,
        essai,
        ..Options::default()
    };
    try_import(
        school,
        &Source::of("p.csv", format!("{HEAD}{lines}")),
        options,
    )
}

fn who_is_not_in_the_file_is_counted_and_stays(database: &Database) {
    let school = School::new(database);
    assert_eq!(import_lines(&school, &lines(1..101)).absents, 0);
    let imported = import_lines(&school, &lines(12..101));
    assert_eq!(
        (imported.absents, imported.presents, imported.partis),
        (11, 100, 0)
    );
    assert_eq!(school.count("parents", "parti_le IS NULL"), 100);
}

fn who_is_not_in_a_complete_file_leaves(database: &Database) {
    let school = School::new(database);
    import_lines(&school, &lines(1..101));
    let tried = complete(&school, &lines(12..101), false, true).unwrap();
    assert_eq!((tried.absents, tried.partis), (11, 11));
    assert_eq!(
        school.count("parents", "parti_le IS NOT NULL"),
        0,
        "a rehearsal"
    );
    let imported = complete(&school, &lines(12..101), false, false).unwrap();
    assert_eq!((imported.absents, imported.partis), (11, 11));
    assert_eq!(
        school.count("parents", "parti_le IS NOT NULL AND id < 12"),
        11
    );
    // Named again, they are back.
    let imported = import_lines(&school, &lines(1..3));
    assert_eq!(imported.changements.revenus, 2);
    assert_eq!(school.count("parents", "parti_le IS NOT NULL"), 9);
}

fn more_than_a_third_leave_only_if_it_is_meant(database: &Database) {
    let school = School::new(database);
    import_lines(&school, &lines(1..31));
    let refused = complete(&school, &lines(1..10), false, false);
    assert!(
        matches!(
            refused,
            Err(Error::Many {
                absents: 21,
                presents: 30
            })
        ),
        "{refused:?}"
    );
    assert_eq!(school.count("parents", "parti_le IS NOT NULL"), 0);
    assert!(
        complete(&school, &lines(1..10), false, true)
            .unwrap()
            .plus_du_tiers
    );
    assert_eq!(
        complete(&school, &lines(1..10), true, false)
            .unwrap()
            .partis,
        21
    );
    assert_eq!(
        complete(&school, &lines(1..7), false, false)
            .unwrap()
            .partis,
        3
    );
}

fn a_child_who_is_not_in_a_complete_file_is_unlinked(database: &Database) {
    let school = School::new(database);
    import_lines(&school, "1;A;;;;;;5;E;F;1;6e A\n1;A;;;;;;6;E;G;2;5e B\n");
    complete(&school, "1;A;;;;;;5;E;F;1;6e A\n", false, false).unwrap();
    assert_eq!(school.count("parents_etudiants", "etudiant = 6"), 0);
    // Silence about children unlinks none.
    complete(&school, "1;A;;;;;;;;;;\n", false, false).unwrap();
    assert_eq!(school.count("parents_etudiants", "etudiant = 5"), 1);
}
