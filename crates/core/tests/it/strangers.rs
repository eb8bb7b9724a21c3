//! What strangers write, in endless variety: none of it may make the program fail (S10).

mod laws;

use crate::harness::School;
use messages_core::config::{Config, Vars};
use messages_core::import::{self, Options, Source};
use messages_testing::db::Database;
use messages_testing::figures::amount;
use proptest::prelude::*;
use std::fmt::Write as _;

/// So many texts of each kind.
fn cases(ci: u32, full: u32) -> ProptestConfig {
    ProptestConfig {
        cases: amount(ci, full),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Anything, and what looks nearly right.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9+ ().\u{a0}-]{0,24}",
        r"(\+|00)?[0-9]{1,3} ?(\(0\))?[0-9 ]{6,14}",
        r"0[67]( ?[0-9]{2}){4}",
    ]
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r#"[a-zA-Z0-9.+"'é @-]{0,12}@[a-zA-Z0-9.é\[-]{0,12}\.[a-z]{0,4}"#,
        "[a-zA-Z0-9.+-]{1,80}@([a-z0-9-]{1,70}\\.){1,4}[a-z]{2,3}",
    ]
}

proptest! {
    #![proptest_config(cases(2_000, 100_000))]

    #[test]
    fn a_number_is_e164_and_reads_as_itself(typed in number()) {
        laws::number(&typed);
    }

    #[test]
    fn an_address_is_one_plain_line_and_reads_as_itself(typed in address()) {
        laws::address(&typed);
    }

    #[test]
    fn an_sms_costs_what_its_letters_take(
        text in prop_oneof![any::<String>(), "[a-z€é\\[]{0,700}", "[a-zê😀’]{0,400}"],
    ) {
        laws::sms(&text);
    }

    #[test]
    fn an_instant_that_was_read_is_written_and_read_again(
        text in prop_oneof![
            any::<String>(),
            "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|[+-][0-2][0-9]:[0-5][0-9])",
        ],
    ) {
        laws::instant(&text);
    }

    #[test]
    fn the_picture_is_all_that_is_added_to_an_html(html in any::<String>()) {
        laws::picture(&html);
        laws::picture(&format!("<html><body>{html}</body></html>"));
    }
}

const HEAD: &str = "parent_id,nom,prenom,telephone,email,notifications_sms,notifications_email,etudiant_id,etudiant_nom,etudiant_prenom,classe_id,classe";

/// Names, quotes, separators and line ends, in any order.
fn lines() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-zé,;\"\n\r =+]{0,300}",
        r#"([0-9]{1,19},"?[a-zé"]{0,5}"?,[a-z]{0,3},[0-9]{0,10},[a-z@.]{0,6},(oui|non|x)?,(oui|non)?,[0-9]{1,3},T,,[0-9]{0,2},6e\n){0,8}"#,
    ]
}

proptest! {
    #![proptest_config(cases(400, 20_000))]

    #[test]
    fn a_file_is_read_or_its_faults_are_told(lines in lines(), bytes in any::<Vec<u8>>()) {
        let files = [
            bytes.clone(),
            lines.clone().into_bytes(),
            format!("{HEAD}\n{lines}").into_bytes(),
            format!("{}\r\n{lines}", HEAD.replace(',', ";")).into_bytes(),
            [format!("\u{feff}{HEAD}\n").as_bytes(), &bytes].concat(),
        ];
        for file in files {
            laws::file(&file);
        }
    }

    #[test]
    fn a_directory_is_read_as_it_was_written(
        names in proptest::collection::btree_map(1i64..9_000_000, ("[A-ZÉÎa-zéèç' -]{0,20}", "[A-Za-zéïô\",;]{0,20}"), 1..20),
        semicolons in any::<bool>(),
        excel in any::<bool>(),
    ) {
        let mut file = HEAD.to_owned() + "\n";
        for (id, (nom, prenom)) in &names {
            // A name has to be there, and blanks around it are not kept.
            let (nom, prenom) = (format!("É{}", nom.trim()), prenom.trim().replace('"', "\"\""));
            writeln!(file, "{id},\"{nom}\",\"{prenom}\",,,,,5,T,,1,6e").unwrap();
        }
        if semicolons {
            file = file.lines().map(|line| separated(line) + "\n").collect();
        }
        let bytes = if excel {
            encoding_rs::WINDOWS_1252.encode(&file).0.into_owned()
        } else {
            file.into_bytes()
        };
        let database = Database::sqlite();
        let school = School::new(&database);
        let source = Source::of("annuaire.csv", bytes);
        import::import(&mut school.conn(), &source, &Options::default()).unwrap();
        let kept = database.texts("SELECT id || '/' || nom || '/' || prenom AS v FROM parents ORDER BY id");
        let written: Vec<_> = names
            .iter()
            .map(|(id, (nom, prenom))| format!("{id}/É{}/{}", nom.trim(), prenom.trim()))
            .collect();
        prop_assert_eq!(kept, written);
    }

    #[test]
    fn wrong_settings_are_told_without_the_secrets(
        values in proptest::collection::vec(prop_oneof![any::<String>(), "[a-z0-9:/@. -]{0,30}", "-?[0-9]{0,12}"], 64),
        secret in "[A-Z]{16,24}",
    ) {
        let pairs = Config::names().zip(&values).map(|(name, value)| (name.to_owned(), value.clone()));
        let mut vars = Vars::from_pairs(pairs);
        for name in ["EMAIL_HOST_PASSWORD", "SMS_API_KEY", "JWT_SIGNING_KEY", "SECRET_KEY"] {
            vars.set(name, format!("{secret}\n"));
        }
        vars.set("DATABASE_URL", format!("mysql://u:{secret}@host/db"));
        match Config::load(vars) {
            Ok(config) => {
                let hidden = !format!("{config:?}").contains(&secret);
                prop_assert!(hidden);
            }
            Err(faults) => prop_assert!(!faults.to_string().contains(&secret), "{}", faults),
        }
    }
}

/// The commas between the cells become semicolons; those inside stay.
fn separated(line: &str) -> String {
    let mut quoted = false;
    line.chars()
        .map(|c| {
            quoted ^= c == '"';
            if c == ',' && !quoted { ';' } else { c }
        })
        .collect()
}
