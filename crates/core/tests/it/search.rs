//! What a search finds, whatever happened to the message or its parent since: the same that a look at
//! each text would find.

use crate::harness::{School, To, message, parent};
use icu_normalizer::DecomposingNormalizerBorrowed;
use messages_core::model::{Fiche, NewMessage, Parent};
use messages_core::store::annuaire::{Resource, parents};
use messages_core::store::messages::{self, Filter};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_search_follows_texts_and_names,
    every_letter_is_found_large_and_small,
    accents_may_be_left_out,
    of_many_words_the_first_count,
    what_is_everywhere_and_what_is_rare_is_found_in_order,
);

fn found(school: &School<'_>, words: &[&str]) -> Vec<i64> {
    let search = words.iter().map(|word| (*word).to_owned()).collect();
    let filter = Filter {
        search,
        ..Filter::default()
    };
    let conn = &mut school.conn();
    let ids = messages::ids(conn, &filter).unwrap();
    let count = messages::count(conn, &filter).unwrap();
    assert_eq!(usize::try_from(count), Ok(ids.len()), "{words:?}");
    ids
}

fn draft(contenu: &str, to: To) -> NewMessage {
    NewMessage {
        statut: Statut::Brouillon,
        contenu: contenu.to_owned(),
        sujet: None,
        ..message(Canal::Email, to)
    }
}

fn a_search_follows_texts_and_names(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let id = school.insert(&draft("Kermesse samedi", To::Parent(1)));
    assert_eq!(found(&school, &["kermesse"]), [id]);
    let conn = &mut school.conn();
    let edit = NewMessage {
        sujet: Some("RENTRÉE".to_owned()),
        ..draft("Réunion lundi", To::Parent(1))
    };
    let seen = messages::one(conn, id).unwrap();
    messages::update(conn, &seen, &edit).unwrap();
    assert_eq!(found(&school, &["kermesse"]), [0; 0]);
    assert_eq!(found(&school, &["réunion", "rentrée"]), [id]);
    let mut fiche = Fiche::one(conn, 1).unwrap();
    let seen = fiche.clone();
    "Ouédraogo".clone_into(&mut fiche.parent.nom);
    "Awa".clone_into(&mut fiche.parent.prenom);
    Fiche::update(conn, &seen, &fiche).unwrap();
    assert_eq!(found(&school, &["OUÉDRAOGO", "lundi"]), [id]);
    assert_eq!(found(&school, &[&seen.parent.nom]), [0; 0]);
    Fiche::delete(conn, 1).unwrap();
    assert_eq!(found(&school, &["ouédraogo"]), [0; 0]);
    assert_eq!(found(&school, &["lundi"]), [id]);
    messages::delete(conn, id).unwrap();
    assert_eq!(found(&school, &["lundi"]), [0; 0]);
    let left = database.number("SELECT CAST(count(*) AS TEXT) AS v FROM recherche");
    assert_eq!(left, 0);
}

/// Pieces of words are compared by SQLite's own table of letters, texts by Rust's or ICU's.
fn every_letter_is_found_large_and_small(database: &Database) {
    let school = School::new(database);
    let cased: Vec<String> = ('\u{1}'..=char::MAX)
        .filter(|letter| !letter.to_lowercase().eq([*letter]) || is_composed(*letter))
        .map(|letter| letter.to_string())
        .collect();
    assert!(cased.len() > 1000);
    let words: Vec<String> = cased.iter().map(|letter| format!("ab{letter}cd")).collect();
    let all = school.insert(&draft(&words.join(" "), To::All));
    let conn = &mut school.conn();
    let mut missing = Vec::new();
    for large in &cased {
        let search = vec![format!("b{}c", large.to_lowercase())];
        let filter = Filter {
            search,
            ..Filter::default()
        };
        if messages::ids(conn, &filter).unwrap() != [all] {
            missing.push(large.clone());
        }
    }
    // The server's table of letters may be of another year than Rust's.
    let known = if database.is_postgres() { 100 } else { 0 };
    assert!(missing.len() <= known, "{missing:?}");
    for word in ["ABİCD", "abi̇cd", "ΑΣ", "🎒 sac"] {
        let id = school.insert(&draft(word, To::All));
        assert_eq!(found(&school, &[word])[0], id, "{word}");
    }
}

