//! Lists: whole and in order, however long; and in pages.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::Value;
use std::collections::BTreeSet;

stories!(
    a_long_list_is_whole_and_in_every_order,
    pages_together_are_the_list,
    filters_can_be_joined,
);

const MANY: usize = 1200;

/// Two parents, one class, and many messages of every state, channel and date.
fn fill(database: &Database, user: &Client<'_>) {
    user.school(2, 1);
    let series = if database.is_postgres() {
        format!("SELECT generate_series(1, {MANY}) AS n")
    } else {
        format!(
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY}) SELECT n FROM s"
        )
    };
    // Every date twice, some of them missing.
    let date = |n: &str| {
        if database.is_postgres() {
            format!("TIMESTAMPTZ '2026-01-01T00:00:00Z' + ({n}) * INTERVAL '1 minute'")
        } else {
            format!("strftime('%Y-%m-%dT%H:%M:%f000Z', '2026-01-01', '+' || ({n}) || ' minutes')")
        }
    };
    database.execute(&format!(
        "INSERT INTO messages (type, contenu, parent, est_message_groupe, classe, statut,
                               date_creation, date_programmee, date_envoi, est_lu)
         SELECT CASE n % 2 WHEN 0 THEN 'sms' ELSE 'email' END, 'message ' || n,
                CASE n % 3 WHEN 0 THEN NULL ELSE 1 + n % 2 END, n % 3 = 0,
                CASE n % 6 WHEN 0 THEN 1 END,
                CASE n % 4 WHEN 0 THEN 'brouillon' WHEN 1 THEN 'programme' WHEN 2 THEN 'envoye' ELSE 'echec' END,
                {}, CASE n % 4 WHEN 0 THEN NULL ELSE {} END, CASE n % 4 WHEN 2 THEN {} END, n % 5 = 0
           FROM ({series}) AS numbers",
        date("(n * 7919) % 601"),
        date("(n * 31) % 601"),
        date("(n * 17) % 601"),
    ));
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect()
}

fn a_long_list_is_whole_and_in_every_order(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    fill(database, &user);
    for name in [
        "id",
        "date_creation",
        "date_programmee",
        "date_envoi",
        "statut",
        "type",
    ] {
        let [up, down] = ["", "-"].map(|sign| {
            let answer = user.get(&format!("/api/messages/?ordering={sign}{name}"));
            assert_eq!(answer.status, 200);
            answer.json()
        });
        for list in [&up, &down] {
            let all: BTreeSet<i64> = ids(list).into_iter().collect();
            assert_eq!(all.len(), MANY, "{name}");
            assert_eq!(list.as_array().unwrap().len(), MANY, "{name}");
        }
        let values = |list: &Value| {
            let rows = list.as_array().unwrap().iter().map(|one| one[name].clone());
            rows.filter(|value| !value.is_null())
                .collect::<Vec<Value>>()
        };
        let key = |value: &Value| (value.as_i64(), value.as_str().map(ToOwned::to_owned));
        assert!(values(&up).is_sorted_by_key(key), "{name}");
        let mut backwards = values(&down);
        backwards.reverse();
        assert!(backwards.is_sorted_by_key(key), "-{name}");
    }
    // Asked twice, the same order: also of those that are equal.
    let twice = [(); 2].map(|()| ids(&user.get("/api/messages/?ordering=statut").json()));
    assert_eq!(twice[0], twice[1]);
    assert_eq!(
        ids(&user.get("/api/messages/bulk_messages/").json()).len(),
        MANY / 3
    );
    assert_eq!(
        ids(&user.get("/api/messages/scheduled/").json()).len(),
        MANY / 4
    );
    let head = user.ask("HEAD", "/api/messages/", None);
    assert_eq!((head.status, head.body.len()), (200, 0));
}

fn pages_together_are_the_list(database: &Database) {
    for (pagination, paths) in [
        ("page", ["?", "?ordering=statut&"]),
        ("limit", ["?limit=250&", "?ordering=-type&"]),
    ] {
        let settings = [
            ("JWT_SIGNING_KEY", KEY),
            ("API_PAGE_SIZE", "300"),
            ("API_PAGINATION", pagination),
        ];
        let server = Server::start(database, &settings);
        let user = Client::user(&server);
        if database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages") == 0 {
            fill(database, &user);
        }
        for path in paths {
            let (mut seen, mut next) = (Vec::new(), Some(format!("/api/messages/{path}a=%C3%A9")));
            while let Some(path) = next {
                let page = user.get(&path).json();
                assert_eq!(page["count"], MANY, "{path}");
                seen.extend(ids(&page["results"]));
                let host = format!("http://{}", server.host());
                next = page["next"]
                    .as_str()
                    .map(|url| url.strip_prefix(&host).unwrap().to_owned());
                assert!(
                    next.as_ref().is_none_or(|next| next.contains("a=%C3%A9")),
                    "{next:?}"
                );
            }
            let each: BTreeSet<i64> = seen.iter().copied().collect();
            assert_eq!((seen.len(), each.len()), (MANY, MANY), "{path}");
        }
        let last = match pagination {
            "page" => user.get("/api/messages/?page=last"),
            _ => user.get("/api/messages/?offset=900&limit=5000"),
        };
        assert_eq!(ids(&last.json()["results"]).len(), 300);
        assert_eq!(last.json()["next"], Value::Null);
        for path in ["parents/", "classes/", "etudiants/", "messages/1/envois/"] {
            let page = user.get(&format!("/api/{path}")).json();
            assert!(
                page["count"].is_i64() && page["results"].is_array(),
                "{path}"
            );
        }
        let beyond = user.get("/api/parents/?page=3&offset=99").status;
        assert_eq!(beyond, if pagination == "page" { 404 } else { 200 });
        // These were never in pages.
        assert_eq!(
            ids(&user.get("/api/messages/scheduled/").json()).len(),
            MANY / 4
        );
    }
}

fn filters_can_be_joined(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    fill(database, &user);
    let count = |query: &str| {
        let answer = user.get(&format!("/api/messages/?{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        ids(&answer.json()).len()
    };
    let of = |test: fn(usize) -> bool| (1..=MANY).filter(|n| test(*n)).count();
    for (query, expected) in [
        ("statut=envoye", of(|n| n % 4 == 2)),
        ("statut=envoye&type=sms", of(|n| n % 4 == 2)),
        ("statut=envoye&type=email", 0),
        ("parent=2", of(|n| n % 3 != 0 && n % 2 == 1)),
        (
            "parent=2&est_lu=true",
            of(|n| n % 3 != 0 && n % 2 == 1 && n % 5 == 0),
        ),
        ("classe=1&est_message_groupe=true", of(|n| n % 6 == 0)),
        (
            "est_message_groupe=false&statut=echec",
            of(|n| n % 3 != 0 && n % 4 == 3),
        ),
        ("search=message+77", of(|n| n.to_string().contains("77"))),
        ("search=tuteur2", of(|n| n % 3 != 0 && n % 2 == 1)),
        (
            "search=77&parent=1",
            of(|n| n % 3 != 0 && n % 2 == 0 && n.to_string().contains("77")),
        ),
        ("search=message,rien", 0),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
    assert_eq!(user.get("/api/messages/?statut=parti").status, 400);
}
