//! The calendar, and the address at which other calendars ask.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::person::Person;
use crate::token::KEY;
use messages_core::instant::Instant;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    the_calendar_shows_what_leaves_on_the_days_of_the_school,
    other_calendars_learn_no_name_and_only_while_they_may,
);

const SETTINGS: [(&str, &str); 3] = [
    ("JWT_SIGNING_KEY", KEY),
    ("TIME_ZONE", "Europe/Paris"),
    ("API_REQUESTS_PER_MINUTE", "200"),
];

fn programmed(at: &str, contenu: &str) -> Value {
    json!({
        "type": "sms", "contenu": contenu, "est_message_groupe": true, "classe": 1,
        "statut": "programme", "date_programmee": at,
    })
}

/// The part of a page about one day.
fn day<'p>(page: &'p str, date: &str) -> &'p str {
    let begin = format!("<time datetime=\"{date}\"");
    let rest = page.split_once(&begin).unwrap().1;
    rest.split_once("</td>").unwrap().0
}

fn the_calendar_shows_what_leaves_on_the_days_of_the_school(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, Portee::ALL);
    let program = Client::nobody(&server).bearer(&secret);
    program.school(1, 1);
    // In Paris the third of December, and the last hour of the day before.
    program.write(&programmed("2036-12-02T22:59:59Z", "veille <b>"));
    for n in 0..5 {
        program.write(&programmed("2036-12-02T23:00:00Z", &format!("texte {n}")));
    }
    // A day of 25 hours.
    program.write(&programmed("2036-10-26T22:30:00Z", "changement"));
    let person = Person::with(&server, &secret);
    let page = person.page("/console/calendrier/?mois=2036-12");
    assert!(page.contains("<h1>Décembre 2036</h1>"), "{page}");
    assert!(day(&page, "2036-12-02").contains("<b>23:59</b> veille &#60;b&#62;"));
    let third = day(&page, "2036-12-03");
    assert_eq!(third.matches("<b>00:00</b> texte").count(), 3);
    assert!(
        third.contains("?depuis=2036-12-03&amp;jusqua=2036-12-03\">+ 2\u{a0}autres"),
        "{third}"
    );
    assert!(!day(&page, "2036-12-04").contains("<li>"));
    let found = person.page("/console/messages/?depuis=2036-12-03&jusqua=2036-12-03");
    assert!(found.contains("5\u{a0}messages"), "{found}");
    let week = person.page("/console/calendrier/?semaine=2036-W49");
    assert_eq!(day(&week, "2036-12-03").matches("texte").count(), 5);
    assert!(week.contains("?semaine=2036-W50") && week.contains("?mois=2036-12"));
    let october = person.page("/console/calendrier/?mois=2036-10");
    assert!(day(&october, "2036-10-26").contains("<b>23:30</b> changement"));
    for nonsense in ["mois=x", "semaine=2036-W99", "mois=%00", "mois=262000-01"] {
        person.page(&format!("/console/calendrier/?{nonsense}"));
    }
    let (writer, _) = key(database, &[Portee::Ecriture]);
    assert_eq!(
        Person::with(&server, &writer)
            .get("/console/calendrier/")
            .status,
        403
    );
}

/// The address that a page tells once, without its host.
fn address(page: &str) -> String {
    let begin = page.find("<code class=\"key\">http://").unwrap();
    let rest = &page[begin..];
    let begin = rest.find("/console/calendrier/").unwrap();
    rest[begin..].split_once("</code>").unwrap().0.to_owned()
}

fn other_calendars_learn_no_name_and_only_while_they_may(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, _) = key(database, Portee::ALL);
    let (reader, id) = key(database, &[Portee::Lecture]);
    let program = Client::nobody(&server).bearer(&secret);
    program.school(1, 1);
    let soon = Instant::of_this_machine() + Duration::from_secs(3 * 24 * 3600);
    let soon = soon.to_string();
    program.write(&programmed(&soon, "Réunion, salle 3"));
    let mut private = programmed(&soon, "Votre fils est puni");
    private["parent"] = json!(1);
    private["est_message_groupe"] = json!(false);
    private.as_object_mut().unwrap().remove("classe");
    program.write(&private);
    let person = Person::with(&server, &reader);
    let (page, create) = ("/console/calendrier/", "/console/calendrier/adresse/");
    let first = person.submit(page, create, &[]);
    assert_eq!(first.status, 201);
    assert_eq!(first.header("cache-control").as_deref(), Some("no-store"));
    let first = address(&first.text());
    assert!(!person.page(page).contains(&first), "it is told once");
    let anybody = Client::nobody(&server);
    let feed = anybody.get(&first);
    assert_eq!(feed.status, 200, "{}", feed.text());
    let media = feed.header("content-type").unwrap();
    assert_eq!(media, "text/calendar; charset=utf-8");
    let text = feed.text().replace("\r\n ", "");
    assert!(
        text.contains("SMS · classe Classe 1 · programmé : Réunion\\, salle 3"),
        "{text}"
    );
    assert!(
        text.contains("SUMMARY:SMS · un parent · programmé\r\n"),
        "{text}"
    );
    for told in ["puni", "Tuteur", "Awa"] {
        assert!(!text.contains(told), "{text}");
    }
    let again = anybody.get(&first).text();
    let ids = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("UID:"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(ids(&again), ids(&feed.text()));
    assert!(!server.log().contains(first.rsplit('/').next().unwrap()));
    // Another makes the first void.
    let second = address(&person.submit(page, create, &[]).text());
    assert_eq!(anybody.get(&first).status, 404);
    assert_eq!(anybody.get(&second).status, 200);
    person.submit(page, "/console/calendrier/adresse/annuler/", &[]);
    assert_eq!(anybody.get(&second).status, 404);
    // Void with its key.
    let third = address(&person.submit(page, create, &[]).text());
    assert_eq!(anybody.get(&third).status, 200);
    let boss = Person::with(&server, &secret);
    let revoke = format!("/console/cles/{id}/revoquer/");
    boss.press(&revoke, &revoke, &[]);
    assert_eq!(anybody.get(&third).status, 404);
    // Guessing is slowed down.
    let guess = format!("/console/calendrier/{}.ics", "0".repeat(64));
    assert!((0..250).any(|_| anybody.get(&guess).status == 429));
}