/// (Not the thousands of syllables and signs of the East.)
fn is_composed(letter: char) -> bool {
    let is_here = letter < '\u{2000}';
    is_here
        && !DecomposingNormalizerBorrowed::new_nfd().is_normalized(letter.encode_utf8(&mut [0; 4]))
}

fn accents_may_be_left_out(database: &Database) {
    let school = School::new(database);
    school.parents([Parent {
        nom: "TRAORÉ".to_owned(),
        prenom: "Nguyễn".to_owned(),
        ..parent(1)
    }]);
    let id = school.insert(&draft("Réunion à l’école, salle Ça", To::Parent(1)));
    for word in [
        "traore",
        "Traoré",
        "REUNION",
        "nguyen",
        "NGUYỄN",
        "e\u{301}cole",
        "écôle",
        "l'école",
        "L’ÉCOLE",
        "ça",
    ] {
        assert_eq!(found(&school, &[word]), [id], "{word}");
    }
    assert_eq!(found(&school, &["traoru"]), [0; 0]);
    for (word, known) in [("traore", 1), ("Nguyễn", 1), ("nguyen", 1), ("traoru", 0)] {
        let search = vec![word.to_owned()];
        let filter = parents::Filter {
            search,
            ..parents::Filter::default()
        };
        let count = Fiche::count(&mut school.conn(), &filter).unwrap();
        assert_eq!(count, known, "{word}");
    }
}

fn of_many_words_the_first_count(database: &Database) {
    let school = School::new(database);
    let text: Vec<String> = (10..40).map(|n| format!("mot{n}")).collect();
    let id = school.insert(&draft(&text[..20].join(" "), To::All));
    let words: Vec<&str> = text.iter().map(String::as_str).collect();
    assert_eq!(found(&school, &words[..20]), [id]);
    assert_eq!(
        found(&school, &words),
        [id],
        "the others are not looked for"
    );
    let twice = [&words[..19], &["MOT10"; 50], &["mot29"]].concat();
    assert_eq!(found(&school, &twice), [id], "each counts once");
    let other = [&words[..19], &["mot39"]].concat();
    assert_eq!(found(&school, &other), [0; 0]);
    let long = "m".repeat(1001);
    assert_eq!(found(&school, &[&long]), [0; 0]);
}

/// Many are found without the index of pieces, few with it.
fn what_is_everywhere_and_what_is_rare_is_found_in_order(database: &Database) {
    const MANY: i64 = 10_050;
    let school = School::new(database);
    let first = school.insert(&draft("cantine fermée", To::All));
    database.execute(&format!(
        "INSERT INTO messages (type, contenu, statut) SELECT 'sms', 'cantine ouverte ' || (id + n), 'brouillon'
           FROM messages CROSS JOIN ({}) AS s WHERE id = {first}",
        if database.is_postgres() {
            format!("SELECT generate_series(1, {MANY}) AS n")
        } else {
            format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY}) SELECT n FROM s")
        }
    ));
    let all = found(&school, &["cantine"]);
    assert_eq!(all.len(), usize::try_from(MANY + 1).unwrap());
    assert!(all.is_sorted_by(|a, b| a > b));
    assert_eq!(found(&school, &["cantine", "fermée"]), [first]);
    assert_eq!(found(&school, &["cantine", "ouverte", "10047"]).len(), 1);
    let search = vec!["CANTINE".to_owned()];
    let filter = Filter {
        search,
        ..Filter::default()
    };
    let page = messages::page(&mut school.conn(), &filter, MANY, 9).unwrap();
    assert_eq!(page.iter().map(|m| m.id).collect::<Vec<_>>(), [first]);
}
