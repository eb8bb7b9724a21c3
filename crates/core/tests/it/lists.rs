//! Messages as staff look at them: filters, orders, pages, the sums of those that are leaving.

use crate::harness::{School, To, message, parent};
use messages_core::model::{Message, NewMessage};
use messages_core::store::envois::recipients;
use messages_core::store::messages::{self, Column, Filter, Order};
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_filter_lists_what_it_says_and_counts_the_same,
    what_has_no_date_stands_first_and_last,
    every_order_is_the_same_by_pages_and_by_numbers,
    a_page_is_the_same_from_either_end,
    a_search_finds_every_word_in_text_subject_or_name,
    the_sums_of_a_message_that_is_leaving_are_those_of_its_envois,
    what_a_parent_was_written_comes_with_the_youngest_first,
);

fn draft(canal: Canal, contenu: &str) -> NewMessage {
    NewMessage {
        statut: Statut::Brouillon,
        contenu: contenu.to_owned(),
        ..message(canal, To::All)
    }
}

fn ids(school: &School<'_>, filter: &Filter) -> Vec<i64> {
    messages::ids(&mut school.conn(), filter).unwrap()
}

fn a_filter_lists_what_it_says_and_counts_the_same(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let sms = school.insert(&draft(Canal::Sms, "a"));
    let email = school.insert(&draft(Canal::Email, "b"));
    let single = school.programme(Canal::Sms, To::Parent(2));
    messages::mark_read(&mut school.conn(), email).unwrap();
    let expected = [
        (Filter::default(), vec![single, email, sms]),
        (
            Filter {
                statut: Some(Statut::Programme),
                ..Filter::default()
            },
            vec![single],
        ),
        (
            Filter {
                r#type: Some(Canal::Sms),
                ..Filter::default()
            },
            vec![single, sms],
        ),
        (
            Filter {
                parent: Some(2),
                ..Filter::default()
            },
            vec![single],
        ),
        (
            Filter {
                parent: Some(1),
                ..Filter::default()
            },
            vec![],
        ),
        (
            Filter {
                classe: Some(1),
                ..Filter::default()
            },
            vec![],
        ),
        (
            Filter {
                est_message_groupe: Some(false),
                ..Filter::default()
            },
            vec![single],
        ),
        (
            Filter {
                est_lu: Some(true),
                ..Filter::default()
            },
            vec![email],
        ),
        (
            Filter {
                est_lu: Some(false),
                r#type: Some(Canal::Sms),
                ..Filter::default()
            },
            vec![single, sms],
        ),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&school, &filter), found, "{filter:?}");
        let count = messages::count(&mut school.conn(), &filter).unwrap();
        assert_eq!(usize::try_from(count), Ok(found.len()), "{filter:?}");
    }
}

fn by(column: Column, descending: bool) -> Filter {
    Filter {
        order: vec![Order { column, descending }],
        ..Filter::default()
    }
}

fn what_has_no_date_stands_first_and_last(database: &Database) {
    let school = School::new(database);
    let none = school.insert(&draft(Canal::Sms, "a"));
    let late = school.insert(&NewMessage {
        date_programmee: Some("2026-07-01T00:00:00Z".parse().unwrap()),
        ..draft(Canal::Sms, "b")
    });
    let early = school.insert(&NewMessage {
        date_programmee: Some("2026-03-01T00:00:00Z".parse().unwrap()),
        ..draft(Canal::Sms, "c")
    });
    assert_eq!(
        ids(&school, &by(Column::DateProgrammee, false)),
        [none, early, late]
    );
    assert_eq!(
        ids(&school, &by(Column::DateProgrammee, true)),
        [late, early, none]
    );
}

fn every_order_is_the_same_by_pages_and_by_numbers(database: &Database) {
    let school = School::new(database);
    for n in 0..12 {
        let canal = if n % 3 == 0 { Canal::Sms } else { Canal::Email };
        school.insert(&draft(canal, "x"));
    }
    let columns = [
        Column::Id,
        Column::DateCreation,
        Column::DateProgrammee,
        Column::DateEnvoi,
        Column::Statut,
        Column::Type,
    ];
    for column in columns {
        for descending in [false, true] {
            let filter = by(column, descending);
            let all = ids(&school, &filter);
            let mut conn = school.conn();
            let pages: Vec<i64> = (0..3)
                .flat_map(|n| messages::page(&mut conn, &filter, n * 5, 5).unwrap())
                .map(|message| message.id)
                .collect();
            assert_eq!(pages, all, "{column:?} {descending}");
            let rows = messages::by_ids(&mut conn, &all).unwrap();
            let again: Vec<i64> = rows.iter().map(|message| message.id).collect();
            assert_eq!(again, all);
        }
    }
}

