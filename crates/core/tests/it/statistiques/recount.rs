//! The counters, as they are kept and as the program reads them, against the rows.

use crate::harness::School;
use messages_core::store::statistiques::{self, Combination, Selection};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;

/// Puts what was noted into the counters, and tells it apart from what a reader adds up.
pub(super) fn recount(school: &School<'_>) {
    for folded in [false, true] {
        if folded {
            statistiques::fold(&mut school.conn()).unwrap();
            assert_eq!(school.count("compteurs_mouvements", "1 = 1"), 0);
        }
        counters_are_exact(school, folded);
    }
}

const KEY: &str = "(type || ' ' || statut || ' ' || COALESCE(classe, 0) || ' ' || CASE WHEN est_message_groupe THEN 'groupe' ELSE '-' END || ' ' || CASE WHEN est_lu THEN 'lu' ELSE '-' END)";

fn quart(database: &Database, column: &str) -> String {
    if database.is_postgres() {
        format!(
            "to_char(to_timestamp(floor(extract(epoch FROM {column}) / 900) * 900) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI')"
        )
    } else {
        format!(
            "strftime('%Y-%m-%dT%H:%M', (unixepoch(substr({column}, 1, 19)) / 900) * 900, 'unixepoch')"
        )
    }
}

/// Every row of the counters against the messages, and none too many.
fn counters_are_exact(school: &School<'_>, folded: bool) {
    let database = school.database;
    let nb = |name: &str| {
        format!("COALESCE(sum(CASE statut WHEN 'en_attente' THEN 0 ELSE {name} END), 0)")
    };
    let day = if database.is_postgres() {
        "to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    } else {
        "substr(date_creation, 1, 10)"
    };
    let sums = ["nb_envoyes", "nb_echecs", "nb_incertains", "nb_ignores"];
    let expected = |jour: &str| {
        let sums = sums.map(nb).join(" || ' ' || ");
        database.texts(&format!(
            "SELECT {jour} || ' ' || {KEY} || ' ' || count(*) || ' ' || {sums} AS v
               FROM messages GROUP BY {jour}, {KEY}"
        ))
    };
    let kept = |condition: &str, jour: &str| {
        let sums = sums.map(|name| format!("sum({name})")).join(" || ' ' || ");
        database.texts(&format!(
            "SELECT {jour} || ' ' || {KEY} || ' ' || sum(nombre) || ' ' || {sums} AS v
               FROM (SELECT jour, type, statut, classe, est_message_groupe, est_lu, nombre, {names} FROM compteurs WHERE {condition}
                     UNION ALL
                     SELECT jour, type, statut, classe, est_message_groupe, est_lu, nombre, {names} FROM compteurs_mouvements) AS c
              GROUP BY {jour}, {KEY} HAVING sum(nombre) <> 0",
            names = sums_names(),
        ))
    };
    let sorted = |mut rows: Vec<String>| {
        rows.sort_unstable();
        rows
    };
    assert_eq!(
        sorted(kept("jour <> ''", "jour")),
        sorted(expected(day)),
        "by day"
    );
    assert_eq!(
        sorted(kept("jour = ''", "substr(type, 1, 0)")),
        sorted(expected("substr(type, 1, 0)")),
        "all days"
    );
    quarters_are_exact(database);
    // What is no more is swept out, but for the few rows of all days.
    if folded {
        assert_eq!(school.count("compteurs", "jour <> '' AND nombre <= 0"), 0);
    }
    assert_eq!(
        school.count("compteurs", "nombre = 0 AND (nb_envoyes <> 0 OR nb_echecs <> 0 OR nb_incertains <> 0 OR nb_ignores <> 0)"),
        0
    );
    counts_are_exact(school);
}

const fn sums_names() -> &'static str {
    "nb_envoyes, nb_echecs, nb_incertains, nb_ignores"
}

fn quarters_are_exact(database: &Database) {
    let sent = quart(database, "date_envoi");
    let kept = quart(database, "quart_heure");
    assert_eq!(
        database.texts(&format!(
            "SELECT {kept} || ' ' || classe || ' ' || sum(nombre) AS v
               FROM (SELECT quart_heure, classe, nombre FROM compteurs_quarts
                     UNION ALL SELECT quart_heure, classe, nombre FROM compteurs_mouvements
                                WHERE quart_heure IS NOT NULL) AS c
              GROUP BY {kept}, classe HAVING sum(nombre) <> 0 ORDER BY 1"
        )),
        database.texts(&format!(
            "SELECT {sent} || ' ' || COALESCE(classe, 0) || ' ' || count(*) AS v FROM messages
              WHERE date_envoi IS NOT NULL GROUP BY {sent}, COALESCE(classe, 0) ORDER BY 1"
        )),
        "by quarter of an hour"
    );
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
    for (canal, etat, nombre) in statistiques::envois_by_state(&mut conn).unwrap() {
        assert_eq!(found.envois[&(canal, etat)], nombre);
        // Messages that were written in bulk have sums and no envois.
        if school.count("envois", "1 = 1") > 0 {
            let condition = format!("canal = '{canal}' AND etat = '{etat}'");
            assert_eq!(nombre, school.count("envois", &condition), "{condition}");
        }
    }
    for est_lu in [None, Some(true), Some(false)] {
        let combination = Combination {
            statut: Some(Statut::Envoye),
            r#type: Some(Canal::Email),
            classe: Some(2),
            est_message_groupe: Some(true),
            est_lu,
        };
        let lu = est_lu.map_or(String::new(), |lu| format!(" AND est_lu = {lu}"));
        let condition = format!(
            "statut = 'envoye' AND type = 'email' AND classe = 2 AND est_message_groupe{lu}"
        );
        assert_eq!(
            statistiques::count(&mut conn, &combination).unwrap(),
            school.count("messages", &condition)
        );
    }
}
