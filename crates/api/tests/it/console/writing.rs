//! The day of a secretary, in a browser without scripts.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::person::{Person, hidden};
use crate::token::KEY;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::json;

stories!(
    a_secretary_writes_sees_whom_it_reaches_and_programmes_it,
    what_left_is_followed_and_failures_are_sent_again,
    a_wrong_form_comes_back_as_it_was_typed,
    many_recipients_are_confirmed_by_their_number,
    a_resend_to_many_is_confirmed_by_its_number,
    a_text_is_used_again,
    who_has_not_accepted_a_channel_is_named_apart,
    an_email_has_a_subject_and_its_files_are_told,
    letters_that_cost_are_replaced_by_one_button,
    nothing_leaves_but_what_was_read,
    a_trial_leaves_to_one_address_and_is_noted,
    a_trial_has_the_files_of_its_email,
    a_date_that_has_gone_by_is_confirmed,
    two_tabs_do_not_write_over_each_other,
    what_was_typed_outlives_the_session_and_the_message,
    what_people_wrote_is_text,
    five_thousand_classes_make_no_long_page,
    the_pages_speak_english_where_the_school_does,
);

const NEW: &str = "/console/messages/nouveau/";

fn signed_in<'s>(server: &'s Server, database: &Database) -> Person<'s> {
    Person::with(server, &key(database, Portee::ALL).0)
}

fn a_secretary_writes_sees_whom_it_reaches_and_programmes_it(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(6, 2);
    user.patch("/api/parents/2/", &json!({ "telephone": "" }));
    let person = signed_in(&server, database);
    let page = person.page(NEW);
    assert!(page.contains("value=\"choisir:classe:1\"") && page.contains("value=\"choisir:tous\""));
    let found = person.submit(NEW, NEW, &[("geste", "chercher"), ("cherche", "tuteur3")]);
    assert!(
        found.text().contains("value=\"choisir:parent:3\""),
        "{}",
        found.text()
    );
    let by_pupil = person.submit(NEW, NEW, &[("geste", "chercher"), ("cherche", "pupille5")]);
    assert!(
        by_pupil.text().contains("value=\"choisir:parent:5\""),
        "{}",
        by_pupil.text()
    );
    let chosen = person.submit(
        NEW,
        NEW,
        &[
            ("geste", "choisir:classe:1"),
            ("canal", "sms"),
            ("contenu", "Réunion jeudi"),
        ],
    );
    let text = chosen.text();
    assert_eq!(hidden(&text, "cible"), "classe:1");
    assert!(text.contains("2\u{a0}parents recevront ce SMS"), "{text}");
    assert!(
        text.contains("1\u{a0}parent ne le recevra pas") && text.contains("Awa Tuteur2"),
        "{text}"
    );
    assert!(text.contains("Réunion jeudi</textarea>"), "{text}");
    let fields = [
        ("geste", "programmer"),
        ("canal", "sms"),
        ("cible", "classe:1"),
        ("contenu", "Réunion jeudi"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
    ];
    let page = person.page(NEW);
    let mut twice = fields.to_vec();
    let (seal, once) = (hidden(&page, "sceau"), hidden(&page, "demande"));
    twice.extend([("sceau", seal.as_str()), ("demande", once.as_str())]);
    let places = [(); 2].map(|()| person.send(NEW, &twice, &[]).header("location"));
    assert_eq!(places[0], places[1], "pressed twice, written once");
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        1
    );
    let place = places[0].clone().unwrap();
    let page = person.page(&place);
    assert!(
        page.contains("C’est programmé. Partira lundi 3 mars 2036 à 08:00. 2\u{a0}parents le recevront (classe Classe 1)."),
        "{page}"
    );
    assert!(
        !person.page(&place).contains("C’est programmé."),
        "told once"
    );
    assert!(
        person
            .page("/console/")
            .contains("1\u{a0}message programmé")
    );
    assert!(
        person
            .page("/console/messages/?statut=programme&search=jeudi")
            .contains("1\u{a0}message")
    );
    becomes_an_email_and_goes(&user, &person, &place);
}

