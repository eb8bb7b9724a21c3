//! What an administrator does in the console: keys, settings, whether all works, who did what.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::person::{Person, hidden};
use crate::token::KEY;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

stories!(
    a_key_is_made_shown_once_used_and_revoked,
    nobody_gives_away_or_takes_back_what_they_have_not,
    settings_are_shown_without_secrets,
    everything_is_checked_by_a_button,
    deeds_are_found_by_who_and_what,
);

const SETTINGS: [(&str, &str); 3] = [
    ("JWT_SIGNING_KEY", KEY),
    ("SMS_API_KEY", "motsecret"),
    ("LOG_LEVEL", "debug"),
];

const KEYS: &str = "/console/cles/";

fn a_key_is_made_shown_once_used_and_revoked(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, Portee::ALL);
    let person = Person::with(&server, &secret);
    let wrong = person.submit(KEYS, KEYS, &[("nom", ""), ("lecture", "oui")]);
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("Donnez-lui un nom."));
    let wrong = person.submit(KEYS, KEYS, &[("nom", "<b>Cantine</b>")]);
    assert!(wrong.text().contains("Choisissez au moins une chose"));
    assert!(wrong.text().contains("value=\"&#60;b&#62;Cantine"));
    let page = person.page(KEYS);
    let (seal, once) = (hidden(&page, "sceau"), hidden(&page, "demande"));
    let fields = [
        ("sceau", seal.as_str()),
        ("demande", once.as_str()),
        ("nom", "Cantine"),
        ("lecture", "oui"),
    ];
    let made = person.send(KEYS, &fields, &[]);
    assert_eq!(made.status, 201);
    let again = person.send(KEYS, &fields, &[]);
    assert_eq!(
        again.status, 303,
        "a page that is loaded again makes no other"
    );
    let page = person.page(KEYS);
    assert!(page.contains("Cette clé est déjà créée"), "{page}");
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM cles_api"),
        2
    );
    assert_eq!(made.header("cache-control").as_deref(), Some("no-store"));
    let text = made.text();
    let begin = text.find("<code class=\"key\">msg_").unwrap() + "<code class=\"key\">".len();
    let new = &text[begin..begin + 77];
    let page = person.page(KEYS);
    assert!(page.contains("Cantine") && !page.contains(new));
    assert!(page.contains("jamais"), "it was not used yet");
    let program = Client::nobody(&server).bearer(new);
    assert_eq!(program.get("/api/messages/").status, 200);
    let used =
        "SELECT CAST(id AS TEXT) AS v FROM cles_api WHERE utilisee_le IS NOT NULL AND id = 2";
    let is_noted = (0..200).any(|_| {
        sleep(Duration::from_millis(20));
        !database.texts(used).is_empty()
    });
    assert!(is_noted);
    let (place, page) = person.press(
        "/console/cles/2/revoquer/",
        "/console/cles/2/revoquer/",
        &[],
    );
    assert_eq!(place, KEYS);
    assert!(page.contains("La clé « Cantine » est révoquée."), "{page}");
    assert!(page.contains("Clés révoquées (1)"), "{page}");
    // Who asks without a pause is not believed any longer than others.
    let revoked = Instant::now();
    while program.get("/api/messages/").status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(2));
    }
    assert_eq!(program.get("/api/messages/").status, 401);
    let again = person.submit(
        "/console/cles/2/revoquer/",
        "/console/cles/2/revoquer/",
        &[],
    );
    assert_eq!(again.status, 303);
    assert!(person.page(KEYS).contains("Cette clé était déjà révoquée."));
    let deeds = database.texts(
        "SELECT acteur || ' ' || action || ' ' || objet || ' ' || numero AS v FROM historique
          WHERE objet = 'cle' AND acteur <> 'ligne de commande' ORDER BY id",
    );
    assert_eq!(deeds, ["clé 1 cree cle 2", "clé 1 revoque cle 2"]);
}

