//! How long each question of the statistics takes on the database of `DATABASE_URL`: the median of
//! its runs in milliseconds, and against looking one message up by its number. With the argument
//! `migrate`: makes its tables and ends. For `scripts/bench-statistics.sh`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for developers, which may stop anywhere"
)]

use chrono::{Days, NaiveDate};
use chrono_tz::Europe::Paris;
use diesel::{Connection, RunQueryDsl, sql_query};
use messages_core::config::Database;
use messages_core::instant::Instant;
use messages_core::store::appels::statistiques::{self, Selection};
use messages_core::store::messages::Filter;
use messages_core::store::{Conn, messages, migrations};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::bench::timed;

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
}

/// The page of a list, with all columns, as the newest stand first.
const PAGE: &str = "SELECT * FROM messages ORDER BY id DESC LIMIT 50";

fn page(url: &str) -> Box<dyn FnMut() -> Vec<i64>> {
    let ids = |rows: Vec<Id>| rows.iter().map(|row| row.id).collect();
    if let Some(path) = url.strip_prefix("sqlite://") {
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        return Box::new(move || ids(sql_query(PAGE).load(&mut conn).unwrap()));
    }
    #[cfg(feature = "postgres")]
    {
        let mut conn = diesel::PgConnection::establish(url).unwrap();
        Box::new(move || ids(sql_query(PAGE).load(&mut conn).unwrap()))
    }
    #[cfg(not(feature = "postgres"))]
    panic!("built without postgres")
}

fn main() {
    let url = std::env::var("DATABASE_URL").unwrap();
    let mut conn = Conn::create(&Database::from_url(&url).unwrap()).unwrap();
    if std::env::args().nth(1).as_deref() == Some("migrate") {
        migrations::migrate(&mut conn).unwrap();
        return;
    }
    let mut page = page(&url);
    let newest = page()[0];
    let mut n = 0;
    let mut lookup = || {
        n += 7919;
        messages::contents(&mut conn, &[n % newest + 1]).unwrap();
    };
    let (key, _) = timed(25, || (0..100).for_each(|_| lookup()));
    let key = key / 100.0;
    println!("one message by its number: {key:.3} ms");
    let tell = |name: &str, (median, first): (f64, f64)| {
        println!(
            "{name}: {median:.2} ms, {:.0} look-ups (first time {first:.1} ms)",
            median / key
        );
    };
    questions(&mut conn, &tell);
    tell(
        "first page of the list",
        timed(25, || assert_eq!(page().len(), 50)),
    );
}

fn questions(conn: &mut Conn, tell: &impl Fn(&str, (f64, f64))) {
    let all = Selection::default();
    let at = |text: &str| Some(text.parse::<Instant>().unwrap());
    let month = Selection {
        depuis: at("2026-03-01T00:00:00+01:00"),
        jusqua: at("2026-04-01T00:00:00+02:00"),
        classe: None,
    };
    let year = Selection {
        depuis: at("2025-09-01T00:00:00+02:00"),
        ..all
    };
    let awkward = Selection {
        depuis: at("2026-03-01T11:59:59Z"),
        jusqua: at("2026-03-31T12:00:01Z"),
        classe: None,
    };
    let classe = Selection {
        classe: Some(7),
        ..all
    };
    for (name, selection) in [
        ("statistics", all),
        ("statistics of a class", classe),
        ("statistics of a month", month),
        ("statistics of a month, from noon to noon", awkward),
        ("statistics of ten months", year),
    ] {
        let mut total = 0;
        let took = timed(25, || {
            total = statistiques::messages(conn, &selection).unwrap().total();
        });
        tell(&format!("{name}, {total} messages"), took);
    }
    let last = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
    let first = last - Days::new(30);
    for (name, classe) in [("31 days", None), ("31 days of a class", Some(7))] {
        let took = timed(25, || {
            let days = statistiques::by_day(conn, Paris, first, last, classe).unwrap();
            assert!(days.iter().any(|(_, nombre)| *nombre > 0));
        });
        tell(name, took);
    }
    let narrow = Filter {
        statut: Some(Statut::Envoye),
        r#type: Some(Canal::Email),
        classe: Some(7),
        est_message_groupe: Some(true),
        est_lu: Some(false),
        ..Filter::default()
    };
    for (name, filter) in [
        ("length of the list", Filter::default()),
        ("length of a filtered list", narrow),
    ] {
        let took = timed(25, || assert!(messages::count(conn, &filter).unwrap() >= 0));
        tell(name, took);
    }
    tell(
        "envois by state",
        timed(25, || drop(statistiques::envois_by_state(conn).unwrap())),
    );
    let now = at("2026-07-01T00:00:00Z").unwrap();
    tell(
        "oldest that is due",
        timed(25, || {
            assert!(statistiques::oldest_due(conn, now).unwrap().is_some());
        }),
    );
}