/// The same message as an e-mail, which is thrown away.
fn becomes_an_email_and_goes(user: &Client<'_>, person: &Person<'_>, place: &str) {
    let (_, page) = person.press(
        &format!("{place}modifier/"),
        &format!("{place}modifier/"),
        &[
            ("geste", "brouillon"),
            ("canal", "email"),
            ("cible", "parent:3"),
            ("sujet", "Objet"),
            ("contenu", "**gras**"),
            ("mise_en_forme", "markdown"),
        ],
    );
    assert!(
        page.contains("brouillon") && page.contains("Awa Tuteur3"),
        "{page}"
    );
    let message = user.message(1);
    assert_eq!(message["contenu_html"], "<p><strong>gras</strong></p>");
    assert_eq!(message["auteur"], "clé 1");
    let mail = person.get(&format!("{place}apercu.html/"));
    assert!(mail.text().contains("<strong>gras</strong>"));
    assert!(
        mail.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    assert!(
        person
            .page(&format!("{place}supprimer/"))
            .contains("Supprimer ce message ?")
    );
    let (place, page) = person.press(
        &format!("{place}supprimer/"),
        &format!("{place}supprimer/"),
        &[],
    );
    assert!(
        place == "/console/messages/" && page.contains("Le message est supprimé."),
        "{page}"
    );
}

fn what_left_is_followed_and_failures_are_sent_again(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(4, 1);
    user.patch("/api/parents/4/", &json!({ "telephone": "" }));
    let person = signed_in(&server, database);
    let (place, _) = person.press(
        NEW,
        NEW,
        &[
            ("geste", "brouillon"),
            ("canal", "sms"),
            ("cible", "tous"),
            ("contenu", "Neige"),
        ],
    );
    let ask = format!("{place}envoyer/");
    let page = person.page(&ask);
    assert!(
        page.contains("3\u{a0}parents")
            && page.contains("3\u{a0}SMS facturés")
            && page.contains("« Neige »"),
        "{page}"
    );
    let (_, page) = person.press(&ask, &ask, &[("destinataires", "3")]);
    assert!(
        page.contains("Message envoyé") || page.contains("en cours"),
        "{page}"
    );
    let page = person.page(&place);
    assert!(
        page.contains("Awa Tuteur1") && page.contains("pas de numéro de téléphone"),
        "{page}"
    );
    assert_eq!(gateway.accepted_count(), 3);
    let missed = person.page(&format!("{place}non_atteints/"));
    assert!(
        missed.contains("Tuteur4")
            && missed.contains("1\u{a0}famille")
            && !missed.contains("Tuteur1"),
        "{missed}"
    );
    let table = person.get(&format!("{place}non_atteints.csv/"));
    assert!(
        table
            .header("content-type")
            .unwrap()
            .starts_with("text/csv")
            && table.text().contains("Tuteur4")
    );
    user.patch("/api/parents/4/", &json!({ "telephone": "06 12 00 00 99" }));
    let today = person.page("/console/");
    assert!(
        today.contains("1\u{a0}famille à appeler") && !today.contains("Rien à faire"),
        "{today}"
    );
    let again = format!("{place}renvoyer/");
    assert!(
        person
            .page(&again)
            .contains("Ce message repartira à 1\u{a0}parent,")
    );
    let (_, page) = person.press(&again, &again, &[]);
    assert!(page.contains("Fait."), "{page}");
    assert_eq!(gateway.accepted_count(), 4);
    assert!(person.page("/console/").contains("Rien à faire"));
    let nobody = person.get(&again);
    assert_eq!(nobody.status, 303);
    let page = person.page(&nobody.header("location").unwrap());
    assert!(
        page.contains("Personne de plus ne peut le recevoir"),
        "{page}"
    );
    let part = person.page(&format!("{place}suivi/"));
    assert!(
        part.starts_with("<section") || part.trim_start().starts_with("<section"),
        "{part}"
    );
    let cancelled = person.press(&place, &format!("{place}annuler/"), &[]).1;
    assert!(
        cancelled.contains("Attention."),
        "nothing is left to cancel: {cancelled}"
    );
}

fn a_wrong_form_comes_back_as_it_was_typed(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(1, 1);
    let person = signed_in(&server, database);
    let wrong = person.submit(
        NEW,
        NEW,
        &[
            ("geste", "programmer"),
            ("canal", "email"),
            ("sujet", "Sujet"),
            ("contenu", "texte <b>"),
        ],
    );
    assert_eq!(wrong.status, 400);
    let text = wrong.text();
    assert!(
        text.contains("Rien n’est encore enregistré") && text.contains("value=\"Sujet\""),
        "{text}"
    );
    assert!(
        text.contains("texte &#60;b&#62;</textarea>")
            || text.contains("texte &lt;b&gt;</textarea>"),
        "{text}"
    );
    assert!(
        text.contains("id=\"faute-date\"") && text.contains("id=\"faute-cible\""),
        "{text}"
    );
    let half = person.submit(
        NEW,
        NEW,
        &[
            ("geste", "brouillon"),
            ("cible", "tous"),
            ("contenu", "x"),
            ("heure", "08:00"),
        ],
    );
    assert!(half.text().contains("Il faut le jour et l’heure."));
    let all = person.submit(NEW, NEW, &[("geste", "programmer")]).text();
    for told in [
        "Choisissez à qui écrire.",
        "Écrivez le texte du message.",
        "Dites quand le message doit partir",
    ] {
        assert!(all.contains(told), "{told}: {all}");
    }
    // The clocks jump over it.
    let gap = person.submit(
        NEW,
        NEW,
        &[
            ("geste", "programmer"),
            ("cible", "tous"),
            ("contenu", "x"),
            ("jour", "2036-03-30"),
            ("heure", "02:30"),
        ],
    );
    assert_eq!(gap.status, 400);
    assert!(
        gap.text().contains("Cette heure n’existe pas"),
        "{}",
        gap.text()
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        0
    );
    let twice = person.submit(
        NEW,
        NEW,
        &[
            ("geste", "apercu"),
            ("cible", "tous"),
            ("jour", "2036-10-26"),
            ("heure", "02:30"),
        ],
    );
    assert!(
        twice.text().contains("existe deux fois"),
        "{}",
        twice.text()
    );
}

fn many_recipients_are_confirmed_by_their_number(database: &Database) {
    let server = Server::start(
        database,
        &[("JWT_SIGNING_KEY", KEY), ("MESSAGES_CONFIRM_ABOVE", "2")],
    );
    Client::user(&server).school(3, 1);
    let person = signed_in(&server, database);
    let fields = [
        ("geste", "programmer"),
        ("cible", "tous"),
        ("contenu", "x"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
    ];
    let asked = person.submit(NEW, NEW, &fields);
    let text = asked.text();
    assert!(
        text.contains("Oui, programmer pour 3\u{a0}parents"),
        "{text}"
    );
    assert_eq!(hidden(&text, "destinataires"), "3");
    let (_, page) = person.press(NEW, NEW, &[&fields[..], &[("destinataires", "3")]].concat());
    assert!(page.contains("C’est programmé."), "{page}");
}

fn a_resend_to_many_is_confirmed_by_its_number(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[("MESSAGES_CONFIRM_ABOVE", "1")]);
    let user = Client::user(&server);
    user.school(3, 1);
    for parent in [2, 3] {
        user.patch(
            &format!("/api/parents/{parent}/"),
            &json!({ "telephone": "" }),
        );
    }
    let person = signed_in(&server, database);
    let fields = [("geste", "brouillon"), ("cible", "tous"), ("contenu", "x")];
    let (place, _) = person.press(NEW, NEW, &fields);
    let ask = format!("{place}envoyer/");
    person.press(&ask, &ask, &[("destinataires", "1")]);
    assert_eq!(gateway.accepted_count(), 1);
    for (parent, number) in [(2, "06 12 00 00 98"), (3, "06 12 00 00 99")] {
        user.patch(
            &format!("/api/parents/{parent}/"),
            &json!({ "telephone": number }),
        );
    }
    let again = format!("{place}renvoyer/");
    let asked = person.submit(&again, &again, &[]).text();
    assert!(asked.contains("Oui, renvoyer à 2\u{a0}parents"), "{asked}");
    assert_eq!(gateway.accepted_count(), 1, "nothing left yet");
    let count = hidden(&asked, "destinataires");
    let (_, page) = person.press(&again, &again, &[("destinataires", &count)]);
    assert!(page.contains("Fait."), "{page}");
    assert_eq!(gateway.accepted_count(), 3);
}

fn a_text_is_used_again(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(3, 1);
    let person = signed_in(&server, database);
    let fields = [
        ("geste", "brouillon"),
        ("canal", "email"),
        ("cible", "classe:1"),
        ("sujet", "Photo de classe"),
        ("contenu", "**Jeudi** à 9 h"),
        ("mise_en_forme", "markdown"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
    ];
    let (place, page) = person.press(NEW, NEW, &fields);
    assert!(
        page.contains("/console/messages/nouveau/?copie=1"),
        "{page}"
    );
    let copy = person.page(&format!("{NEW}?copie=1"));
    assert_eq!(hidden(&copy, "cible"), "", "to whom is chosen anew");
    for kept in [
        "value=\"Photo de classe\"",
        "**Jeudi** à 9 h</textarea>",
        "value=\"markdown\" checked",
    ] {
        assert!(copy.contains(kept), "{kept}: {copy}");
    }
    assert!(!copy.contains("2036-03-03"), "its date is its own: {copy}");
    user.patch(
        "/api/messages/1/",
        &json!({ "contenu_html": "<p>De l’éditeur</p>" }),
    );
    let copy = person.page(&format!("{NEW}?copie=1"));
    assert!(!copy.contains("Garder la mise en forme"), "{copy}");
    assert!(
        person
            .page(&format!("{place}modifier/"))
            .contains("Garder la mise en forme")
    );
    let nobody = person.get(&format!("{NEW}?copie=99"));
    assert_eq!(nobody.status, 404);
}

fn who_has_not_accepted_a_channel_is_named_apart(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(3, 1);
    user.patch("/api/parents/2/", &json!({ "notifications_sms": false }));
    let person = signed_in(&server, database);
    let fields = [("geste", "brouillon"), ("cible", "tous"), ("contenu", "x")];
    let (place, _) = person.press(NEW, NEW, &fields);
    let ask = format!("{place}envoyer/");
    person.press(&ask, &ask, &[("destinataires", "2")]);
    let page = person.page(&place);
    assert!(
        page.contains("Qui ne l’a pas reçu") && page.contains("/console/parents/2/"),
        "{page}"
    );
    let missed = person.page(&format!("{place}non_atteints/"));
    let (to_call, declined) = missed
        .split_once("1\u{a0}parent n’a pas accepté les SMS")
        .unwrap();
    assert!(to_call.contains("Personne : tous ceux"), "{missed}");
    assert!(
        declined.contains("Tuteur2") && !declined.contains("Tuteur1"),
        "{missed}"
    );
}

fn an_email_has_a_subject_and_its_files_are_told(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(2, 1);
    user.patch("/api/parents/1/", &json!({ "notifications_email": true }));
    let person = signed_in(&server, database);
    let fields = [
        ("canal", "email"),
        ("cible", "tous"),
        ("contenu", "x"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
    ];
    let wrong = person.submit(
        NEW,
        NEW,
        &[&fields[..], &[("geste", "programmer")]].concat(),
    );
    assert!(
        wrong.text().contains("Donnez un objet à cet e-mail"),
        "{}",
        wrong.text()
    );
    let (place, _) = person.press(NEW, NEW, &[&fields[..], &[("geste", "brouillon")]].concat());
    let ask = person.page(&format!("{place}envoyer/"));
    assert!(
        ask.contains("Cet e-mail n’a pas d’objet") && ask.contains("Sans pièce jointe."),
        "{ask}"
    );
    user.attach("/api/messages/1/add_attachment/", "plan.pdf", b"%PDF-1.4 x");
    let ask = person.page(&format!("{place}envoyer/"));
    assert!(ask.contains("Avec en pièce jointe : plan.pdf."), "{ask}");
}

fn letters_that_cost_are_replaced_by_one_button(database: &Database) {
    let server = Server::start(
        database,
        &[("JWT_SIGNING_KEY", KEY), ("SMS_PLAIN", "never")],
    );
    Client::user(&server).school(3, 1);
    let person = signed_in(&server, database);
    let text = "La fête de l’école aura lieu samedi dans la cour, apportez une boisson.";
    let fields = [("canal", "sms"), ("cible", "tous"), ("contenu", text)];
    let shown = person
        .submit(NEW, NEW, &[&fields[..], &[("geste", "apercu")]].concat())
        .text();
    assert!(
        shown.contains("<strong>2 SMS</strong>")
            && shown.contains("6\u{a0}SMS facturés")
            && shown.contains("<mark>ê</mark>"),
        "{shown}"
    );
    let replaced = person
        .submit(NEW, NEW, &[&fields[..], &[("geste", "remplacer")]].concat())
        .text();
    assert!(
        replaced.contains("La fete de l") && replaced.contains("3\u{a0}SMS facturés"),
        "{replaced}"
    );
}

fn what_people_wrote_is_text(database: &Database) {
    let server = Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_MODE", "fichier"),
            ("DEFAULT_FROM_EMAIL", "ecole@exemple.fr"),
        ],
    );
    let user = Client::user(&server);
    user.school(2, 1);
    let evil = "<img src=x onerror=alert(1)>";
    user.patch("/api/parents/1/", &json!({ "nom": evil }));
    user.patch("/api/classes/1/", &json!({ "nom": evil }));
    let person = signed_in(&server, database);
    let id = user.write(&json!({ "type": "email", "sujet": evil, "contenu": evil, "contenu_html": format!("<p>x</p><script>alert(2)</script>{evil}"), "est_message_groupe": true, "classe": 1,
        "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }));
    let place = format!("/console/messages/{id}/");
    let everywhere = |person: &Person<'_>| {
        for path in [
            "/console/",
            "/console/messages/",
            &place,
            &format!("{place}modifier/"),
            NEW,
            "/console/messages/nouveau/?classe=1",
            "/console/messages/nouveau/?parent=1",
        ] {
            let text = person.get(path).text();
            assert!(
                !text.contains("<img src=x") && !text.contains("<script>"),
                "{path}: {text}"
            );
        }
    };
    everywhere(&person);
    user.post("/api/messages/process_scheduled/", &json!({}));
    everywhere(&person);
    assert!(
        !person
            .page(&format!("{place}non_atteints/"))
            .contains("<img src=x")
    );
    let mail = person.get(&format!("{place}apercu.html/"));
    let policy = mail.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox"),
        "{policy}"
    );
}

fn five_thousand_classes_make_no_long_page(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(1, 5000);
    let person = signed_in(&server, database);
    for path in ["/console/", "/console/messages/", NEW] {
        let page = person.page(path);
        assert!(page.len() < 60_000, "{path}: {}", page.len());
    }
    let found = person
        .submit(
            NEW,
            NEW,
            &[("geste", "chercher"), ("cherche", "Classe 4999")],
        )
        .text();
    assert!(found.contains("value=\"choisir:classe:4999\""), "{found}");
}

fn the_pages_speak_english_where_the_school_does(database: &Database) {
    let server = Server::start(
        database,
        &[("JWT_SIGNING_KEY", KEY), ("LANGUAGE_CODE", "en-us")],
    );
    Client::user(&server).school(2, 1);
    let door = Person::new(&server).page("/console/connexion/");
    assert!(
        door.contains("<html lang=\"en\">") && door.contains("Sign in"),
        "{door}"
    );
    let person = signed_in(&server, database);
    let fields = [
        ("geste", "programmer"),
        ("cible", "tous"),
        ("contenu", "Snow"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
    ];
    let (place, page) = person.press(NEW, NEW, &fields);
    assert!(
        page.contains("It is programmed.") && page.contains("Monday 3 March 2036 at 08:00"),
        "{page}"
    );
    for path in [
        "/console/",
        "/console/messages/",
        NEW,
        &place,
        &format!("{place}envoyer/"),
        &format!("{place}non_atteints/"),
    ] {
        let page = person.page(path);
        for french in [
            "Aujourd’hui",
            "Écrire",
            "famille",
            "Destinataires",
            "envoyé",
            "Programmé",
        ] {
            assert!(!page.contains(french), "{path}: {french}");
        }
    }
}

fn fields_of(page: &str) -> Vec<(&'static str, String)> {
    ["sceau", "demande", "destinataires", "vu"]
        .map(|name| (name, hidden(page, name)))
        .to_vec()
}

fn sent_as(
    person: &Person<'_>,
    path: &str,
    fields: &[(&'static str, String)],
    more: &[(&str, &str)],
) -> crate::wire::Answer {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> = fields
        .filter(|(_, value)| !value.is_empty())
        .chain(more.iter().copied())
        .collect();
    person.send(path, &fields, &[])
}

fn nothing_leaves_but_what_was_read(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(4, 1);
    let person = signed_in(&server, database);
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "parent": 1 }));
    let ask = format!("/console/messages/{id}/envoyer/");
    let seen = fields_of(&person.page(&ask));
    user.patch(
        &format!("/api/messages/{id}/"),
        &json!({ "parent": null, "est_message_groupe": true }),
    );
    let page = |answer: crate::wire::Answer| person.page(&answer.header("location").unwrap());
    assert!(page(sent_as(&person, &ask, &seen, &[])).contains("Rien n’est parti"));
    // Nor to another number than was told, whoever is in the directory by then.
    let seen = fields_of(&person.page(&ask));
    user.patch("/api/parents/4/", &json!({ "telephone": "" }));
    let told = page(sent_as(&person, &ask, &seen, &[]));
    assert!(
        told.contains("Attention.") && !told.contains("Message envoyé"),
        "{told}"
    );
    assert_eq!(gateway.accepted_count(), 0);
    let seen = fields_of(&person.page(&ask));
    assert!(page(sent_as(&person, &ask, &seen, &[])).contains("Fait."));
    assert_eq!(gateway.accepted_count(), 3);
    assert!(
        page(person.get(&ask)).contains("Attention."),
        "it has left already"
    );
    assert!(
        page(sent_as(&person, &ask, &seen, &[])).contains("Attention.")
            || gateway.accepted_count() == 3
    );
    assert_eq!(gateway.accepted_count(), 3);
    let none = user.write(&json!({ "type": "sms", "contenu": "x", "parent": 4 }));
    let told = page(person.get(&format!("/console/messages/{none}/envoyer/")));
    assert!(
        told.contains("Personne ne peut recevoir ce message"),
        "{told}"
    );
}

fn a_date_that_has_gone_by_is_confirmed(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(1, 1);
    let person = signed_in(&server, database);
    let now = messages_core::instant::Instant::of_this_machine().utc();
    let yesterday = (now - chrono::TimeDelta::days(2))
        .format("%Y-%m-%d")
        .to_string();
    let fields = [
        ("cible", "tous"),
        ("contenu", "x"),
        ("jour", yesterday.as_str()),
        ("heure", "08:00"),
    ];
    let asked = person.submit(
        NEW,
        NEW,
        &[&fields[..], &[("geste", "programmer")]].concat(),
    );
    assert_eq!(asked.status, 400);
    assert!(
        asked.text().contains("Cette date est passée")
            && asked.text().contains("value=\"programmer_passe\"")
    );
    for (jour, told) in [
        ("0026-12-09", "Vérifiez l’année"),
        ("9999-01-01", "Vérifiez l’année"),
        ("202666-01-01", "Cette date n’existe pas"),
        ("2027-02-30", "Cette date n’existe pas"),
    ] {
        let fields = [
            ("cible", "tous"),
            ("contenu", "x"),
            ("jour", jour),
            ("heure", "08:00"),
            ("geste", "programmer_passe"),
        ];
        let wrong = person.submit(NEW, NEW, &fields);
        assert!(wrong.status == 400 && wrong.text().contains(told), "{jour}");
    }
    let mended = [
        ("cible", "tous"),
        ("contenu", "x"),
        ("jour", "2036-03-03"),
        ("heure", "08:00"),
        ("geste", "programmer_passe"),
    ];
    let asked = person.submit(NEW, NEW, &mended).text();
    assert!(
        asked.contains("Vous avez changé la date") && !asked.contains("value=\"programmer_passe\""),
        "{asked}"
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        0
    );
    let (_, page) = person.press(
        NEW,
        NEW,
        &[&fields[..], &[("geste", "programmer_passe")]].concat(),
    );
    assert!(page.contains("C’est programmé."), "{page}");
}

fn two_tabs_do_not_write_over_each_other(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let person = signed_in(&server, database);
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    let path = format!("/console/messages/{id}/modifier/");
    let [one, two] = [(); 2].map(|()| fields_of(&person.page(&path)));
    let written = |text| [("geste", "brouillon"), ("cible", "tous"), ("contenu", text)];
    assert_eq!(sent_as(&person, &path, &one, &written("A")).status, 303);
    let refused = sent_as(&person, &path, &two, &written("B"));
    assert!(
        refused.text().contains("modifié entre-temps") && refused.text().contains("B</textarea>"),
        "{}",
        refused.text()
    );
    assert_eq!(user.message(id)["contenu"], "A");
    let again = fields_of(&refused.text());
    assert_eq!(
        sent_as(&person, &path, &again, &written("B")).status,
        303,
        "pressed again, on purpose"
    );
    assert_eq!(user.message(id)["contenu"], "B");
}

fn what_was_typed_outlives_the_session_and_the_message(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let (secret, _) = key(database, Portee::ALL);
    let person = Person::with(&server, &secret);
    let old = fields_of(&person.page(NEW));
    person.submit("/console/", "/console/deconnexion/", &[]);
    let entered = person.send("/console/connexion/", &[("cle", &secret)], &[]);
    assert_eq!(entered.status, 303);
    let written = [
        ("geste", "brouillon"),
        ("cible", "tous"),
        ("contenu", "long texte"),
    ];
    let shown = sent_as(&person, NEW, &old, &written);
    assert!(
        shown.text().contains("votre session avait changé")
            && shown.text().contains("long texte</textarea>"),
        "{}",
        shown.text()
    );
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages"),
        0
    );
    // Who is signed in already comes in by the door again.
    assert_eq!(
        person
            .send("/console/connexion/", &[("cle", &secret)], &[])
            .status,
        303
    );
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    let path = format!("/console/messages/{id}/modifier/");
    let fields = fields_of(&person.page(&path));
    user.delete(&format!("/api/messages/{id}/"));
    let shown = sent_as(&person, &path, &fields, &written);
    let text = shown.text();
    assert!(
        text.contains("peut devenir un nouveau message")
            && text.contains("action=\"/console/messages/nouveau/\"")
            && text.contains("long texte</textarea>"),
        "{text}"
    );
}

fn a_trial_leaves_to_one_address_and_is_noted(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(2, 1);
    let person = signed_in(&server, database);
    let id = user.write(&json!({ "type": "sms", "contenu": "Neige", "est_message_groupe": true }));
    let path = format!("/console/messages/{id}/essai/");
    let (_, page) = person.press(&path, &path, &[("adresse", "12")]);
    assert!(page.contains("Rien n’est parti"), "{page}");
    assert_eq!(gateway.received_count(), 0);
    let (_, page) = person.press(&path, &path, &[("adresse", "06 12 34 56 78")]);
    assert!(page.contains("La passerelle a pris le SMS"), "{page}");
    let accepted = gateway.accepted();
    assert_eq!(accepted.len(), 1);
    let body = &accepted[0].raw;
    assert!(
        body.contains("+33612345678") && body.contains("Neige"),
        "{body}"
    );
    assert_eq!(user.message(id)["statut"], "brouillon");
    assert!(page.contains("envoyé à l’essai"), "{page}");
    assert!(!server.log().contains("612345678"));
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM envois"),
        0
    );
}