fn nobody_gives_away_or_takes_back_what_they_have_not(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (all, _) = key(database, Portee::ALL);
    let (reader, _) = key(database, &[Portee::Lecture]);
    let (watcher, _) = key(database, &[Portee::Supervision]);
    let stranger = Person::with(&server, &reader);
    let paths = [
        KEYS,
        "/console/reglages/",
        "/console/controle/",
        "/console/historique/",
    ];
    for path in paths {
        assert_eq!(stranger.get(path).status, 403, "{path}");
    }
    assert!(!stranger.page("/console/").contains("Administration"));
    let person = Person::with(&server, &watcher);
    let page = person.page(KEYS);
    assert!(page.contains("name=\"supervision\"") && !page.contains("name=\"envoi\""));
    assert!(!page.contains("/console/cles/1/revoquer/"), "{page}");
    assert_eq!(person.get("/console/historique/").status, 403);
    assert_eq!(person.get("/console/cles/1/revoquer/").status, 403);
    assert_eq!(person.get("/console/cles/9/revoquer/").status, 404);
    let more = [("nom", "x"), ("supervision", "oui"), ("envoi", "oui")];
    assert_eq!(person.submit(KEYS, KEYS, &more).status, 403);
    let seal = hidden(&page, "sceau");
    let sealed = [("sceau", seal.as_str())];
    let revoked = person.send("/console/cles/1/revoquer/", &sealed, &[]);
    assert_eq!(revoked.status, 403);
    // The form of somebody else's session.
    let boss = Person::with(&server, &all);
    let fields = [("sceau", seal.as_str()), ("nom", "x"), ("lecture", "oui")];
    for path in [
        KEYS,
        "/console/cles/2/revoquer/",
        "/console/controle/",
        "/console/calendrier/adresse/",
        "/console/calendrier/adresse/annuler/",
    ] {
        assert_eq!(boss.send(path, &fields, &[]).status, 409, "{path}");
    }
    let foreign = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(boss.send(KEYS, &fields, &foreign).status, 403);
    let left = "SELECT CAST(count(*) AS TEXT) AS v FROM cles_api WHERE revoquee_le IS NULL";
    assert_eq!(database.number(left), 3);
}

fn settings_are_shown_without_secrets(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, &[Portee::Supervision]);
    let page = Person::with(&server, &secret).page("/console/reglages/");
    assert!(page.len() < 60_000, "{}", page.len());
    for hidden in [KEY, "motsecret"] {
        assert!(!page.contains(hidden));
    }
    let row = |name: &str| {
        let rest = page.split_once(&format!("<code>{name}</code>")).unwrap().1;
        rest.split_once("</tr>").unwrap().0.to_owned()
    };
    assert!(row("SMS_API_KEY").contains("défini (caché)"));
    assert!(row("LOG_LEVEL").contains("<td>debug</td><td>environnement</td>"));
    let unset = page.split_once("Non définis").unwrap().1;
    assert!(unset.contains("<li><code>SMS_API_SECRET</code></li>"));
}

fn everything_is_checked_by_a_button(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, &[Portee::Supervision]);
    let person = Person::with(&server, &secret);
    let path = "/console/controle/";
    let proven = person.submit(path, path, &[("quoi", "base")]);
    assert_eq!(proven.status, 200);
    let text = proven.text();
    assert!(text.contains("La base de données : tout va bien"), "{text}");
    assert!(text.contains("chaque tentative a une fin"), "{text}");
    let checked = person.submit(path, path, &[("quoi", "reglages")]);
    assert_eq!(checked.status, 200);
    let text = checked.text();
    assert!(text.contains("Tables : à jour"), "{text}");
    assert!(
        text.contains("Écriture : base, dossiers et journal"),
        "{text}"
    );
}

fn deeds_are_found_by_who_and_what(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, Portee::ALL);
    let program = Client::nobody(&server).bearer(&secret);
    program.school(1, 1);
    let id = program.write(&json!({ "type": "sms", "contenu": "x", "parent": 1 }));
    for n in 0..60 {
        let patched = program.patch(
            &format!("/api/messages/{id}/"),
            &json!({ "contenu": format!("x{n}") }),
        );
        assert_eq!(patched.status, 200);
    }
    let person = Person::with(&server, &secret);
    let page = person.page("/console/historique/");
    assert!(page.len() < 60_000, "{}", page.len());
    assert!(page.contains("connexion à la console") && page.contains("clé 1"));
    assert!(page.contains(&format!("href=\"/console/messages/{id}/\"")));
    assert!(page.contains("rel=\"next\"") && !page.contains("rel=\"prev\""));
    let second = person.page("/console/historique/?page=2");
    assert!(!second.contains("rel=\"next\"") && second.contains("rel=\"prev\""));
    let rows = |query: &str| {
        let page = person.page(&format!("/console/historique/?{query}"));
        page.matches("<tr><th scope=\"row\">").count()
    };
    assert_eq!(rows("action=cree&objet=message"), 1);
    assert_eq!(
        rows(&format!("objet=message&numero={id}&action=modifie")),
        50
    );
    assert_eq!(rows("acteur=ligne+de+commande"), 1);
    let of_key = rows("acteur=cl%C3%A9+1&objet=message");
    assert!(of_key > 0);
    let name = database
        .texts("SELECT nom AS v FROM cles_api WHERE id = 1")
        .remove(0);
    assert_eq!(
        rows(&format!("acteur={}&objet=message", name.to_uppercase())),
        of_key,
        "{name}"
    );
    assert_eq!(rows("depuis=2999-01-01"), 0);
    assert_eq!(
        rows("acteur=%00&action=rien&numero=x&page=99999999999999999999"),
        0
    );
    // Whoever may not read messages is not led to them.
    let (historian, _) = key(database, &[Portee::Historique]);
    let page = Person::with(&server, &historian).page("/console/historique/");
    assert!(!page.contains("/console/messages/") && !page.contains(KEYS));
}
