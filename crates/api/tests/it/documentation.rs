//! The documentation: what the server answers is what is kept, and nothing of it comes from
//! elsewhere.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use crate::wire::Answer;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::Value;
use std::collections::BTreeMap;

stories!(
    the_document_is_answered_to_everybody,
    the_page_needs_nothing_from_elsewhere,
    every_documented_method_is_routed_and_no_other,
);

const OPENAPI: &str = "application/vnd.oai.openapi+json";

fn server(database: &Database) -> Server {
    Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_READ_TRACKING", "true"),
            ("BASE_URL", "https://ecole.exemple.fr"),
        ],
    )
}

fn document(nobody: &Client<'_>) -> Value {
    let answer = nobody.get("/api/schema/");
    assert_eq!(answer.status, 200);
    serde_json::from_slice(&answer.body).unwrap()
}

fn media(answer: &Answer) -> String {
    answer.header("content-type").unwrap_or_default()
}

fn the_document_is_answered_to_everybody(database: &Database) {
    let server = server(database);
    let nobody = Client::nobody(&server);
    let kept: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert!(document(&nobody) == kept);
    let asked = |accept| nobody.with("Accept", accept).get("/api/schema/");
    assert_eq!(media(&asked("*/*")), "application/json");
    assert_eq!(media(&asked("text/html, */*;q=0.1")), "application/json");
    assert_eq!(media(&asked(OPENAPI)), OPENAPI);
    assert_eq!(asked("text/html").status, 406);
    let json = nobody.get("/api/schema/?format=json");
    assert_eq!(
        (json.status, media(&json).as_str()),
        (200, "application/json")
    );
    assert_eq!(nobody.get("/api/schema/?format=yaml").status, 404);
}

fn the_page_needs_nothing_from_elsewhere(database: &Database) {
    let server = server(database);
    let nobody = Client::nobody(&server);
    // Without its last slash too, which a browser would take for another folder.
    for path in ["/api/docs/", "/api/docs"] {
        let page = nobody.get(path);
        assert_eq!(
            (page.status, media(&page).as_str()),
            (200, "text/html; charset=utf-8")
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        let html = String::from_utf8(page.body).unwrap();
        assert!(html.contains("<base href=\"/api/docs/\">"));
        assert!(!html.contains("//"), "{html}");
        let files = html.split(['"']).filter(|text| {
            [".css", ".js", ".png"]
                .iter()
                .any(|ending| text.ends_with(ending))
        });
        let files: Vec<&str> = files.map(|file| file.trim_start_matches("./")).collect();
        assert!(files.len() > 4, "{html}");
        for file in files {
            let answer = nobody.get(&format!("/api/docs/{file}"));
            assert_eq!(answer.status, 200, "{file}");
        }
    }
    let script = nobody.get("/api/docs/swagger-initializer.js");
    let script = String::from_utf8(script.body).unwrap();
    assert!(script.contains("\"url\": \"/api/schema/\""), "{script}");
    assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
    assert_eq!(nobody.get("/api/docs/index.php").status, 404);
}

fn every_documented_method_is_routed_and_no_other(database: &Database) {
    let server = server(database);
    let nobody = Client::nobody(&server);
    let document = document(&nobody);
    let mut open = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap();
        let first = methods.values().next().unwrap();
        let gated = first["security"] != Value::Array(Vec::new());
        let path = path.replace("{id}", "1").replace("{passerelle}", "twilio");
        let path = path.replace("{jeton}", "x");
        // Somebody known may do everything; the answer says what there is to do here.
        let caller = if gated {
            Client::user(&server)
        } else {
            nobody.clone()
        };
        let answer = caller.ask("TRACE", &path, None);
        assert_eq!(answer.status, 405, "{path}");
        let allowed = answer.header("allow").unwrap();
        let mut allowed: Vec<&str> = allowed
            .split(", ")
            .filter(|method| !["HEAD", "OPTIONS"].contains(method))
            .collect();
        allowed.sort_unstable();
        let mut documented: Vec<String> = methods.keys().map(|name| name.to_uppercase()).collect();
        documented.sort_unstable();
        assert_eq!(documented, allowed, "{path}");
        let answer = nobody.get(&path);
        assert_eq!(answer.status == 401, gated, "{path}");
        if !gated {
            open.insert(path, answer.status);
        }
    }
    let found: Vec<&str> = open.keys().map(String::as_str).collect();
    let expected = [
        "/api/desinscription/x/",
        "/api/docs/",
        "/api/messages/track/x/",
        "/api/receipts/twilio/x/",
        "/api/schema/",
        "/health/live",
        "/health/ready",
    ];
    assert_eq!(found, expected);
    // A wrong token is told nothing.
    for path in ["/api/receipts/twilio/x/", "/api/desinscription/x/"] {
        assert_eq!(open.remove(path), Some(404));
    }
    assert!(open.values().all(|status| *status == 200), "{open:?}");
}