fn a_trial_has_the_files_of_its_email(database: &Database) {
    let server = Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("MESSAGES_MODE", "fichier"),
            ("DEFAULT_FROM_EMAIL", "ecole@exemple.example"),
        ],
    );
    let user = Client::user(&server);
    let person = signed_in(&server, database);
    let id = user.write(&json!({
        "type": "email", "sujet": "Menu", "contenu": "Voici le menu.", "est_message_groupe": true,
    }));
    let path = format!("/api/messages/{id}/add_attachment/");
    assert_eq!(user.attach(&path, "menu.pdf", b"%PDF-1.4 menu").status, 201);
    let path = format!("/console/messages/{id}/essai/");
    let (_, page) = person.press(&path, &path, &[("adresse", "moi@exemple.example")]);
    assert!(page.contains("Fait."), "{page}");
    let outbox = std::fs::read_dir(database.folder().join("outbox")).unwrap();
    let mails: Vec<_> = outbox.map(|mail| mail.unwrap().path()).collect();
    assert_eq!(mails.len(), 1);
    let mail = std::fs::read_to_string(&mails[0]).unwrap();
    for part in [
        "[Essai] Menu",
        "filename=\"menu.pdf\"",
        "JVBERi0xLjQgbWVudQ==",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let id = mail
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: "));
    let id = id.unwrap().trim_matches(['<', '>']);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-.@".contains(letter);
    assert!(id.chars().all(is_plain), "RFC 5322, 3.6.4: {id}");
}