fn a_page_is_the_same_from_either_end(database: &Database) {
    const ALL: i64 = 2600;
    let school = School::new(database);
    database.execute(&format!(
        "INSERT INTO messages (type, contenu, statut, est_lu, date_programmee)
         SELECT CASE n % 3 WHEN 0 THEN 'sms' ELSE 'email' END, 'x', CASE n % 5 WHEN 0 THEN 'programme' ELSE 'brouillon' END,
                n % 50 > 0, CASE n % 5 WHEN 0 THEN {} END FROM ({}) AS s",
        if database.is_postgres() { "now() + n * interval '1 minute'" } else { "strftime('%Y-%m-%dT%H:%M:%SZ', 1800000000 + n * 60, 'unixepoch')" },
        if database.is_postgres() {
            format!("SELECT generate_series(1, {ALL}) AS n")
        } else {
            format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ALL}) SELECT n FROM s")
        }
    ));
    let read = Filter {
        est_lu: Some(true),
        ..Filter::default()
    };
    let of_type = Filter {
        r#type: Some(Canal::Email),
        ..by(Column::Statut, true)
    };
    let filters = [
        Filter::default(),
        read,
        of_type,
        by(Column::DateProgrammee, false),
        by(Column::DateProgrammee, true),
        by(Column::Type, false),
    ];
    for filter in filters {
        let all = ids(&school, &filter);
        let mut conn = school.conn();
        let count = messages::count(&mut conn, &filter).unwrap();
        for (offset, limit) in [
            (count - 1, 50),
            (count - 50, 50),
            (count - 7, 5),
            (count / 2 + 1, 9),
            (count - 1200, 30),
            (count, 50),
            (count + 7, 50),
        ] {
            let rows = messages::page(&mut conn, &filter, offset, limit).unwrap();
            let page: Vec<i64> = rows.iter().map(|message| message.id).collect();
            let [offset, limit] = [offset, limit].map(|n| usize::try_from(n).unwrap());
            let expected: Vec<i64> = all.iter().copied().skip(offset).take(limit).collect();
            assert_eq!(page, expected, "{filter:?} {offset} {limit}");
        }
    }
}

fn a_search_finds_every_word_in_text_subject_or_name(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    database.execute("UPDATE parents SET nom = 'Traoré', prenom = 'Awa'");
    let single = school.insert(&NewMessage {
        contenu: "CANTINE fermée à 100 %".to_owned(),
        sujet: Some("Élève".to_owned()),
        statut: Statut::Brouillon,
        ..message(Canal::Email, To::Parent(1))
    });
    let other = school.insert(&draft(Canal::Sms, "100 élèves"));
    let found = |words: &[&str]| {
        let search = words.iter().map(|word| (*word).to_owned()).collect();
        ids(
            &school,
            &Filter {
                search,
                ..Filter::default()
            },
        )
    };
    assert_eq!(found(&["cantine"]), [single]);
    assert_eq!(found(&["FERMÉE"]), [single]);
    assert_eq!(found(&["élève"]), [other, single]);
    assert_eq!(found(&["awa", "TRAORÉ", "cantine"]), [single]);
    assert_eq!(found(&["100 %"]), [single]);
    assert_eq!(found(&["100%", "cantine"]), [0; 0]);
    assert_eq!(found(&["_"]), [0; 0]);
    assert_eq!(found(&["'; DROP TABLE messages; --"]), [0; 0]);
}

fn the_sums_of_a_message_that_is_leaving_are_those_of_its_envois(database: &Database) {
    let school = School::new(database);
    let id = school.leaving(Canal::Sms, 5);
    school.ends(1, Etat::Envoye, None);
    school.ends(2, Etat::Echec, Some(Motif::Permanent));
    school.ends(3, Etat::Ignore, Some(Motif::Opposition));
    let sums = |message: &Message| {
        [
            message.nb_destinataires,
            message.nb_envoyes,
            message.nb_echecs,
            message.nb_incertains,
            message.nb_ignores,
        ]
    };
    let open = messages::one(&mut school.conn(), id).unwrap();
    assert_eq!(
        (open.statut, sums(&open)),
        (Statut::EnAttente, [5, 1, 1, 0, 1])
    );
    assert_eq!(open.date_envoi, "2026-02-03T04:05:01Z".parse().ok());
    school.ends(4, Etat::Incertain, Some(Motif::ResultatInconnu));
    school.ends(5, Etat::Envoye, None);
    school.run("run").close(10);
    let closed = messages::one(&mut school.conn(), id).unwrap();
    assert_eq!(
        (closed.statut, sums(&closed)),
        (Statut::Envoye, [5, 2, 1, 1, 1])
    );
    assert_eq!(closed.date_envoi, open.date_envoi);
}

fn what_a_parent_was_written_comes_with_the_youngest_first(database: &Database) {
    let school = School::new(database);
    school.parents((1..=2).map(parent));
    let all = school.programme_many(3, Canal::Sms, To::All);
    school.programme(Canal::Sms, To::Parent(2));
    school.expand();
    school.ends(1, Etat::Echec, Some(Motif::Permanent));
    let conn = &mut school.conn();
    let envois = recipients::of_parent(conn, 1, 2).unwrap();
    let told: Vec<_> = envois
        .iter()
        .map(|one| (one.message, one.nom.as_str(), one.etat))
        .collect();
    assert_eq!(
        told,
        [(all[2], "Nom1", Etat::Echec), (all[1], "Nom1", Etat::Echec)]
    );
    assert_eq!(recipients::of_parent(conn, 2, 99).unwrap().len(), 4);
    assert_eq!(recipients::of_parent(conn, 3, 99).unwrap(), []);
}
