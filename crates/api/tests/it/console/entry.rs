//! Signing in and out, and forms that are none of ours.

use crate::client::{Client, key};
use crate::harness::{Server, conn};
use crate::person::{Person, hidden};
use crate::token::{KEY, mint};
use messages_core::store::appels::cles;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;

stories!(
    one_signs_in_with_a_key_or_a_token_and_out_again,
    a_session_ends_with_its_hours_and_with_its_key,
    whoever_guesses_keys_at_the_door_is_slowed_down,
    a_form_of_another_site_does_nothing,
    nobody_sees_or_does_what_their_key_may_not,
    without_keys_only_this_machine_comes_in,
);

const SETTINGS: [(&str, &str); 1] = [("JWT_SIGNING_KEY", KEY)];

fn one_signs_in_with_a_key_or_a_token_and_out_again(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, id) = key(database, Portee::ALL);
    let door = Person::new(&server).get("/console/messages/?statut=echec");
    assert_eq!(door.status, 303);
    let place = door.header("location").unwrap();
    assert_eq!(
        place,
        "/console/connexion/?suite=%2Fconsole%2Fmessages%2F%3Fstatut%3Dechec"
    );
    let person = Person::new(&server);
    let page = person.page(&place);
    let suite = hidden(&page, "suite");
    let wrong = person.send(
        "/console/connexion/",
        &[("cle", "msg_0_0"), ("suite", "/console/")],
        &[],
    );
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text().contains("Cette clé n’est pas valable"),
        "{}",
        wrong.text()
    );
    assert_eq!(person.token(), None);
    let entered = person.send(
        "/console/connexion/",
        &[("cle", &secret), ("suite", &suite)],
        &[],
    );
    assert_eq!(
        entered.header("location").as_deref(),
        Some("/console/messages/?statut=echec")
    );
    let cookie = entered.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(
        cookie.contains("Path=/console/") && cookie.contains("Max-Age=28800"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert!(person.page("/console/").contains("Aujourd’hui"));
    // Of the token only its digest is kept, and signing in is a deed.
    let token = person.token().unwrap();
    assert_eq!(
        database.texts("SELECT cle AS v FROM (SELECT CAST(cle AS TEXT) AS cle FROM sessions) AS s"),
        [id.to_string()]
    );
    assert!(
        !database
            .texts("SELECT empreinte AS v FROM sessions")
            .contains(&token)
    );
    assert_eq!(
        database.texts("SELECT acteur AS v FROM historique WHERE action = 'connecte'"),
        [format!("clé {id}")]
    );
    // Behind TLS the cookie never leaves without.
    let safe = Person::new(&server);
    let entered = safe.send(
        "/console/connexion/",
        &[("cle", &mint("access"))],
        &[("X-Forwarded-Proto", "https")],
    );
    assert!(entered.header("set-cookie").unwrap().contains("Secure"));
    assert!(safe.page("/console/").contains("Aujourd’hui"));
    let stolen = person.stolen();
    assert_eq!(stolen.get("/console/").status, 200);
    assert_eq!(
        person
            .submit("/console/", "/console/deconnexion/", &[])
            .status,
        303
    );
    assert_eq!(person.token(), None);
    assert_eq!(
        stolen.get("/console/").status,
        303,
        "who has the cookie is out as well"
    );
}

fn a_session_ends_with_its_hours_and_with_its_key(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let (secret, id) = key(database, Portee::ALL);
    let person = Person::with(&server, &secret);
    let page = person.page("/console/messages/nouveau/");
    let fields = [
        ("sceau", hidden(&page, "sceau")),
        ("geste", "brouillon".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    database.execute("UPDATE sessions SET fin = '2026-01-01T00:00:00.000000Z'");
    assert_eq!(person.get("/console/").status, 303);
    let late = person.send("/console/messages/nouveau/", &fields, &[]);
    assert_eq!(late.status, 401);
    assert!(
        late.text().contains("Rien n’a été fait."),
        "{}",
        late.text()
    );
    let again = Person::with(&server, &secret);
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM sessions"),
        1,
        "the old one is gone"
    );
    cles::revoke(&mut conn(database), id).unwrap();
    assert_eq!(again.get("/console/").status, 303);
}

fn whoever_guesses_keys_at_the_door_is_slowed_down(database: &Database) {
    let mut settings = SETTINGS.to_vec();
    settings.push(("API_REQUESTS_PER_MINUTE", "5"));
    let server = Server::start(database, &settings);
    let person = Person::new(&server);
    let statuses: Vec<u16> = (0..60)
        .map(|_| {
            person
                .send("/console/connexion/", &[("cle", "msg_0_0")], &[])
                .status
        })
        .collect();
    assert_eq!(statuses[0], 401);
    assert_eq!(*statuses.last().unwrap(), 429, "{statuses:?}");
    assert!(!server.log().contains("msg_0_0"));
}

fn a_form_of_another_site_does_nothing(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let user = Client::user(&server);
    user.school(2, 1);
    let id = user.write(
        &json!({ "type": "sms", "contenu": "x", "est_message_groupe": true,
        "statut": "programme", "date_programmee": "2036-01-01T00:00:00Z" }),
    );
    let (secret, _) = key(database, Portee::ALL);
    let [person, other] = [(); 2].map(|()| Person::with(&server, &secret));
    let path = format!("/console/messages/{id}/annuler/");
    let page = person.page(&format!("/console/messages/{id}/"));
    let seal = hidden(&page, "sceau");
    let foreign = hidden(&other.page("/console/"), "sceau");
    let wrong = [409, 403];
    for (fields, headers) in [
        (vec![], vec![]),
        (vec![("sceau", "")], vec![]),
        (vec![("sceau", foreign.as_str())], vec![]),
        (
            vec![("sceau", seal.as_str())],
            vec![("Sec-Fetch-Site", "cross-site")],
        ),
        (
            vec![("sceau", seal.as_str())],
            vec![("Sec-Fetch-Site", "same-site")],
        ),
        (
            vec![("sceau", seal.as_str())],
            vec![("Origin", "https://mechant.example")],
        ),
        (vec![("sceau", seal.as_str())], vec![("Origin", "null")]),
    ] {
        let refused = person.send(&path, &fields, &headers);
        assert!(wrong.contains(&refused.status), "{fields:?} {headers:?}");
        assert_eq!(user.message(id)["statut"], "programme");
    }
    // Nor may the door be opened from elsewhere, so that somebody works in another's name.
    let elsewhere = [("Sec-Fetch-Site", "cross-site")];
    let entered = Person::new(&server).send("/console/connexion/", &[("cle", &secret)], &elsewhere);
    assert_eq!(entered.status, 403);
    let own = format!("http://{}", server.host());
    let cancelled = person.send(&path, &[("sceau", &seal)], &[("Origin", &own)]);
    assert_eq!(cancelled.status, 303, "{}", cancelled.text());
    assert_eq!(user.message(id)["statut"], "brouillon");
    for header in [
        "content-security-policy",
        "x-frame-options",
        "x-content-type-options",
        "cache-control",
    ] {
        assert!(person.get("/console/").header(header).is_some(), "{header}");
    }
    let policy = person
        .get("/console/")
        .header("content-security-policy")
        .unwrap();
    assert!(
        policy.contains("default-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
}

fn nobody_sees_or_does_what_their_key_may_not(database: &Database) {
    let server = Server::start(database, &SETTINGS);
    let user = Client::user(&server);
    user.school(2, 1);
    let id =
        user.write(&json!({ "type": "sms", "contenu": "mot secret", "est_message_groupe": true }));
    let with = |portees: &[Portee]| Person::with(&server, &key(database, portees).0);
    let reader = with(&[Portee::Lecture]);
    let page = reader.page(&format!("/console/messages/{id}/"));
    assert!(page.contains("mot secret"));
    for absent in [
        "/modifier/",
        "/envoyer/",
        "/supprimer/",
        "/console/messages/nouveau/",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
    for path in [
        "nouveau/",
        &format!("{id}/modifier/"),
        &format!("{id}/supprimer/"),
        &format!("{id}/envoyer/"),
    ] {
        let path = format!("/console/messages/{path}");
        assert_eq!(reader.get(&path).status, 403, "{path}");
        assert_eq!(
            reader
                .submit("/console/", &path, &[("geste", "brouillon")])
                .status,
            403,
            "{path}"
        );
    }
    let writer = with(&[Portee::Ecriture]);
    for path in [
        "/console/",
        "/console/messages/",
        &format!("/console/messages/{id}/"),
        &format!("/console/messages/{id}/modifier/"),
    ] {
        let refused = writer.get(path);
        assert_eq!(refused.status, 403, "{path}");
        assert!(!refused.text().contains("mot secret"));
    }
    // To programme is to send.
    let writer = with(&[Portee::Lecture, Portee::Ecriture]);
    let new = "/console/messages/nouveau/";
    assert!(!writer.page(new).contains("value=\"programmer\""));
    let fields = [
        ("canal", "sms"),
        ("cible", "tous"),
        ("contenu", "x"),
        ("jour", "2036-01-01"),
        ("heure", "08:00"),
    ];
    let with_gesture = |gesture| [&fields[..], &[("geste", gesture)]].concat();
    assert_eq!(
        writer.submit(new, new, &with_gesture("programmer")).status,
        403
    );
    assert_eq!(
        writer.submit(new, new, &with_gesture("brouillon")).status,
        303
    );
}

fn without_keys_only_this_machine_comes_in(database: &Database) {
    let server = Server::start_with(database, &["--no-auth"], &[]);
    let person = Person::new(&server);
    assert!(person.page("/console/").contains("Aujourd’hui"));
    let host = [("Host", "ecole.exemple.fr")];
    let away = Client::nobody(&server)
        .with(host[0].0, host[0].1)
        .get("/console/");
    assert_ne!(away.status, 200);
    let foreign = person.send(
        "/console/messages/nouveau/",
        &[(
            "sceau",
            &hidden(&person.page("/console/messages/nouveau/"), "sceau"),
        )],
        &[("Origin", "https://mechant.example")],
    );
    assert_eq!(foreign.status, 403);
}
