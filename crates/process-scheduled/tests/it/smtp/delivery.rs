//! What arrives, and how.

use super::mail::Mail;
use super::{copies, mailboxes, reached, said};
use crate::program::{Program, To, mailbox, message};
use crate::rows::{Row, rows};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::collections::{BTreeMap, BTreeSet};

stories!(
    a_class_gets_each_its_own_mail,
    without_pipelining_a_class_gets_the_same,
    text_and_html_travel_together,
    the_relays_number_is_kept,
    a_second_answer_to_one_message_confuses_nothing,
    control_characters_in_a_subject_inject_no_header,
    what_cannot_be_built_fails_alone,
    a_second_run_sends_nothing_again,
);

fn a_class_gets_each_its_own_mail(database: &Database) {
    class_of_thirty(database, Script::default());
}

fn without_pipelining_a_class_gets_the_same(database: &Database) {
    class_of_thirty(database, Script::default().no_pipelining());
}

fn class_of_thirty(database: &Database, script: Script) {
    let server = Server::start(script);
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "3");
    program.school(60, 2);
    let id = program.programme(Canal::Email, To::Classe(1));
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.json()["totaux"]["envoyes"], 30);
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(program.states(id), ["envoye"; 30]);
    assert_eq!(reached(&server), mailboxes((2..=60).step_by(2)));
    let mut known = BTreeSet::new();
    for accepted in server.accepted() {
        let mail = Mail::read(&accepted.data);
        assert_eq!(accepted.mail_from, "ecole@exemple.example");
        assert_eq!(mail.header("To"), accepted.rcpt_to[0]);
        assert_eq!(
            accepted.data.matches("parent").count(),
            1,
            "another parent's address"
        );
        assert!(mail.header("From").contains("Collège"), "{mail:?}");
        assert!(
            mail.header("From").ends_with("<ecole@exemple.example>"),
            "{mail:?}"
        );
        assert_eq!(mail.header("Subject"), "Réunion à l'école");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert!(mail.header("Date").ends_with(" +0000"), "{mail:?}");
        assert!(
            mail.header("Message-ID").ends_with("@exemple.example>"),
            "{mail:?}"
        );
        assert!(
            known.insert(mail.header("Message-ID").to_owned()),
            "twice: {mail:?}"
        );
        assert_eq!(mail.body.trim_end(), message(Canal::Email, To::All).contenu);
    }
    assert!(
        server.connections() <= 3 && server.max_open() <= 3,
        "{}",
        server.connections()
    );
    one_recipient_a_transaction(&server);
    let left: Vec<usize> = said(&server, "QUIT")
        .iter()
        .map(|(connection, _)| *connection)
        .collect();
    assert_eq!(left.iter().collect::<BTreeSet<_>>().len(), left.len());
    assert_eq!(left.len(), server.connections());
}

fn one_recipient_a_transaction(server: &Server) {
    let mut verbs: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (connection, line) in server.commands() {
        let verb = line.split(' ').next().unwrap().to_owned();
        verbs.entry(connection).or_default().push(verb);
    }
    for verbs in verbs.into_values() {
        let dialogue: Vec<String> = verbs
            .into_iter()
            .filter(|verb| ["MAIL", "RCPT", "DATA"].contains(&verb.as_str()))
            .collect();
        assert!(
            dialogue
                .chunks(3)
                .all(|three| three == ["MAIL", "RCPT", "DATA"]),
            "{dialogue:?}"
        );
    }
}

fn text_and_html_travel_together(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let mut both = message(Canal::Email, To::Parent(1));
    both.contenu_html = Some("<p>Ete 2026</p>".to_owned());
    program.insert(&both);
    assert_eq!(program.run(&[]).code, 0);
    let data = &server.accepted()[0].data;
    let head = data.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("multipart/alternative"), "{data}");
    let places = [
        "Content-Type: text/plain",
        "Content-Type: text/html",
        "<p>Ete 2026</p>",
    ];
    let places = places.map(|part| {
        data.find(part)
            .unwrap_or_else(|| panic!("no {part}: {data}"))
    });
    assert!(
        places.is_sorted(),
        "the last part is the one that is shown: {data}"
    );
}

fn the_relays_number_is_kept(database: &Database) {
    let script = Script::default().on(Stage::Body, Action::reply("250 2.0.0 Ok: queued as 4F2A9"));
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(rows(&program, id)[0].reference, "4F2A9");
}

fn a_second_answer_to_one_message_confuses_nothing(database: &Database) {
    let twice = Action::reply("250 2.0.0 Ok\n250 2.0.0 Ok again");
    let server = Server::start(Script::default().on_first(2, Stage::Body, twice));
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(5, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 5]);
    assert_eq!(reached(&server), mailboxes(1..=5));
}

fn control_characters_in_a_subject_inject_no_header(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let plain = program.programme(Canal::Email, To::All);
    let id = program.programme(Canal::Email, To::All);
    let sujet = "Réunion\r\nBcc: espion@exemple.example\r\n\r\nfin\u{1}\u{7f}\u{85}";
    database.execute(&format!(
        "UPDATE messages SET sujet = '{sujet}' WHERE id = {id}"
    ));
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        (program.statut(plain), program.statut(id)),
        ("envoye".into(), "envoye".into())
    );
    let mut mails: Vec<Mail> = server
        .accepted()
        .iter()
        .map(|mail| Mail::read(&mail.data))
        .collect();
    mails.sort_by_key(|mail| mail.header("Subject").len());
    assert_eq!(mails[0].names(), mails[1].names());
    assert_eq!(mails[0].body, mails[1].body);
    let subject = mails[1].header("Subject");
    assert!(
        subject.starts_with("Réunion  Bcc: espion") && !subject.contains(char::is_control),
        "{subject:?}"
    );
    assert_eq!(reached(&server), mailboxes([1, 1]));
}

/// No address that passes the audience makes lettre fail, so it is put into the envoi itself, as one
/// that was tried before: until then addresses are read from the directory.
fn what_cannot_be_built_fails_alone(database: &Database) {
    let server =
        Server::start(Script::default().on_first(1, Stage::Banner, Action::reply("554 no")));
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(4, 1);
    let id = program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 78);
    assert!(rows(&program, id).iter().all(Row::is_untouched));
    database.execute(
        "UPDATE envois SET adresse = 'a@b.example>\r\nRCPT TO:<espion@b.example', tentatives = 1 WHERE parent = 2;
         UPDATE envois SET adresse = 'ni nom ni domaine', tentatives = 1 WHERE parent = 3;",
    );
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        program.states(id),
        ["envoye", "echec permanent", "echec permanent", "envoye"]
    );
    assert_eq!(rows(&program, id)[1].code, "message");
    assert_eq!(reached(&server), mailboxes([1, 4]));
    assert!(
        said(&server, "RCPT")
            .iter()
            .all(|(_, line)| line.contains("@exemple.example"))
    );
}

fn a_second_run_sends_nothing_again(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(3, 1);
    program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    program.wait_is_over();
    let connections = server.connections();
    assert_eq!(
        program.run(&[]).stdout,
        "Aucun message programmé à envoyer.\n"
    );
    assert_eq!(
        server.connections(),
        connections,
        "nothing to send, nobody to call"
    );
    assert_eq!(copies(&server, 1).len(), 1);
    assert_eq!(copies(&server, 1)[0].rcpt_to, [mailbox(1)]);
}
