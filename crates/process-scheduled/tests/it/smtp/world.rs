//! Relays as they are: what they say without a word, in Latin-1 or once only, and how we call
//! ourselves to them.

use super::mail::Mail;
use super::{copies, mailboxes, reached, said};
use crate::program::{Program, To, message};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::{stories, tls};

stories!(
    a_relay_that_lets_itself_be_greeted_once_gets_every_mail,
    under_tls_a_relay_is_greeted_once_more,
    replies_in_latin_1_and_without_words_are_replies,
    logins_are_offered_in_many_shapes,
    the_relay_hears_a_name_that_it_can_know,
    the_name_of_the_settings_is_said,
    a_relay_that_knows_only_helo_is_served,
    after_a_refusal_no_content_is_offered_before_the_answer,
    the_domain_of_the_sender_leaves_in_ascii,
    an_accent_before_the_at_leaves_only_where_it_is_understood,
    a_subject_is_read_as_it_was_typed,
    no_lone_line_end_leaves,
);

fn a_relay_that_lets_itself_be_greeted_once_gets_every_mail(database: &Database) {
    let server = Server::start(Script::default().one_ehlo().auth("ecole", "secret"));
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_HOST_USER", "ecole")
        .set("EMAIL_HOST_PASSWORD", "secret");
    everybody_is_reached(&program, &server, 12);
    assert_eq!(said(&server, "EHLO").len(), server.connections());
}

fn under_tls_a_relay_is_greeted_once_more(database: &Database) {
    let server = Server::start(Script::default().one_ehlo().starttls());
    let file = database.folder().join("ca.pem");
    std::fs::write(&file, tls::ca_pem()).unwrap();
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_HOST", "localhost")
        .set("EMAIL_USE_TLS", "true")
        .set("SSL_CERT_FILE", file.to_str().unwrap());
    everybody_is_reached(&program, &server, 12);
    assert_eq!(said(&server, "EHLO").len(), 2 * server.connections());
}

/// Each exactly once, and without an attempt too many.
fn everybody_is_reached(program: &Program<'_>, server: &Server, parents: i64) {
    program.school(parents, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(reached(server), mailboxes(1..=parents));
    let rows = rows(program, id);
    assert!(
        rows.iter()
            .all(|row| row.etat == "envoye" && row.tentatives == 1),
        "{rows:?}"
    );
}

fn replies_in_latin_1_and_without_words_are_replies(database: &Database) {
    let raw = |bytes: &[u8]| Action::Raw(bytes.to_vec());
    let script = Script::default()
        .on(Stage::Banner, raw(b"220 bient\xf4t pr\xeat\r\n"))
        .on(Stage::Mail, raw(b"250\r\n"))
        .on(Stage::Rcpt, raw(b"250\n"))
        .on(Stage::Data, raw(b"354\r\n"))
        .on_recipient("parent1@", Stage::Body, raw(b"250\r\n"))
        .on_recipient("parent2@", Stage::Rcpt, raw(b"550 refus\xe9\r\n"))
        .on(Stage::Body, raw(b"250 Accept\xe9\r\n"));
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(5, 1);
    let id = program.programme(Canal::Email, To::All);
    for _ in 0..2 {
        assert_eq!(program.run(&[]).code, 0);
        program.wait_is_over();
    }
    let rows = rows(&program, id);
    assert_eq!(rows[1].detail, "refusé", "{rows:?}");
    assert_eq!(rows[1].state(), "echec permanent");
    for parent in [1, 3, 4, 5] {
        assert_eq!(copies(&server, parent).len(), 1, "{rows:?}");
    }
}

fn logins_are_offered_in_many_shapes(database: &Database) {
    let mut program = Program::new(database)
        .set("EMAIL_HOST_USER", "ecole")
        .set("EMAIL_HOST_PASSWORD", "secret");
    program.school(2, 1);
    for (offer, spoken) in [
        ("AUTH=LOGIN PLAIN", "AUTH PLAIN "),
        ("auth plain", "AUTH PLAIN "),
        ("AUTH=LOGIN", "AUTH LOGIN"),
        ("AUTH CRAM-MD5\n250-auth=login", "AUTH LOGIN"),
    ] {
        let extensions = Action::reply(format!("250-localhost\n250-{offer}\n250 HELP"));
        let script = Script::default().auth("ecole", "secret");
        let server = Server::start(script.on(Stage::Ehlo, extensions));
        program = program.relay(&server);
        program.programme(Canal::Email, To::All);
        let ended = program.run(&[]);
        assert_eq!(ended.code, 0, "{offer}: {ended:?}");
        assert_eq!(reached(&server), mailboxes(1..=2), "{offer}");
        let said = said(&server, "AUTH");
        assert!(
            said.iter().all(|(_, line)| line.starts_with(spoken)),
            "{said:?}"
        );
    }
}

fn the_relay_hears_a_name_that_it_can_know(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    everybody_is_reached(&program, &server, 2);
    for (_, line) in said(&server, "EHLO") {
        let name = line.strip_prefix("EHLO ").unwrap();
        assert!(name.is_ascii() && !name.contains("localhost"), "{name}");
        assert!(name.contains('.') || name.starts_with('['), "{name}");
    }
}

fn the_name_of_the_settings_is_said(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database)
        .relay(&server)
        .set("EMAIL_HELO_NAME", "messages.collège.fr");
    everybody_is_reached(&program, &server, 2);
    let said = said(&server, "EHLO");
    assert!(
        said.iter()
            .all(|(_, line)| line == "EHLO messages.xn--collge-6ua.fr"),
        "{said:?}"
    );
    let program = program.set("EMAIL_HELO_NAME", "PC-ACCUEIL");
    let ended = program.run(&[]);
    assert_eq!(ended.code, 78);
    assert!(ended.stderr.contains("EMAIL_HELO_NAME"), "{ended:?}");
}

