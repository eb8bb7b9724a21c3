//! The directory in the console: searched, looked at, mended, erased, taken from a file.

use crate::client::{Client, key, number};
use crate::harness::Server;
use crate::person::{Person, hidden};
use crate::token::KEY;
use crate::wire::Answer;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;

stories!(
    parents_are_found_with_what_is_wrong_with_them,
    a_parent_is_mended_and_a_fault_stands_beside_its_field,
    a_wish_is_changed_by_its_own_button,
    a_parent_is_erased_once_it_was_confirmed,
    classes_are_counted_and_five_thousand_come_in_pages,
    a_file_is_rehearsed_and_then_imported,
    only_what_was_rehearsed_is_imported,
    what_is_no_directory_is_told,
    nobody_does_here_what_their_key_may_not,
    the_directory_speaks_english_where_the_school_does,
);

const LIST: &str = "/console/annuaire/";
const IMPORT: &str = "/console/import/";
const HEAD: &str =
    "parent_id;nom;prenom;telephone;email;notifications_email;etudiant_id;etudiant_nom;classe\n";

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

fn secretary<'s>(server: &'s Server, database: &Database) -> Person<'s> {
    let (secret, _) = key(database, Portee::ALL);
    Person::with(server, &secret)
}

/// Sends the form of the import with these files.
fn send(
    server: &Server,
    person: &Person<'_>,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!(
            "--limite\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.into_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--limite\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--limite--\r\n");
    let cookie = format!("console={}", person.token().unwrap());
    let media = "multipart/form-data; boundary=limite";
    let client = Client::nobody(server).with("Cookie", &cookie);
    client
        .try_send("POST", IMPORT, Some((media, &body)))
        .unwrap()
}

