//! Searches, orders, pages: whatever is typed into them is data.

use super::fault;
use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    signs_in_a_search_are_letters,
    an_order_is_a_column_or_nothing,
    odd_queries_are_answered_or_refused,
);

fn ids(list: &Value) -> Vec<i64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect()
}

fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect::<Vec<_>>().concat()
}

fn signs_in_a_search_are_letters(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let texts = [
        "100 %",
        "100 0",
        "a_b",
        "aXb",
        r"c\d",
        "cd",
        "l'été \"chaud\"",
        "🎒 sac",
        "ÉCOLE",
    ];
    for (n, contenu) in (1..).zip(texts) {
        let id = user.write(&json!({ "type": "sms", "contenu": contenu, "parent": 1 }));
        assert_eq!(id, n);
        user.post("/api/classes/", &json!({ "id": n + 1, "nom": contenu }));
    }
    for (term, found) in [
        ("%", &[1][..]),
        ("_", &[3]),
        ("\\", &[5]),
        ("a_b", &[3]),
        ("l'été", &[7]),
        ("\"100 %\"", &[1]),
        ("🎒", &[8]),
        ("école", &[9]),
        ("'", &[7]),
        ("\"", &[7]),
        ("' OR 1=1 --", &[]),
        ("rien", &[]),
    ] {
        let path = format!("/api/messages/?ordering=id&search={}", encoded(term));
        let answer = user.get(&path);
        assert_eq!((answer.status, fault(&answer)), (200, None), "{term}");
        assert_eq!(ids(&answer.json()), found, "{term}");
        let path = format!("/api/classes/?search={}", encoded(term));
        let classes: Vec<i64> = found.iter().map(|id| id + 1).collect();
        assert_eq!(ids(&user.get(&path).json()), classes, "{term}");
    }
    // 100 terms and more, all of which fit; and one that does not.
    let many = "100+".repeat(2000);
    assert_eq!(
        ids(&user.get(&format!("/api/messages/?search={many}")).json()).len(),
        2
    );
    let answer = user.get(&format!(
        "/api/messages/?search={many}x{}",
        "y".repeat(5000)
    ));
    assert_eq!((answer.status, answer.text().as_str()), (200, "[]"));
    assert_eq!(user.get("/api/messages/?search=a%00b").status, 400);
    assert_eq!(user.get("/api/parents/?search=a%00b").status, 400);
}

fn an_order_is_a_column_or_nothing(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(3, 1);
    for canal in ["sms", "email", "sms"] {
        user.write(&json!({ "type": canal, "contenu": "x", "parent": 1 }));
    }
    let list = |query: &str| {
        let answer = user.get(&format!("/api/messages/?ordering={query}"));
        assert_eq!((answer.status, fault(&answer)), (200, None), "{query}");
        ids(&answer.json())
    };
    let usual = list("");
    for odd in [
        "contenu",
        "cle",
        "cle_lecture",
        "parent__telephone",
        "1",
        "id%20DESC",
        "id;DROP",
        "%00",
        "(SELECT%201)",
        "--id",
        ",,,,",
        "ID",
        "%2Did%2F**%2F",
    ] {
        assert_eq!(list(odd), usual, "{odd}");
    }
    assert_eq!(list("id"), [1, 2, 3]);
    assert_eq!(list("-id"), [3, 2, 1]);
    assert_eq!(list("type,-id"), [2, 3, 1]);
    assert_eq!(list("-type,nothing,id"), [1, 3, 2]);
    assert_eq!(list(&"id,".repeat(5000)), [1, 2, 3]);
    for odd in ["telephone", "-email", "%00", "nom%20DESC"] {
        assert_eq!(
            ids(&user.get(&format!("/api/parents/?ordering={odd}")).json()),
            [1, 2, 3]
        );
    }
}

fn odd_queries_are_answered_or_refused(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_PAGE_SIZE", "2")];
    for pagination in ["page", "limit"] {
        let mut settings = settings.to_vec();
        settings.push(("API_PAGINATION", pagination));
        let server = Server::start(database, &settings);
        let user = Client::user(&server);
        user.school(3, 1);
        for name in [
            "page",
            "limit",
            "offset",
            "statut",
            "type",
            "etat",
            "est_lu",
            "est_message_groupe",
            "parent",
            "classe",
            "depuis",
            "jusqua",
            "search",
            "ordering",
            "format",
            "parent_id",
        ] {
            for value in [
                "0",
                "-1",
                "9223372036854775807",
                "9223372036854775808",
                "1e9",
                "%00",
                "%FF",
                "'",
                "last",
                "%F0%9F%98%80",
                "9999-12-31T23:59:59-23:59",
                "0001-01-01T00:00:00%2B23:59",
                "[]",
                "",
            ] {
                for path in [
                    "messages/",
                    "parents/",
                    "messages/message_stats/",
                    "messages/by_parent/",
                ] {
                    let answer = user.get(&format!("/api/{path}?{name}={value}"));
                    assert!(
                        matches!(answer.status, 200 | 400 | 404),
                        "{path}?{name}={value}: {}",
                        answer.status
                    );
                    assert_eq!(fault(&answer), None, "{path}?{name}={value}");
                }
            }
        }
        let twice = user.get("/api/messages/?statut=envoye&statut=brouillon&&=&a=%%%");
        assert_eq!(twice.status, 200);
    }
}
