//! The counters, as they are kept and as the program reads them, against the rows.

use crate::harness::School;
use chrono::NaiveDate;
use chrono_tz::Tz;
use messages_core::store::appels::statistiques::{self, Selection};
use messages_core::store::messages::{self, Filter};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;

const KEY: &str = "(type || ' ' || statut || ' ' || COALESCE(classe, 0) || ' ' || CASE WHEN est_message_groupe THEN 'groupe' ELSE '-' END || ' ' || CASE WHEN est_lu THEN 'lu' ELSE '-' END)";

fn utc_day(database: &Database, column: &str) -> String {
    if database.is_postgres() {
        format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
    } else {
        format!("substr({column}, 1, 10)")
    }
}

/// Every row of the counters against the messages, and none too many; what the functions answer too.
pub(super) fn recount(school: &School<'_>) {
    let database = school.database;
    let day = utc_day(database, "date_creation");
    let sums = ["nb_envoyes", "nb_echecs", "nb_incertains", "nb_ignores"];
    let sums = sums.map(|name| format!("sum({name})")).join(" || ' ' || ");
    let expected = |jour: &str| {
        database.texts(&format!(
            "SELECT {jour} || ' ' || {KEY} || ' ' || count(*) || ' ' || {sums} AS v
               FROM messages GROUP BY {jour}, {KEY}"
        ))
    };
    let kept = |condition: &str| {
        database.texts(&format!(
            "SELECT jour || ' ' || {KEY} || ' ' || sum(nombre) || ' ' || {sums} AS v
               FROM compteurs WHERE {condition}
              GROUP BY jour, {KEY} HAVING sum(nombre) <> 0"
        ))
    };
    let sorted = |mut rows: Vec<String>| {
        rows.sort_unstable();
        rows
    };
    assert_eq!(sorted(kept("jour <> ''")), sorted(expected(&day)), "by day");
    assert_eq!(
        sorted(kept("jour = ''")),
        sorted(expected("substr(type, 1, 0)")),
        "all days"
    );
    // What is no more is swept out, but for the few rows of all days.
    let nothing =
        "nombre = 0 AND nb_envoyes = 0 AND nb_echecs = 0 AND nb_incertains = 0 AND nb_ignores = 0";
    let swept = school.count("compteurs", &format!("jour <> '' AND {nothing}"));
    assert_eq!(swept, 0);
    days_are_exact(school);
    counts_are_exact(school);
}

fn days_are_exact(school: &School<'_>) {
    let sent = utc_day(school.database, "date_envoi");
    let expected = school.database.texts(&format!(
        "SELECT {sent} || ' ' || count(*) AS v FROM messages
          WHERE date_envoi IS NOT NULL GROUP BY {sent} ORDER BY 1"
    ));
    let days: Vec<NaiveDate> = expected
        .iter()
        .map(|row| row[..10].parse().unwrap())
        .collect();
    let [Some(first), Some(last)] = [days.first(), days.last()] else {
        return;
    };
    let found = statistiques::by_day(&mut school.conn(), Tz::UTC, *first, *last, None).unwrap();
    let found: Vec<String> = found
        .iter()
        .filter(|(_, nombre)| *nombre > 0)
        .map(|(day, nombre)| format!("{day} {nombre}"))
        .collect();
    assert_eq!(found, expected, "by day of leaving");
}

/// What the functions answer.
fn counts_are_exact(school: &School<'_>) {
    let mut conn = school.conn();
    let found = statistiques::messages(&mut conn, &Selection::default()).unwrap();
    assert_eq!(found.total(), school.count("messages", "1 = 1"));
    for (statut, nombre) in &found.statuts {
        assert_eq!(
            *nombre,
            school.count("messages", &format!("statut = '{statut}'"))
        );
    }
    for classe in &found.classes {
        let condition = format!("est_message_groupe AND classe = {}", classe.classe);
        assert_eq!(classe.nombre, school.count("messages", &condition));
    }
    for ((canal, etat), nombre) in statistiques::envois_by_state(&mut conn).unwrap() {
        assert_eq!(found.envois[&(canal, etat)], nombre);
        // Messages that were written in bulk have sums and no envois.
        if school.count("envois", "1 = 1") > 0 {
            let condition = format!("canal = '{canal}' AND etat = '{etat}'");
            assert_eq!(nombre, school.count("envois", &condition), "{condition}");
        }
    }
    for est_lu in [None, Some(true), Some(false)] {
        let filter = Filter {
            statut: Some(Statut::Envoye),
            r#type: Some(Canal::Email),
            classe: Some(2),
            est_message_groupe: Some(true),
            est_lu,
            ..Filter::default()
        };
        let lu = est_lu.map_or(String::new(), |lu| format!(" AND est_lu = {lu}"));
        let condition = format!(
            "statut = 'envoye' AND type = 'email' AND classe = 2 AND est_message_groupe{lu}"
        );
        assert_eq!(
            messages::count(&mut conn, &filter).unwrap(),
            school.count("messages", &condition)
        );
    }
}
