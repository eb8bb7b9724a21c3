//! The page where a parent says that no more e-mails are wanted.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use crate::wire::Answer;
use messages_core::tracking;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;

stories!(
    a_page_asks_and_a_click_is_enough,
    whoever_guesses_is_told_nothing_and_slowed_down,
);

/// A server that has written to two parents, and the address for the first.
fn written(database: &Database, settings: &[(&str, &str)]) -> (Server, String) {
    let mut all = vec![
        ("JWT_SIGNING_KEY", KEY),
        ("MESSAGES_MODE", "fichier"),
        ("EMAIL_UNSUBSCRIBE", "true"),
        ("BASE_URL", "https://messages.ecole.fr"),
    ];
    all.extend(settings);
    let server = Server::start(database, &all);
    let user = Client::user(&server);
    user.school(2, 1);
    user.write(
        &json!({ "type": "email", "sujet": "x", "contenu": "x", "est_message_groupe": true,
                 "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }),
    );
    let run = user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(run.json()["success_count"], 1, "{}", run.text());
    let key = &database.texts("SELECT cle_lecture AS v FROM messages")[0];
    let envoi = database.number("SELECT CAST(id AS TEXT) AS v FROM envois WHERE parent = 1");
    let token = tracking::unsubscription(key, envoi);
    let path = format!("/api/desinscription/{token}/");
    let mail = format!("outbox/message-1-envoi-{envoi}.eml");
    let mail = std::fs::read_to_string(database.folder().join(mail)).unwrap();
    let line = format!("List-Unsubscribe: <https://messages.ecole.fr{path}>\r\n");
    assert!(mail.contains(&line), "{mail}");
    (server, path)
}

fn willing(database: &Database) -> i64 {
    database.number("SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE notifications_email")
}

fn click(server: &Server, path: &str) -> Answer {
    let form = (
        "application/x-www-form-urlencoded",
        &b"List-Unsubscribe=One-Click"[..],
    );
    Client::nobody(server)
        .try_send("POST", path, Some(form))
        .unwrap()
}

fn a_page_asks_and_a_click_is_enough(database: &Database) {
    let (server, path) = written(database, &[]);
    let nobody = Client::nobody(&server);
    let page = nobody.get(&path);
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type").as_deref(),
        Some("text/html; charset=utf-8")
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(page.header("cache-control").as_deref(), Some("no-store"));
    let text = page.text();
    assert!(
        text.contains(
            "<form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">"
        )
    );
    assert!(
        !text.contains("<script") && !text.contains("Nom1"),
        "{text}"
    );
    assert_eq!(nobody.ask("HEAD", &path, None).status, 200);
    // Who opens it, as scanners of links do, changes nothing.
    assert_eq!(willing(database), 2);
    let done = click(&server, path.trim_end_matches('/'));
    assert_eq!(done.status, 200);
    assert!(done.text().contains("C'est noté"), "{}", done.text());
    assert_eq!(willing(database), 1);
    let again = nobody.try_send("POST", &path, None).unwrap();
    assert_eq!((again.status, again.text()), (200, done.text()));
    assert_eq!(nobody.get(&path).status, 200);
    let deeds = database.texts(
        "SELECT acteur || ' : ' || action || ' ' || numero || ' ' || ip AS v FROM historique
          WHERE objet = 'parent' AND acteur LIKE 'parent%'",
    );
    let deed = "parent, par le lien de désinscription : modifie 1 127.0.0.1";
    assert_eq!(deeds, [deed]);
    assert!(!server.log().contains(path.trim_end_matches('/')));
}

fn whoever_guesses_is_told_nothing_and_slowed_down(database: &Database) {
    let (server, path) = written(database, &[("API_REQUESTS_PER_MINUTE", "5")]);
    for _ in 0..8 {
        assert_eq!(click(&server, &path).status, 200);
    }
    let wrong = path.replace('-', "-0");
    let page = Client::nobody(&server).get(&wrong);
    assert_eq!(page.status, 404);
    assert!(page.text().contains("Page introuvable"), "{}", page.text());
    let posted = click(&server, &wrong);
    assert_eq!((posted.status, posted.text()), (404, page.text()));
    for _ in 0..3 {
        assert_eq!(click(&server, "/api/desinscription/x/").status, 404);
    }
    assert_eq!(click(&server, &path).status, 429);
    assert_eq!(
        Client::nobody(&server).ask("DELETE", &path, None).status,
        405
    );
    assert_eq!(willing(database), 1);
}