fn parents_are_found_with_what_is_wrong_with_them(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(60, 2);
    let evil = json!({ "nom": "<img src=x onerror=alert(1)>", "telephone": "01 23 45 67 89", "email": "" });
    assert_eq!(user.patch("/api/parents/1/", &evil).status, 200);
    let opposed = json!({ "notifications_sms": false });
    assert_eq!(user.patch("/api/parents/2/", &opposed).status, 200);
    let person = secretary(&server, database);
    let all = person.page(LIST);
    assert!(
        all.contains("60\u{a0}parents") && all.contains("Page 1 / 2"),
        "{all}"
    );
    assert!(all.len() < 60_000, "{}", all.len());
    let last = person.page("/console/annuaire/?page=2");
    assert!(last.contains("Page 2 / 2") && last.contains("rel=\"prev\""));
    let of_class = person.page("/console/annuaire/?classe=1");
    assert!(
        of_class.contains("30\u{a0}parents · classe Classe 1"),
        "{of_class}"
    );
    let typed = number(2).replace("+33", "0");
    let found = person.page(&format!("/console/annuaire/?search={typed}"));
    assert!(
        found.contains("1\u{a0}parent<") && found.contains("pas de SMS"),
        "{found}"
    );
    let by_pupil = person.page("/console/annuaire/?search=pupille59+awa");
    assert!(
        by_pupil.contains("1\u{a0}parent<") && by_pupil.contains("Tuteur59 Awa"),
        "{by_pupil}"
    );
    let table = person.get("/console/annuaire/parents.csv/?search=pupille59");
    assert!(table.text().contains("Tuteur59"), "{}", table.text());
    let mailbox = person.page("/console/annuaire/?search=tuteur59%40");
    assert!(
        mailbox.contains("Tuteur59 Awa") && mailbox.contains("Pupille59 (Classe 2)"),
        "{mailbox}"
    );
    let bad = person.page("/console/annuaire/?joignable=non");
    assert!(
        bad.contains("1\u{a0}parent<") && bad.contains("ligne fixe"),
        "{bad}"
    );
    assert!(
        bad.contains("non joignable") && bad.contains("pas d&#39;adresse e-mail utilisable"),
        "{bad}"
    );
    assert!(
        !bad.contains("<img src=x") && bad.contains("onerror=alert(1)"),
        "{bad}"
    );
    let table = person.get("/console/annuaire/parents.csv/?joignable=non");
    assert_eq!(
        table.header("content-type").as_deref(),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(
        table.text(),
        user.get("/api/parents.csv?joignable=non").text()
    );
    let one = person.page("/console/parents/1/");
    assert!(
        !one.contains("<img src=x") && one.contains("ligne fixe"),
        "{one}"
    );
    assert!(
        person
            .page("/console/annuaire/?search=personne")
            .contains("Aucun parent")
    );
    assert_eq!(person.get("/console/parents/99/").status, 404);
}

fn a_parent_is_mended_and_a_fault_stands_beside_its_field(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    let id = user
        .write(&json!({ "type": "sms", "contenu": "Bonjour à tous", "est_message_groupe": true }));
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    let person = secretary(&server, database);
    let one = person.page("/console/parents/1/");
    for part in [
        "Bonjour à tous".to_owned(),
        format!("/console/messages/{id}/"),
        "/console/messages/nouveau/?parent=1".to_owned(),
        "Pupille1".to_owned(),
        "/console/annuaire/?classe=1".to_owned(),
    ] {
        assert!(one.contains(&part), "{part}: {one}");
    }
    let wrong = [("telephone", "06 12"), ("email", "nulle part")];
    let refused = person.submit("/console/parents/1/", "/console/parents/1/", &wrong);
    assert_eq!(refused.status, 400);
    let text = refused.text();
    assert!(
        text.contains("id=\"telephone-dit\"") && text.contains("id=\"email-dit\""),
        "{text}"
    );
    assert!(
        text.contains("value=\"06 12\"") && text.contains("value=\"nulle part\""),
        "{text}"
    );
    assert_eq!(user.get("/api/parents/1/").json()["telephone"], number(1));
    let right = [
        ("telephone", "06 98 76 54 32"),
        ("email", "neuve@exemple.example"),
    ];
    let (place, told) = person.press("/console/parents/1/", "/console/parents/1/", &right);
    assert_eq!(place, "/console/parents/1/");
    assert!(
        told.contains("Les coordonnées sont enregistrées."),
        "{told}"
    );
    let parent = user.get("/api/parents/1/").json();
    assert_eq!(parent["telephone"], "06 98 76 54 32");
    assert_eq!(parent["etudiants"], json!([1]), "nothing else is changed");
    assert_eq!(parent["notifications_email"], true);
    let who = database
        .texts("SELECT acteur AS v FROM historique WHERE objet = 'parent' AND action = 'modifie'");
    assert_eq!(who, ["clé 1"]);
}

fn a_wish_is_changed_by_its_own_button(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(1, 1);
    let person = secretary(&server, database);
    let (page, path) = ("/console/parents/1/", "/console/parents/1/notifications/");
    let (_, told) = person.press(page, path, &[("canal", "email"), ("recevoir", "non")]);
    assert!(
        told.contains("Ce parent ne reçoit plus d’e-mails."),
        "{told}"
    );
    let parent = user.get("/api/parents/1/").json();
    assert_eq!(
        (&parent["notifications_sms"], &parent["notifications_email"]),
        (&json!(true), &json!(false))
    );
    person.press(page, path, &[("canal", "email"), ("recevoir", "oui")]);
    assert_eq!(
        user.get("/api/parents/1/").json()["notifications_email"],
        true
    );
    for wrong in [
        [("canal", "pigeon"), ("recevoir", "oui")],
        [("canal", "sms"), ("recevoir", "")],
    ] {
        assert_eq!(person.submit(page, path, &wrong).status, 404);
    }
}

fn a_parent_is_erased_once_it_was_confirmed(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    let person = secretary(&server, database);
    let path = "/console/parents/1/effacer/";
    assert!(person.page(path).contains("Effacer Awa Tuteur1\u{a0}?"));
    assert_eq!(user.get("/api/parents/1/").status, 200);
    let (place, told) = person.press(path, path, &[]);
    assert_eq!(place, LIST);
    assert!(
        told.contains("Ce parent est effacé.") && !told.contains("Tuteur1"),
        "{told}"
    );
    assert_eq!(user.get("/api/parents/1/").status, 404);
}

fn classes_are_counted_and_five_thousand_come_in_pages(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(40, 5000);
    let person = secretary(&server, database);
    let page = person.page("/console/classes/?search=4999");
    assert!(
        page.contains("/console/messages/nouveau/?classe=4999"),
        "{page}"
    );
    let all = person.page("/console/classes/?page=100");
    assert!(
        all.contains("5\u{202f}000\u{a0}classes") && all.contains("Page 100 / 100"),
        "{all}"
    );
    let beyond = person.page("/console/classes/?page=101");
    assert!(beyond.contains("page=100"), "{beyond}");
    // Nor are they in a field of another page.
    for path in ["/console/classes/", LIST, "/console/annuaire/?classe=7"] {
        let page = person.page(path);
        assert!(page.len() < 60_000, "{path}: {}", page.len());
    }
    assert!(
        person
            .page("/console/annuaire/?classe=7")
            .contains("1\u{a0}parent · classe Classe 7")
    );
}

fn file(lines: impl Iterator<Item = i64>) -> String {
    let line =
        |n: i64| format!("{n};Nom{n};Awa;0612{n:06};n{n}@exemple.example;oui;{n};Eleve{n};6e A\n");
    lines.fold(HEAD.to_owned(), |text, n| text + &line(n))
}

fn a_file_is_rehearsed_and_then_imported(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let person = secretary(&server, database);
    let seal = hidden(&person.page(IMPORT), "sceau");
    let text = file(1..10).replace("0612000004", "0123456789");
    let files: [(&str, &[u8]); 1] = [("annuaire.csv", text.as_bytes())];
    let tried = send(&server, &person, &[("sceau", &seal)], &files);
    assert_eq!(tried.status, 200);
    let report = tried.text();
    assert!(report.contains("rien n’est encore importé"), "{report}");
    assert!(
        report.contains("<td>9</td><td>0</td><td>0</td>"),
        "{report}"
    );
    assert!(
        report.contains("1\u{a0}parent sans numéro de téléphone utilisable."),
        "{report}"
    );
    assert!(report.contains("<td>0123456789</td>"), "{report}");
    assert_eq!(user.get("/api/parents/").json(), json!([]), "a rehearsal");
    let (empreinte, absents) = (hidden(&report, "empreinte"), hidden(&report, "absents"));
    let mut fields = vec![
        ("sceau", seal.as_str()),
        ("empreinte", &empreinte),
        ("absents", &absents),
        ("importer", "oui"),
    ];
    let done = send(&server, &person, &fields, &files);
    assert_eq!(
        (done.status, done.header("location").as_deref()),
        (303, Some(LIST))
    );
    assert_eq!(
        user.get("/api/parents/").json().as_array().unwrap().len(),
        9
    );
    let who = database.texts("SELECT acteur AS v FROM historique WHERE action = 'importe'");
    assert_eq!(who, ["clé 1"]);
    // A script is led on in its own way.
    let by_script = {
        let cookie = format!("console={}", person.token().unwrap());
        let client = Client::nobody(&server)
            .with("Cookie", &cookie)
            .with("HX-Request", "true");
        client.try_send(
            "POST",
            IMPORT,
            Some((
                "application/x-www-form-urlencoded",
                format!("sceau={seal}").as_bytes(),
            )),
        )
    };
    let part = by_script.unwrap();
    assert_eq!(part.status, 200);
    assert!(
        part.text().contains("Choisissez") && !part.text().contains("<html"),
        "{}",
        part.text()
    );
    // This year's, which is all of it.
    let text = file(1..5);
    let files: [(&str, &[u8]); 1] = [("annuaire.csv", text.as_bytes())];
    let report = send(
        &server,
        &person,
        &[("sceau", &seal), ("complet", "oui")],
        &files,
    )
    .text();
    assert!(
        report.contains("5\u{a0}parents ne sont pas dans ce fichier (sur 9)"),
        "{report}"
    );
    assert!(report.contains("plus d’un tiers"), "{report}");
    let empreinte = hidden(&report, "empreinte");
    fields = vec![
        ("sceau", seal.as_str()),
        ("complet", "oui"),
        ("empreinte", &empreinte),
        ("absents", "5"),
        ("importer", "oui"),
    ];
    let unmeant = send(&server, &person, &fields, &files);
    assert!(
        unmeant.text().contains("Rien n’est encore importé"),
        "{}",
        unmeant.text()
    );
    fields.push(("oui", "oui"));
    assert_eq!(send(&server, &person, &fields, &files).status, 303);
    let left = database
        .number("SELECT CAST(count(*) AS TEXT) AS v FROM parents WHERE parti_le IS NOT NULL");
    assert_eq!(left, 5);
    assert!(
        person
            .page("/console/parents/9/")
            .contains("N’est plus dans l’annuaire complet")
    );
}

fn only_what_was_rehearsed_is_imported(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(9, 1);
    let person = secretary(&server, database);
    let seal = hidden(&person.page(IMPORT), "sceau");
    let (first, other) = (file(1..9), file(1..8));
    let rehearsed = send(
        &server,
        &person,
        &[("sceau", &seal), ("complet", "oui")],
        &[("a.csv", first.as_bytes())],
    )
    .text();
    let empreinte = hidden(&rehearsed, "empreinte");
    assert_eq!(hidden(&rehearsed, "absents"), "1");
    let fields = |complet: bool| {
        let mut fields = vec![
            ("sceau", seal.as_str()),
            ("empreinte", &empreinte),
            ("absents", "1"),
            ("importer", "oui"),
        ];
        if complet {
            fields.push(("complet", "oui"));
        }
        fields
    };
    let untouched = || {
        assert_eq!(user.get("/api/parents/1/").json()["nom"], "Tuteur1");
    };
    // Another file, another answer.
    for (complet, text) in [(true, &other), (false, &first)] {
        let again = send(
            &server,
            &person,
            &fields(complet),
            &[("a.csv", text.as_bytes())],
        );
        assert_eq!(again.status, 200);
        assert!(
            again.text().contains("Rien n’est encore importé"),
            "{}",
            again.text()
        );
        untouched();
    }
    // Somebody has come since, who would leave without having been counted.
    user.post("/api/parents/", &json!({ "nom": "Nouvelle" }));
    let again = send(
        &server,
        &person,
        &fields(true),
        &[("a.csv", first.as_bytes())],
    );
    assert!(
        again
            .text()
            .contains("2\u{a0}parents ne sont pas dans ce fichier"),
        "{}",
        again.text()
    );
    untouched();
    assert_eq!(user.delete("/api/parents/10/").status, 204);
    assert_eq!(
        send(
            &server,
            &person,
            &fields(true),
            &[("a.csv", first.as_bytes())]
        )
        .status,
        303
    );
    assert_eq!(user.get("/api/parents/9/").json()["parti"], true);
}

fn what_is_no_directory_is_told(database: &Database) {
    let server = start(database);
    let person = secretary(&server, database);
    let seal = hidden(&person.page(IMPORT), "sceau");
    let sealed = [("sceau", seal.as_str())];
    let none = send(&server, &person, &sealed, &[("", b"")]);
    assert_eq!(none.status, 400);
    assert!(
        none.text().contains("Choisissez d’abord un fichier."),
        "{}",
        none.text()
    );
    let picture = send(&server, &person, &sealed, &[("liste.csv", b"%PDF-1.7")]);
    assert_eq!(picture.status, 400);
    assert!(
        picture.text().contains("c&#39;est un PDF"),
        "{}",
        picture.text()
    );
    let long = vec![b'a'; 17 * 1024 * 1024];
    let refused = send(&server, &person, &sealed, &[("liste.csv", &long)]);
    assert_eq!(refused.status, 413);
    // Elsewhere a form is short.
    let form = format!("sceau={seal}&telephone={}", "0".repeat(300 * 1024));
    let cookie = format!("console={}", person.token().unwrap());
    let client = Client::nobody(&server).with("Cookie", &cookie);
    let short = client.try_send(
        "POST",
        "/console/parents/1/",
        Some(("application/x-www-form-urlencoded", form.as_bytes())),
    );
    assert_eq!(short.unwrap().status, 413);
}

fn nobody_does_here_what_their_key_may_not(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    let (reads, _) = key(database, &[Portee::Lecture]);
    let reader = Person::with(&server, &reads);
    let page = reader.page("/console/parents/1/");
    assert!(
        page.contains("Tuteur1") && !page.contains("Enregistrer") && !page.contains("effacer"),
        "{page}"
    );
    let seal = hidden(&page, "sceau");
    for path in [
        "/console/parents/1/",
        "/console/parents/1/notifications/",
        "/console/parents/1/effacer/",
        IMPORT,
    ] {
        assert_eq!(
            reader.send(path, &[("sceau", &seal)], &[]).status,
            403,
            "{path}"
        );
    }
    for path in ["/console/parents/1/effacer/", IMPORT] {
        assert_eq!(reader.get(path).status, 403, "{path}");
    }
    // Who only writes is told of nobody.
    let (secret, _) = key(database, &[Portee::Ecriture]);
    let writer = Person::with(&server, &secret);
    let seal = hidden(&writer.page(IMPORT), "sceau");
    let wrong = [
        ("sceau", seal.as_str()),
        ("telephone", "06 12"),
        ("email", ""),
    ];
    for answer in [
        writer.get(LIST),
        writer.get("/console/parents/1/"),
        writer.get("/console/parents/1/effacer/"),
        writer.get("/console/annuaire/parents.csv/"),
        writer.send("/console/parents/1/", &wrong, &[]),
    ] {
        assert_eq!(answer.status, 403);
        assert!(!answer.text().contains("Tuteur1"), "{}", answer.text());
    }
    // A form of another session, and one that another site sends.
    let person = secretary(&server, database);
    let own = hidden(&person.page("/console/parents/1/"), "sceau");
    let change = |seal: &str, headers: &[(&str, &str)]| {
        let fields = [
            ("sceau", seal),
            ("telephone", "06 11 11 11 11"),
            ("email", ""),
        ];
        person.send("/console/parents/1/", &fields, headers).status
    };
    assert_eq!(change(&seal, &[]), 409);
    assert_eq!(change("", &[]), 409);
    assert_eq!(change(&own, &[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(
        send(
            &server,
            &person,
            &[("sceau", &seal)],
            &[("a.csv", file(1..3).as_bytes())]
        )
        .status,
        409
    );
    assert_eq!(user.get("/api/parents/1/").json()["telephone"], number(1));
    assert_eq!(change(&own, &[]), 303);
    assert_eq!(
        Person::new(&server).get(LIST).status,
        303,
        "nobody is signed in"
    );
}

fn the_directory_speaks_english_where_the_school_does(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("LANGUAGE_CODE", "en-us")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    user.school(3, 1);
    user.patch(
        "/api/parents/1/",
        &json!({ "telephone": "01 23 45 67 89", "notifications_email": false }),
    );
    let person = secretary(&server, database);
    for path in [
        LIST,
        "/console/parents/1/",
        "/console/parents/1/effacer/",
        "/console/classes/",
        IMPORT,
    ] {
        let page = person.page(path);
        for french in [
            "Annuaire",
            "Classe<",
            "Écrire",
            "Effacer",
            "Téléphone",
            "fichier,",
            "joignable<",
        ] {
            assert!(!page.contains(french), "{path}: {french} in {page}");
        }
    }
    let seal = hidden(&person.page(IMPORT), "sceau");
    let text = file(3..5);
    let report = send(
        &server,
        &person,
        &[("sceau", &seal), ("complet", "oui")],
        &[("a.csv", text.as_bytes())],
    )
    .text();
    assert!(
        report.contains("nothing is imported yet")
            && report.contains("2\u{a0}parents are not in this file (of 3)"),
        "{report}"
    );
    assert!(report.contains("Yes, this is meant"), "{report}");
}
