//! What is not said changes nothing.

use super::{HEAD, import_bytes, import_lines, parents, told, try_import};
use crate::harness::School;
use messages_core::import::{Options, Source};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    an_opt_out_is_never_taken_back_by_silence,
    a_new_parent_gets_sms_and_no_email_unless_it_is_said,
    the_whole_file_says_that_emails_are_wanted,
    empty_cells_and_missing_columns_keep_and_a_dash_empties,
    a_switch_that_nobody_understands_opts_nobody_in,
    whoever_says_no_once_is_not_written_to,
    links_that_are_not_named_stay,
    a_rehearsal_writes_nothing,
);

const KNOWN: &str = "1;Traoré;Awa;0612345601;awa@exemple.example;non;non;5;Traoré;Issa;1;6e A\n\
                     2;Dupont;Jean;0612345602;jean@exemple.example;oui;oui;6;Dupont;Zoé;1;6e A\n";

fn an_opt_out_is_never_taken_back_by_silence(database: &Database) {
    let school = School::new(database);
    import_lines(&school, KNOWN);
    let before = parents(&school);
    for silent in [
        "parent_id;nom;prenom;telephone;email;etudiant_id;etudiant_nom;classe_id;classe\n1;Traoré;Awa;0612345601;awa@exemple.example;5;Traoré;1;6e A\n".to_owned(),
        format!("{HEAD}1;Traoré;Awa;0612345601;awa@exemple.example;;;5;Traoré;Issa;1;6e A\n"),
        "parent_id\n1\n".to_owned(),
    ] {
        import_bytes(&school, silent);
        assert_eq!(parents(&school), before);
    }
}

fn a_new_parent_gets_sms_and_no_email_unless_it_is_said(database: &Database) {
    let school = School::new(database);
    let imported = import_lines(
        &school,
        "1;A;;;;;;;;;;\n2;B;;;;non;oui;;;;;\n3;C;;;;oui;x;;;;;\n",
    );
    let switches: Vec<String> = parents(&school)
        .iter()
        .map(|row| row[row.len() - 7..].to_owned())
        .collect();
    assert_eq!(switches, ["oui|non", "non|oui", "oui|oui"]);
    assert_eq!(imported.sans_notifications_email, 1);
}

fn the_whole_file_says_that_emails_are_wanted(database: &Database) {
    let school = School::new(database);
    let source = Source::of(
        "p.csv",
        "parent_id;nom;notifications_email\n1;A;\n2;B;non\n",
    );
    let options = Options {
        notifications_email: Some(true),
        ..Options::default()
    };
    let imported = try_import(&school, &source, options).unwrap();
    assert_eq!(imported.sans_notifications_email, 1);
    assert_eq!(school.count("parents", "notifications_email AND id = 1"), 1);
}

fn empty_cells_and_missing_columns_keep_and_a_dash_empties(database: &Database) {
    let school = School::new(database);
    import_lines(&school, KNOWN);
    import_bytes(
        &school,
        "parent_id;nom;telephone;email\n1;;-;\n2;Durand;;-\n",
    );
    assert_eq!(
        parents(&school),
        [
            "1|Traoré|Awa||awa@exemple.example|non|non",
            "2|Durand|Jean|0612345602||oui|oui",
        ]
    );
}

fn a_switch_that_nobody_understands_opts_nobody_in(database: &Database) {
    let school = School::new(database);
    import_lines(&school, KNOWN);
    let imported = import_lines(
        &school,
        "2;;;;;peut-être;;;;;;\n3;Neuf;;;;peut-être;;;;;;\n",
    );
    assert_eq!(
        told(&imported),
        [
            "2 notifications_sms illisible",
            "3 notifications_sms illisible"
        ]
    );
    assert_eq!(school.count("parents", "notifications_sms AND id = 2"), 1);
    assert_eq!(
        school.count("parents", "NOT notifications_sms AND id = 3"),
        1
    );
}

fn whoever_says_no_once_is_not_written_to(database: &Database) {
    let school = School::new(database);
    let imported = import_lines(
        &school,
        "1;A;;0612345601;;oui;;5;E;F;1;6e A\n1;A;;0612345602;;non;;6;E;G;1;6e A\n",
    );
    assert_eq!(
        told(&imported),
        [
            "3 telephone contradiction",
            "3 notifications_sms contradiction"
        ]
    );
    assert_eq!(parents(&school), ["1|A||0612345601||non|non"]);
}

fn links_that_are_not_named_stay(database: &Database) {
    let school = School::new(database);
    import_lines(&school, KNOWN);
    import_lines(&school, "1;Traoré;Awa;;;;;7;Traoré;Fanta;1;6e A\n");
    import_bytes(&school, "parent_id;nom\n1;Traoré\n");
    assert_eq!(school.count("parents_etudiants", "parent = 1"), 2);
}

fn a_rehearsal_writes_nothing(database: &Database) {
    let school = School::new(database);
    let source = Source::of("p.csv", format!("{HEAD}{KNOWN}"));
    let options = Options {
        essai: true,
        ..Options::default()
    };
    let imported = try_import(&school, &source, options).unwrap();
    assert_eq!(
        (imported.parents, imported.changements.parents.ajoutes),
        (2, 2)
    );
    for table in ["parents", "etudiants", "classes"] {
        assert_eq!(school.count(table, "1 = 1"), 0);
    }
}
