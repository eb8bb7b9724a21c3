//! Every kind of file that offices hand over.

use super::{HEAD, class, import_bytes, import_lines, parents, told, try_import};
use crate::harness::School;
use messages_core::import::{self, Error, Options, Source};
use messages_testing::db::Database;
use rust_xlsxwriter::Workbook;
use std::fmt::Write;

/// A school in a file of its own.
macro_rules! school {
    ($database:ident, $school:ident) => {
        let $database = Database::sqlite();
        let $school = School::new(&$database);
    };
}

const ONE: &str = "1;Traoré;Awa;0612345601;awa@exemple.example;oui;oui;5;Traoré;Issa;1;6e A\n";
const KEPT: &str = "1|Traoré|Awa|0612345601|awa@exemple.example|oui|oui";

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(bytes)
        .collect()
}

fn windows(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

#[test]
fn one_directory_is_the_same_in_every_encoding_and_with_every_separator() {
    let text = format!("{HEAD}{ONE}");
    let tabs = text.replace(';', "\t");
    let files = [
        text.clone().into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replace(';', ",").into_bytes(),
        format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes(),
        format!("sep=;\r\n{text}").into_bytes(),
        format!("\"sep=;\"\n{text}").into_bytes(),
        format!("sep=,\n{}", text.replace(';', ",")).into_bytes(),
        utf16(&tabs, true),
        utf16(&tabs, false),
        tabs.clone().into_bytes(),
        windows(&tabs),
        windows(&text),
    ];
    for (n, file) in files.into_iter().enumerate() {
        school!(database, school);
        let imported = import_bytes(&school, file);
        assert_eq!(parents(&school), [KEPT], "file {n}");
        assert_eq!(imported.remarques, [], "file {n}");
    }
}

#[test]
fn lines_are_told_as_a_spreadsheet_numbers_them() {
    for end in ["\n", "\r\n", "\r"] {
        school!(database, school);
        let lines =
            format!("{HEAD}{ONE}\n2;B;;x12;;;;;;;;\n3;\"C\nD\";;;;;;;;;;\n4;E;;x13;;;;;;;;\n");
        let imported = import_bytes(&school, lines.replace('\n', end));
        assert_eq!(
            told(&imported),
            [
                "4 telephone numero",
                "5 nom caractere",
                "6 telephone numero"
            ],
            "{end:?}"
        );
        assert_eq!(school.count("parents", "nom = 'C D'"), 1);
    }
}

#[test]
fn a_line_in_another_encoding_is_told_and_the_others_are_right() {
    for (byte, nom) in [(b"\xe9", "Zoré"), (b"\x96", "Zor–")] {
        school!(database, school);
        let mut file = HEAD.as_bytes().to_vec();
        for id in 1..100 {
            file.extend(format!("{id};Traoré;Awa{id};;;;;;;;;\n").bytes());
        }
        file.extend(b"100;Zor");
        file.extend(byte);
        file.extend(b";Lo;;;;;;;;;\n");
        let imported = import_bytes(&school, file);
        assert_eq!(told(&imported), ["101 nom encodage"]);
        assert_eq!(school.count("parents", "nom = 'Traoré'"), 99);
        assert_eq!(school.count("parents", &format!("nom = '{nom}'")), 1);
    }
}

#[test]
fn letters_of_iso_8859_15_are_right_or_told() {
    school!(database, school);
    import_bytes(
        &school,
        b"parent_id;nom\n1;LEC\xbcUR\n2;s\xbdur\n3;Traor\xe9\n",
    );
    let names = school
        .database
        .texts("SELECT nom AS v FROM parents ORDER BY id");
    assert_eq!(names, ["LECŒUR", "sœur", "Traoré"]);
    school!(database, school);
    let imported = import_bytes(&school, b"parent_id;nom\n1;LEC\xbcUR\n2;l\x92\xe9cole\n");
    assert_eq!(told(&imported), ["2 nom encodage"]);
}

#[test]
fn letters_that_were_broken_before_are_told() {
    school!(database, school);
    let imported = import_bytes(
        &school,
        "parent_id;nom\n1;TraorÃ©\n2;Traor\u{fffd}\n3;Traoré\n",
    );
    assert_eq!(told(&imported), ["2 nom encodage", "3 nom encodage"]);
    assert_eq!(imported.parents, 3);
}

#[test]
fn short_lines_and_nameless_columns_are_no_fault() {
    school!(database, school);
    let imported = import_bytes(
        &school,
        "parent_id;nom;prenom;telephone;;;\n1;Traoré\n2;Dupont;Jean;;;;\n\n;;;\n3;Ndiaye;Fatou;0612345603;;;\n",
    );
    assert_eq!((imported.parents, imported.remarques), (3, Vec::new()));
}

#[test]
fn control_characters_in_a_cell_become_a_blank_and_are_told() {
    school!(database, school);
    let imported = import_lines(
        &school,
        "1;\"A\nB\";\"C\tD\";0612345601\u{7};;;;;;;;\n2;\u{1b}[31mE;;;;;;;;;;\n",
    );
    assert_eq!(
        told(&imported),
        [
            "2 nom caractere",
            "2 prenom caractere",
            "2 telephone caractere",
            "3 nom caractere"
        ]
    );
    assert_eq!(school.count("parents", "nom = 'A B' AND prenom = 'C D'"), 1);
    assert!(
        imported
            .remarques
            .iter()
            .all(|told| !told.to_string().contains(char::is_control))
    );
}

#[test]
fn columns_have_the_names_that_offices_give_them() {
    school!(database, school);
    let imported = import_bytes(
        &school,
        "Adresse;N° élève;NOM;Prénom;Téléphone portable;Adresse e-mail;Classe;Nom de l'élève;Code postal\n\
         1 rue X;P00123;Traoré;Awa;0612345601;awa@exemple.example;6e A;Traoré;75000\n",
    );
    assert_eq!(
        parents(&school),
        ["1|Traoré|Awa|0612345601|awa@exemple.example|oui|non"]
    );
    assert_eq!(class(&school, "6e A"), ["Traoré"]);
    assert_eq!(told(&imported), ["1  colonne"]);
    assert_eq!(
        imported.remarques[0].to_string(),
        "ligne 1 : colonnes non reprises : Code postal"
    );
}

#[test]
fn identifiers_that_are_texts_are_kept_beside_the_number() {
    school!(database, school);
    let lines = "P00123;A;;;;;;1234567890A;E;F;6A;6e A\n\
                 {6F9619FF-8B86-D011-B42D-00C04FC964FF};B;;;;;;0123;E;G;6A;\n\
                 7;C;;;;;;8;E;H;9;5e B\n";
    import_lines(&school, lines);
    import_lines(&school, lines);
    assert_eq!(school.count("parents", "1 = 1"), 3);
    assert_eq!(school.count("parents", "id = 7 AND identifiant IS NULL"), 1);
    assert_eq!(
        school.count("parents", "identifiant = 'P00123' AND id = 8"),
        1
    );
    assert_eq!(
        school.count("etudiants", "identifiant IN ('1234567890A', '0123')"),
        2
    );
    assert_eq!(class(&school, "6e A"), ["A", "B"]);
    // The web app's next number comes after them.
    import_bytes(&school, "nom\nNeuf\n");
    assert_eq!(school.count("parents", "id = 10"), 1);
}

#[test]
fn a_class_is_found_by_its_name_within_the_school_year() {
    school!(database, school);
    database.execute(
        "INSERT INTO classes (id, nom, annee_scolaire) VALUES (1, '6e A', '2025-2026'), (2, '6e A', '2026-2027')",
    );
    import_bytes(
        &school,
        "parent_id;nom;etudiant_id;etudiant_nom;classe\n1;A;5;E;6E a\n",
    );
    assert_eq!(school.count("etudiants", "classe = 2"), 1);
    import_bytes(
        &school,
        "parent_id;nom;etudiant_id;etudiant_nom;classe;Année scolaire\n1;A;5;E;6e A;2025-2026\n2;B;6;F;5e C;2026-2027\n",
    );
    assert_eq!(school.count("etudiants", "classe = 1"), 1);
    assert_eq!(
        school.count(
            "classes",
            "nom = '5e C' AND annee_scolaire = '2026-2027' AND id = 3"
        ),
        1
    );
    assert_eq!(school.count("classes", "1 = 1"), 3);
}

#[test]
fn parents_without_pupils_and_pupils_without_or_with_two_classes_are_taken() {
    school!(database, school);
    let imported = import_lines(
        &school,
        "1;A;;0612345601;;;;;;;;\n2;B;;;;;;5;E;F;;\n3;C;;;;;;6;G;H;1;6e A\n3;C;;;;;;6;G;H;2;Latin\n",
    );
    assert_eq!(
        (imported.parents, imported.etudiants, imported.classes),
        (3, 2, 2)
    );
    assert_eq!(told(&imported), ["5 classe contradiction"]);
    assert_eq!(school.count("etudiants", "classe IS NULL"), 1);
}

#[test]
fn two_classes_of_one_name_are_told_and_kept_apart() {
    school!(database, school);
    let lines = "1;A;;;;;;5;E;;1;6e A\n2;B;;;;;;6;F;;2;6e A\n3;C;;;;;;7;G;;LAT;6e A\n";
    for _ in 0..2 {
        let imported = import_lines(&school, lines);
        assert_eq!(told(&imported), ["3 classe homonyme", "4 classe homonyme"]);
        let names = database.texts("SELECT nom AS v FROM classes ORDER BY id");
        assert_eq!(names, ["6e A", "6e A (2)", "6e A (LAT)"]);
    }
    assert_eq!(class(&school, "6e A"), ["A"]);
    // One that is not in the file keeps its name too, and those of the file may exchange theirs.
    let imported = import_lines(&school, "4;D;;;;;;8;H;;4;6e A (2)\n");
    assert_eq!(told(&imported), ["2 classe homonyme"]);
    let imported = import_lines(&school, "1;A;;;;;;5;E;;1;6e A (2)\n2;B;;;;;;6;F;;2;6e A\n");
    assert_eq!(told(&imported), [""; 0]);
    assert_eq!(class(&school, "6e A"), ["B"]);
}

#[test]
fn relation_and_address_are_kept_for_the_web_app() {
    school!(database, school);
    import_bytes(
        &school,
        "parent_id;nom;Lien de parenté;Adresse\n1;A;Mère;1 rue Haute\n2;B;PAPA;\n3;C;Tutrice;-\n4;D;oncle;\n5;E;;\n",
    );
    let kept = database.texts("SELECT relation || ' ' || adresse AS v FROM parents ORDER BY id");
    assert_eq!(
        kept,
        ["mère 1 rue Haute", "père ", "tuteur ", "autre ", "autre "]
    );
    import_bytes(&school, "parent_id;nom\n1;A\n");
    assert_eq!(
        school.count("parents", "relation = 'mère' AND adresse <> ''"),
        1
    );
}

#[test]
fn switches_are_said_in_many_words() {
    school!(database, school);
    let words = [
        "oui", "non", "o", "n", "yes", "no", "y", "N", "vrai", "faux", "TRUE", "false", "1", "0",
        "x", "",
    ];
    let mut lines = String::new();
    for (id, word) in (1..).zip(words) {
        writeln!(lines, "{id};A{id};;;;;{word};;;;;").unwrap();
    }
    let imported = import_lines(&school, &lines);
    assert_eq!(imported.remarques, []);
    let on = school
        .database
        .texts("SELECT CAST(id AS TEXT) AS v FROM parents WHERE notifications_email ORDER BY id");
    assert_eq!(on, ["1", "3", "5", "7", "9", "11", "13", "15"]);
}

#[test]
fn shared_and_invented_numbers_are_told() {
    school!(database, school);
    let mut lines = String::new();
    for (id, number) in (1..).zip([
        "33612300000",
        "33612300000",
        "33612300000",
        "0600000000",
        "0606060606",
        "0612345601",
        "06 12 34 56 01",
        "+33612345601",
        "0612345601",
        "0698765432",
        "0698765432",
    ]) {
        writeln!(lines, "{id};A{id};;{number};;;;{id};E{id};;1;6e A").unwrap();
    }
    // One family of four.
    for id in 21..25 {
        writeln!(lines, "{id};F;P{id};0687654321;;;;99;F;;1;6e A").unwrap();
    }
    let imported = import_lines(&school, &lines);
    assert_eq!(
        told(&imported),
        ["2", "3", "4", "5", "6", "7"].map(|line| format!("{line} telephone partage"))
    );
    assert_eq!(
        imported.remarques[5].to_string(),
        "ligne 7, colonne telephone : numéro partagé par 4 familles"
    );
    assert_eq!(imported.sans_telephone, 0);
}

#[test]
fn a_second_value_in_a_cell_is_told() {
    school!(database, school);
    let imported = import_lines(
        &school,
        "1;A;;0612345678 / 0798765432;papa@exemple.fr, maman@exemple.fr;;;5;E;F;;6e A\n",
    );
    assert_eq!(told(&imported), ["2 telephone numero", "2 email adresse"]);
    assert_eq!((imported.sans_telephone, imported.sans_email), (0, 0));
}

#[test]
fn what_a_spreadsheet_spoilt_is_told_and_not_believed() {
    school!(database, school);
    let imported = import_lines(
        &school,
        "1;A;;3,36123E+10;;;;5;E;F;;06-janv\n2;B;;;;;;6;E;G;;3,00E+01\n3;C;;;#REF!;;;7;E;H;;#REF!\n4;D;;;;;;8;E;I;;3E2\n",
    );
    assert_eq!(
        told(&imported),
        [
            "2 telephone abime",
            "2 classe abime",
            "3 classe abime",
            "4 email abime",
            "4 classe abime",
        ]
    );
    assert_eq!(school.count("etudiants", "classe IS NULL"), 3);
    assert_eq!(class(&school, "3E2"), ["D"]);
}

#[test]
fn people_without_an_identifier_are_found_by_name() {
    school!(database, school);
    import_lines(&school, ONE);
    let list = "Nom;Prénom;Portable;Classe\nTRAORÉ;Awa;0698765432;6e A\nMartin;Luc;0612345602;6e A\nMartin;Luc;0612345603;5e B\n";
    for _ in 0..2 {
        let imported = import_bytes(&school, list);
        assert_eq!(told(&imported), ["4  homonyme"]);
        assert_eq!(school.count("parents", "1 = 1"), 3);
    }
    assert_eq!(
        school.count(
            "parents",
            "id = 1 AND telephone = '0698765432' AND notifications_email"
        ),
        1
    );
    assert_eq!(class(&school, "5e B"), ["Martin"]);
}

#[test]
fn a_name_that_is_written_otherwise_stays_as_it_is() {
    let database = Database::sqlite();
    let school = School::new(&database);
    import_lines(
        &school,
        "1;TRAORÉ;Élodie;0612345678;;;;1;Traoré;Zoé;1;5e B\n",
    );
    let head = "nom;prenom;telephone;etudiant_nom;etudiant_prenom;classe\n";
    let again = import_bytes(
        &school,
        format!(
            "{head}Traore;ELODIE;0612345679;TRAORE;zoe;5ème B\nKoné;Awa;0612345670;Koné;Ali;5EME B\n"
        ),
    );
    assert_eq!(told(&again), [""; 0]);
    assert_eq!(
        parents(&school),
        [
            "1|TRAORÉ|Élodie|0612345679||oui|non",
            "2|Koné|Awa|0612345670||oui|non"
        ]
    );
    let pupils = database.texts("SELECT nom || ' ' || prenom AS v FROM etudiants ORDER BY id");
    assert_eq!(pupils, ["Traoré Zoé", "Koné Ali"]);
    assert_eq!(class(&school, "5e B"), ["Koné", "TRAORÉ"]);
    assert_eq!(again.changements.classes.ajoutes, 0);
}

#[test]
fn workbooks_are_read_whatever_kind_their_cells_are_of() {
    school!(database, school);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip([
        "parent_id",
        "Nom",
        "Téléphone",
        "notifications_email",
        "etudiant_id",
        "etudiant_nom",
        "classe",
    ]) {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write(1, 0, 1).unwrap();
    sheet.write(1, 1, "Traoré").unwrap();
    sheet.write(1, 2, 612_345_601.0).unwrap();
    sheet.write(1, 3, true).unwrap();
    sheet.write(1, 4, "P001").unwrap();
    sheet.write(1, 5, "Traoré").unwrap();
    sheet.write(1, 6, "6e A").unwrap();
    sheet.write(3, 0, 2).unwrap();
    sheet.write(3, 1, "Dupont").unwrap();
    sheet.write(3, 2, "06 12 34 56 02").unwrap();
    book.add_worksheet().write(0, 0, "autre").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let imported = import_bytes(&school, bytes);
    assert_eq!(imported.remarques, []);
    assert_eq!(
        parents(&school),
        [
            "1|Traoré||612345601||oui|oui",
            "2|Dupont||06 12 34 56 02||oui|non"
        ]
    );
    assert_eq!(imported.sans_telephone, 0);
    assert_eq!(class(&school, "6e A"), ["Traoré"]);
}

#[test]
fn what_is_no_directory_is_refused_in_one_sentence() {
    school!(database, school);
    for (bytes, word) in [
        (b"PK\x03\x04 not a workbook".as_slice(), "archive ZIP"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table><tr><td>nom</td></tr></table></html>", "HTML"),
        (b"", "vide"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "classeur"),
        (b"1;Traor\xe9;Awa\n2;Dupont;Jean\n", "colonnes"),
        (b"parent_id;nom\n", "ligne"),
        (b"<?xml version=\"1.0\"?><autre/>", "SIECLE"),
        (b"<?xml version=\"1.0\"?><autre>", "XML"),
    ] {
        let outcome = try_import(&school, &Source::of("x.xls", bytes), Options::default());
        let Err(Error::File(text)) = outcome else {
            panic!("{word}: {outcome:?}");
        };
        assert!(text.contains(word) && text.lines().count() == 1, "{text}");
        assert!(!text.contains("Traor"), "{text}");
    }
}

#[test]
fn an_endless_line_is_bounded() {
    school!(database, school);
    let long = "x".repeat(10_000_000);
    let imported = import_lines(
        &school,
        &format!("1;{long};;;;;;;;;;\n2;\"{long};;;\n3;C;;;;;;;;;;\n"),
    );
    assert_eq!(
        told(&imported),
        [
            "2 nom long",
            "2 nom manque",
            "3  guillemet",
            "3 nom long",
            "3 nom manque"
        ]
    );
    assert_eq!(school.count("parents", "nom = 'C'"), 1);
    assert!(
        imported
            .remarques
            .iter()
            .all(|told| told.cellule.len() <= 300)
    );
}

#[test]
fn the_report_is_a_table_for_the_office_with_the_cells() {
    school!(database, school);
    let imported = import_lines(&school, "1;A;;+331;=x@;;;;;;;\n");
    let report = String::from_utf8(import::report(&imported.remarques)).unwrap();
    assert_eq!(
        report,
        "\u{feff}ligne;colonne;genre;remarque;cellule\r\n\
         2;telephone;numero;numéro de téléphone inutilisable;'+331\r\n\
         2;email;adresse;adresse e-mail inutilisable;'=x@\r\n"
    );
}

#[test]
fn a_mobile_counts_before_the_land_line_of_another_column() {
    school!(database, school);
    import_bytes(
        &school,
        "nom;prenom;portable;domicile\n\
         Traoré;Awa;01 42 34 56 78;06 12 34 56 01\n\
         Diop;Ali;0612345602;0612345603\n\
         Ba;Ibra;;0142345678\n",
    );
    let numbers: Vec<String> = parents(&school)
        .iter()
        .filter_map(|parent| parent.split('|').nth(3).map(str::to_owned))
        .collect();
    assert_eq!(numbers, ["06 12 34 56 01", "0612345602", "0142345678"]);
}

#[test]
fn beside_the_name_of_the_parent_a_mere_name_is_the_pupils() {
    school!(database, school);
    import_bytes(
        &school,
        "Nom resp. légal 1;Prénom resp. légal 1;Mobile responsable 1;Nom;Prénom;Classe\n\
         Traoré;Awa;0612345601;Diop;Issa;6e A\n",
    );
    let shown = parents(&school);
    assert!(
        matches!(shown.as_slice(), [one] if one.contains("|Traoré|Awa|0612345601|")),
        "{shown:?}"
    );
    assert_eq!(class(&school, "6e A").len(), 1);
}
