//! How long the pages of the list of messages take on the database of `DATABASE_URL`, each with its
//! length: the median of its runs in milliseconds, and against looking one message up by its number.
//! For `scripts/bench-statistics.sh`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for developers, which may stop anywhere"
)]

use messages_core::config::Database;
use messages_core::store::Conn;
use messages_core::store::messages::{self, Column, Filter, Order};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::bench::timed;

const PAGE: i64 = 50;

fn main() {
    let url = std::env::var("DATABASE_URL").unwrap();
    let mut conn = Conn::open(&Database::from_url(&url).unwrap()).unwrap();
    let newest = messages::page(&mut conn, &Filter::default(), 0, 1).unwrap()[0].id;
    let mut n = 0;
    let (key, _) = timed(15, || {
        for _ in 0..100 {
            n += 7919;
            messages::one(&mut conn, n % newest + 1).unwrap();
        }
    });
    let key = key / 100.0;
    println!("one message by its number: {key:.3} ms");
    for (name, filter) in filters().into_iter().chain(orders()).chain(searches()) {
        let count = messages::count(&mut conn, &filter).unwrap();
        let places = [("first", 0), ("last", (count - 1).max(0) / PAGE * PAGE)];
        for (place, offset) in places {
            let (took, _) = timed(15, || {
                let count = messages::count(&mut conn, &filter).unwrap();
                let page = messages::page(&mut conn, &filter, offset, PAGE).unwrap();
                assert!(count == 0 || !page.is_empty());
            });
            println!(
                "{place} page of {name}, {count} messages: {took:.2} ms, {:.0} look-ups",
                took / key
            );
        }
    }
}

fn filters() -> Vec<(String, Filter)> {
    let all = Filter::default;
    let of = |name: &str, filter| (name.to_owned(), filter);
    let mut filters = vec![
        of("all", all()),
        of(
            "type",
            Filter {
                r#type: Some(Canal::Sms),
                ..all()
            },
        ),
        of(
            "classe",
            Filter {
                classe: Some(7),
                ..all()
            },
        ),
        of(
            "group messages",
            Filter {
                est_message_groupe: Some(true),
                ..all()
            },
        ),
        of(
            "what is read",
            Filter {
                est_lu: Some(true),
                ..all()
            },
        ),
        of(
            "what is not read",
            Filter {
                est_lu: Some(false),
                ..all()
            },
        ),
        of(
            "statut, type and classe",
            Filter {
                statut: Some(Statut::Echec),
                r#type: Some(Canal::Sms),
                classe: Some(7),
                ..all()
            },
        ),
    ];
    for statut in Statut::ALL {
        let filter = Filter {
            statut: Some(*statut),
            ..all()
        };
        filters.push((format!("statut {statut:?}"), filter));
    }
    filters
}

fn orders() -> Vec<(String, Filter)> {
    let columns = [
        Column::DateCreation,
        Column::DateProgrammee,
        Column::DateEnvoi,
        Column::Statut,
        Column::Type,
    ];
    let both = columns
        .into_iter()
        .flat_map(|column| [false, true].map(|down| (column, down)));
    both.map(|(column, descending)| {
        let order = vec![Order { column, descending }];
        let filter = Filter {
            order,
            ..Filter::default()
        };
        (
            format!("all by {column:?}, descending {descending}"),
            filter,
        )
    })
    .collect()
}

fn searches() -> Vec<(String, Filter)> {
    [
        ("a word that is nowhere", "xylophones"),
        ("two words, one nowhere", "message xylophones"),
        ("a word of known pieces that is nowhere", "messagerieuse"),
        ("a word of one message", "numéro-424242."),
        ("a word of many messages", "message"),
        ("two letters", "zq"),
    ]
    .map(|(name, words)| {
        let search = words.split(' ').map(ToOwned::to_owned).collect();
        (
            format!("a search, {name}"),
            Filter {
                search,
                ..Filter::default()
            },
        )
    })
    .to_vec()
}