fn a_relay_that_knows_only_helo_is_served(database: &Database) {
    let unknown = Action::reply("502 5.5.2 Command not implemented");
    let server = Server::start(Script::default().on_first(1, Stage::Ehlo, unknown));
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    everybody_is_reached(&program, &server, 3);
    assert_eq!(
        (said(&server, "EHLO").len(), said(&server, "HELO").len()),
        (1, 1)
    );
}

/// Postfix counts DATA without a recipient as one more error, and hangs up after twenty.
fn after_a_refusal_no_content_is_offered_before_the_answer(database: &Database) {
    let unknown = Action::reply("550 5.1.1 unknown user");
    let server = Server::start(
        Script::default()
            .on_recipient("parent1@", Stage::Rcpt, Action::reply("250 Ok"))
            .on_recipient("parent1", Stage::Rcpt, unknown),
    );
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(25, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let rows = rows(&program, id);
    let refused = rows.iter().filter(|row| row.etat == "echec").count();
    assert_eq!(refused, 10, "{rows:?}");
    assert_eq!(reached(&server).len(), 25 - refused);
    let offered = said(&server, "DATA").len();
    assert!(
        offered <= 25 - refused + 3,
        "{offered} for {}",
        25 - refused
    );
    assert_eq!(server.connections(), 1);
}

fn the_domain_of_the_sender_leaves_in_ascii(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database)
        .relay(&server)
        .set("DEFAULT_FROM_EMAIL", "Collège <ecole@collège.fr>");
    everybody_is_reached(&program, &server, 1);
    let accepted = server.accepted().remove(0);
    assert_eq!(accepted.mail_from, "ecole@xn--collge-6ua.fr");
    let mail = Mail::read(&accepted.data);
    assert!(
        mail.header("Message-ID").ends_with("@xn--collge-6ua.fr>"),
        "{mail:?}"
    );
    assert!(
        mail.header("From").ends_with("<ecole@xn--collge-6ua.fr>"),
        "{mail:?}"
    );
    let program = program.set("DEFAULT_FROM_EMAIL", "école@exemple.fr");
    let ended = program.run(&[]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(ended.stderr.contains("sans accent avant le @"), "{ended:?}");
}

/// Put into an envoi that was tried before: until then addresses are read from the directory.
fn an_accent_before_the_at_leaves_only_where_it_is_understood(database: &Database) {
    let closed = Server::start(Script::default().on(Stage::Banner, Action::reply("554 no")));
    let mut program = Program::new(database).relay(&closed);
    program.school(2, 1);
    for (extensions, expected) in [
        ("250-localhost\n250 PIPELINING", "echec permanent"),
        ("250-localhost\n250-8BITMIME\n250 SMTPUTF8", "envoye"),
    ] {
        program = program.relay(&closed);
        let id = program.programme(Canal::Email, To::All);
        assert_eq!(program.run(&[]).code, 78);
        database.execute(&format!(
            "UPDATE envois SET adresse = 'zoé@exemple.example', tentatives = 1 WHERE parent = 1 AND message = {id}"
        ));
        let script = Script::default().on(Stage::Ehlo, Action::reply(extensions));
        let server = Server::start(script);
        program = program.relay(&server);
        program.run(&[]);
        assert_eq!(program.states(id), [expected, "envoye"]);
        let accented = |(_, line): &(usize, String)| !line.is_ascii();
        let raw = server
            .commands()
            .iter()
            .filter(|line| accented(line))
            .count();
        assert_eq!(
            raw,
            usize::from(expected == "envoye"),
            "{:?}",
            server.commands()
        );
        let told = said(&server, "MAIL")
            .iter()
            .filter(|(_, line)| line.ends_with("SMTPUTF8"))
            .count();
        assert_eq!(told, raw);
    }
}

fn a_subject_is_read_as_it_was_typed(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let subjects = [
        "Voir =?utf-8?Q?caf=C3=A9?= et =?x?=".to_owned(),
        "Réunion =?utf-8?B?w6k=?= jeudi".to_owned(),
        "x".repeat(180),
        "Sortie au theatre avec les classes de troisieme et de quatrieme "
            .repeat(3)
            .trim()
            .to_owned(),
    ];
    for subject in &subjects {
        let mut message = message(Canal::Email, To::All);
        message.sujet = Some(subject.clone());
        program.insert(&message);
        assert_eq!(program.run(&[]).code, 0);
        let last = server.accepted().pop().unwrap();
        assert_eq!(Mail::read(&last.data).header("Subject"), subject);
        assert!(
            last.data.lines().all(|line| line.len() <= 78),
            "{}",
            last.data
        );
    }
}

fn no_lone_line_end_leaves(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    for text in ["un\rdeux\r\n.\r.\ntrois", "plain\r.\rQUIT\r", "é\r.\r\n\r"] {
        let id = program.programme(Canal::Email, To::All);
        database.execute(&format!(
            "UPDATE messages SET contenu = '{text}' WHERE id = {id}"
        ));
        assert_eq!(program.run(&[]).code, 0);
        let last = server.accepted().pop().unwrap();
        let expected = text.replace("\r\n", "\n").replace('\r', "\n");
        let mail = Mail::read(&last.data);
        assert_eq!(mail.body.trim_end(), expected.trim_end());
    }
}
