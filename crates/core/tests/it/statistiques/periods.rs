//! Bounds that are no midnights, and days that have not 24 hours.

use super::{bulk, with_classes};
use crate::harness::School;
use chrono::NaiveDate;
use chrono_tz::Tz;
use messages_core::instant::Instant;
use messages_core::store::appels::statistiques::{self, Selection};
use messages_core::vocabulary::Statut;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_period_counts_what_was_created_in_it,
    a_day_is_of_the_place,
    days_of_a_class,
);

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn a_period_counts_what_was_created_in_it(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 3);
    bulk(database, 3000);
    let mut conn = school.conn();
    let bounds = [
        None,
        Some("2025-12-31T12:00:00Z"),
        Some("2026-01-03T00:00:00Z"),
        Some("2026-01-03T00:00:01Z"),
        Some("2026-01-03T11:59:59.999999Z"),
        Some("2026-01-03T12:00:00Z"),
        Some("2026-01-03T23:00:00Z"),
        Some("2026-01-20T22:59:59.5Z"),
        Some("9999-12-31T23:59:59Z"),
    ];
    for (n, depuis) in bounds.into_iter().enumerate() {
        for (m, jusqua) in bounds.into_iter().enumerate() {
            let classe = ((n + m) % 2 == 0).then_some(2);
            agrees(&school, &mut conn, depuis, jusqua, classe);
        }
    }
}

fn agrees(
    school: &School<'_>,
    conn: &mut messages_core::store::Conn,
    depuis: Option<&str>,
    jusqua: Option<&str>,
    classe: Option<i64>,
) {
    let selection = Selection {
        depuis: depuis.map(at),
        jusqua: jusqua.map(at),
        classe,
    };
    let condition = [
        Some("1 = 1".to_owned()),
        selection
            .depuis
            .map(|at| format!("date_creation >= '{at}'")),
        selection.jusqua.map(|at| format!("date_creation < '{at}'")),
        classe.map(|classe| format!("classe = {classe}")),
    ];
    let condition: Vec<String> = condition.into_iter().flatten().collect();
    let condition = condition.join(" AND ");
    let found = statistiques::messages(conn, &selection).unwrap();
    assert_eq!(
        (
            found.total(),
            found.statuts[&Statut::Echec],
            found.emails_lus,
            found.classes[1].nombre
        ),
        (
            school.count("messages", &condition),
            school.count("messages", &format!("{condition} AND statut = 'echec'")),
            school.count(
                "messages",
                &format!("{condition} AND type = 'email' AND statut = 'envoye' AND est_lu")
            ),
            school.count(
                "messages",
                &format!("{condition} AND est_message_groupe AND classe = 2")
            ),
        ),
        "{selection:?}"
    );
    let sent: i64 = found
        .envois
        .iter()
        .filter(|((_, etat), _)| *etat == messages_core::vocabulary::Etat::Envoye)
        .map(|(_, nombre)| nombre)
        .sum();
    let expected = school.database.number(&format!(
        "SELECT CAST(COALESCE(sum(nb_envoyes), 0) AS TEXT) AS v FROM messages WHERE {condition}"
    ));
    assert_eq!(sent, expected, "{selection:?}");
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sent(database: &Database, instants: &[&str]) {
    for instant in instants {
        database.execute(&format!(
            "INSERT INTO messages (type, contenu, statut, date_envoi) VALUES ('sms', 'x', 'envoye', '{}')",
            at(instant)
        ));
    }
}

fn a_day_is_of_the_place(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    // Local midnights and the microsecond before, in days of 23, 25 and 24 hours, and where the
    // offset is no whole hour.
    let cases: [(Tz, [&str; 4], [&str; 2]); 6] = [
        (
            chrono_tz::Europe::Paris,
            [
                "2026-03-29T00:00:00+01:00",
                "2026-03-29T23:59:59.999999+02:00",
                "2026-03-30T00:00:00+02:00",
                "2026-03-28T23:59:59.999999+01:00",
            ],
            ["2026-03-29", "2026-03-30"],
        ),
        (
            chrono_tz::Europe::Paris,
            [
                "2026-10-25T00:00:00+02:00",
                "2026-10-25T23:59:59.999999+01:00",
                "2026-10-26T00:00:00+01:00",
                "2026-10-24T23:59:59.999999+02:00",
            ],
            ["2026-10-25", "2026-10-26"],
        ),
        (
            chrono_tz::Asia::Kathmandu,
            [
                "2026-05-10T00:00:00+05:45",
                "2026-05-10T23:59:59.999999+05:45",
                "2026-05-11T00:00:00+05:45",
                "2026-05-09T23:59:59.999999+05:45",
            ],
            ["2026-05-10", "2026-05-11"],
        ),
        (
            chrono_tz::Asia::Kolkata,
            [
                "2026-06-10T00:00:00+05:30",
                "2026-06-10T23:59:59.999999+05:30",
                "2026-06-11T00:00:00+05:30",
                "2026-06-09T23:59:59.999999+05:30",
            ],
            ["2026-06-10", "2026-06-11"],
        ),
        // Midnight does not exist: the day begins at one.
        (
            chrono_tz::Asia::Beirut,
            [
                "2026-03-29T01:00:00+03:00",
                "2026-03-29T23:59:59.999999+03:00",
                "2026-03-30T00:00:00+03:00",
                "2026-03-28T23:59:59.999999+02:00",
            ],
            ["2026-03-29", "2026-03-30"],
        ),
        (
            chrono_tz::Pacific::Kiritimati,
            [
                "2026-07-01T00:00:00+14:00",
                "2026-07-01T23:59:59.999999+14:00",
                "2026-07-02T00:00:00+14:00",
                "2026-06-30T23:59:59.999999+14:00",
            ],
            ["2026-07-01", "2026-07-02"],
        ),
    ];
    for (zone, instants, [first, last]) in cases {
        database.execute("DELETE FROM messages");
        sent(database, &instants);
        let found = statistiques::by_day(&mut conn, zone, day(first), day(last), None).unwrap();
        assert_eq!(found, [(day(first), 2), (day(last), 1)], "{zone}");
    }
}

fn days_of_a_class(database: &Database) {
    let school = School::new(database);
    with_classes(&school, 2);
    database.execute(
        "INSERT INTO messages (type, contenu, statut, classe, date_envoi) VALUES
           ('sms', 'x', 'envoye', 1, '2026-03-02T10:00:00.000000Z'),
           ('email', 'x', 'envoye', 1, '2026-03-02T10:14:00.000000Z'),
           ('sms', 'x', 'envoye', 2, '2026-03-02T10:00:00.000000Z'),
           ('sms', 'x', 'envoye', NULL, '2026-03-04T10:00:00.000000Z')",
    );
    let mut conn = school.conn();
    let mut days = |classe| -> Vec<i64> {
        statistiques::by_day(
            &mut conn,
            chrono_tz::Europe::Paris,
            day("2026-03-01"),
            day("2026-03-04"),
            classe,
        )
        .unwrap()
        .iter()
        .map(|(_, nombre)| *nombre)
        .collect()
    };
    assert_eq!(days(None), [0, 3, 0, 1]);
    assert_eq!(days(Some(1)), [0, 2, 0, 0]);
    assert_eq!(days(Some(7)), [0, 0, 0, 0]);
}
