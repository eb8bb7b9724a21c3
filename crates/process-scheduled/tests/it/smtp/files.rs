//! Files that travel with e-mails: as they were given, to everybody, and once encoded.

use super::dkim::signing;
use super::{mailboxes, reached, said};
use crate::program::{Program, To, mailbox, message, watch};
use crate::rows::rows;
use mail_parser::{MessageParser, MimeHeaders};
use messages_core::model::Fichier;
use messages_core::piece;
use messages_core::store::pieces;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::dkim::{is_installed, is_valid, key};
use messages_testing::figures::{figure, skipped};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::time::Instant;

stories!(
    three_files_arrive_as_they_were_given,
    seven_megabytes_go_to_fifty_in_little_memory,
    many_messages_with_files_leave_each_with_its_own,
    what_is_larger_than_the_relay_says_is_refused_at_once,
    what_the_relay_finds_too_large_fails_alone_and_is_told,
    a_connection_that_breaks_in_the_midst_of_a_file_leaves_no_doubt,
    a_file_that_is_removed_after_a_failure_does_not_leave,
);

const MEGA: usize = 1024 * 1024;

/// Bytes that no compression makes smaller.
fn noise(length: usize, mut seed: u32) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

fn attach(program: &Program<'_>, message: i64, name: &str, contenu: Vec<u8>) -> i64 {
    let file = Fichier {
        nom_fichier: name.to_owned(),
        type_mime: piece::type_mime(name).unwrap().to_owned(),
        contenu,
    };
    pieces::add(&mut program.conn(), message, &file).unwrap().id
}

/// Name, kind and bytes of each file.
fn files(data: &str) -> Vec<(String, String, Vec<u8>)> {
    let mail = MessageParser::default().parse(data.as_bytes()).unwrap();
    let files = mail.attachments().map(|part| {
        let kind = part.content_type().unwrap();
        (
            part.attachment_name().unwrap().to_owned(),
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap()),
            part.contents().to_vec(),
        )
    });
    files.collect()
}

fn three_files_arrive_as_they_were_given(database: &Database) {
    let server = Server::start(Script::default());
    let pem = key(&[]);
    let program = signing(Program::new(database).relay(&server), pem.as_bytes())
        .set("MESSAGES_EMAIL_CONNECTIONS", "3");
    program.school(12, 1);
    let given = [
        (
            "Menu de la semaine du 7 décembre – élèves demi-pensionnaires.pdf",
            noise(200_000, 1),
        ),
        ("plan.png", noise(57, 2)),
        ("القائمة.docx", noise(58, 3)),
    ];
    let both = messages_core::model::NewMessage {
        contenu_html: Some("<p>Bonjour,</p><p>voici le menu.</p>".to_owned()),
        ..message(Canal::Email, To::All)
    };
    let ids = [
        program.programme(Canal::Email, To::All),
        program.insert(&both),
    ];
    for id in ids {
        for (name, bytes) in &given {
            attach(&program, id, name, bytes.clone());
        }
    }
    let plain = program.programme(Canal::Email, To::Parent(1));
    assert_eq!(program.run(&[]).code, 0);
    for id in ids.into_iter().chain([plain]) {
        assert_eq!(program.statut(id), "envoye");
    }
    let mut with = 0;
    for mail in server.accepted() {
        let found = files(&mail.data);
        assert!(mail.data.is_ascii() && mail.data.split("\r\n").all(|line| line.len() < 999));
        assert!(!is_installed() || is_valid(mail.data.as_bytes(), &pem));
        let read = MessageParser::default()
            .parse(mail.data.as_bytes())
            .unwrap();
        assert!(
            read.body_text(0)
                .unwrap()
                .contains("la réunion a lieu jeudi")
        );
        if found.is_empty() {
            assert!(!mail.data.contains("multipart/mixed"));
            continue;
        }
        with += 1;
        let expected = given.clone().map(|(name, bytes)| {
            let kind = piece::type_mime(name).unwrap().to_owned();
            (name.to_owned(), kind, bytes)
        });
        assert!(
            found == expected,
            "{:?}",
            found.iter().map(|file| &file.0).collect::<Vec<_>>()
        );
    }
    assert_eq!(with, 24);
    program.verify();
    if !is_installed() {
        skipped("dkimpy is not installed (scripts/test.sh)");
    }
}

fn seven_megabytes_go_to_fifty_in_little_memory(database: &Database) {
    let server = Server::start(Script::default().forgets());
    let program = Program::new(database).relay(&server);
    program.school(50, 1);
    let id = program.programme(Canal::Email, To::All);
    attach(&program, id, "livret.pdf", noise(7 * MEGA, 1));
    let begun = Instant::now();
    let (ended, memory) = watch(program.command(&["--quiet"]).spawn().unwrap());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(reached(&server), mailboxes(1..=50));
    let lengths: Vec<usize> = server
        .accepted()
        .iter()
        .map(|mail| mail.data.parse().unwrap())
        .collect();
    assert!(
        lengths
            .iter()
            .all(|length| (9 * MEGA..11 * MEGA).contains(length))
    );
    figure(&format!(
        "7 MB to 50 parents, {}: {:.1} s, {memory} kB at most",
        database.kind(),
        begun.elapsed().as_secs_f64()
    ));
    assert!(memory < 64 * 1024, "{memory} kB");
}

fn many_messages_with_files_leave_each_with_its_own(database: &Database) {
    let server = Server::start(Script::default());
    let program = Program::new(database).relay(&server);
    program.school(12, 1);
    for parent in 1..=12 {
        let id = program.programme(Canal::Email, To::Parent(parent));
        attach(
            &program,
            id,
            &format!("bulletin {parent}.pdf"),
            noise(10_000, u32::try_from(parent).unwrap()),
        );
    }
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=12));
    for mail in server.accepted() {
        let found = files(&mail.data);
        assert_eq!(found.len(), 1);
        let parent = found[0]
            .0
            .strip_prefix("bulletin ")
            .unwrap()
            .strip_suffix(".pdf")
            .unwrap();
        assert_eq!(mail.rcpt_to, [mailbox(parent.parse().unwrap())]);
        assert!(found[0].2 == noise(10_000, parent.parse().unwrap()));
    }
}

fn details(database: &Database, id: i64) -> String {
    database
        .texts(&format!(
            "SELECT details_erreur AS v FROM messages WHERE id = {id}"
        ))
        .remove(0)
}

/// A message to eight with a file, and one without: the second leaves whatever becomes of the first.
fn one_is_too_large(program: &Program<'_>, server: &Server) -> i64 {
    program.school(8, 1);
    let large = program.programme(Canal::Email, To::All);
    attach(program, large, "livret.pdf", noise(300_000, 1));
    let small = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.statut(small), "envoye");
    assert_eq!(program.states(large), ["echec permanent"; 8]);
    assert_eq!(reached(server), mailboxes(1..=8));
    assert_eq!(
        details(program.database, large),
        "8 destinataires non atteints : 8 parce que le message est trop volumineux (pièces jointes)."
    );
    // It is not tried again.
    program.wait_is_over();
    assert_eq!(
        program.run(&[]).stdout,
        "Aucun message programmé à envoyer.\n"
    );
    program.verify();
    large
}

fn what_is_larger_than_the_relay_says_is_refused_at_once(database: &Database) {
    let offer = Action::reply("250-localhost\n250-PIPELINING\n250 SIZE 100000");
    let server = Server::start(Script::default().on(Stage::Ehlo, offer));
    let program = Program::new(database).relay(&server);
    let large = one_is_too_large(&program, &server);
    assert_eq!(said(&server, "MAIL").len(), 8, "nobody was asked");
    let row = &rows(&program, large)[0];
    assert_eq!(
        (row.code.as_str(), row.detail.as_str()),
        (
            "SIZE",
            "message trop volumineux : il fait 402 Ko, le relais en accepte 98 Ko"
        )
    );
}

fn what_the_relay_finds_too_large_fails_alone_and_is_told(database: &Database) {
    for (stage, reply) in [
        (Stage::Body, "552 5.3.4 Message size exceeds fixed limit"),
        (Stage::Body, "554 message too large"),
    ] {
        let mut script = Script::default();
        // Which of the two it is, is not known before the content: the first eight are the large one's.
        script = script.on_first(8, stage, Action::reply(reply));
        let server = Server::start(script);
        let program = Program::new(database)
            .relay(&server)
            .set("MESSAGES_EMAIL_CONNECTIONS", "1");
        program.school(8, 1);
        let large = program.programme(Canal::Email, To::All);
        attach(&program, large, "livret.pdf", noise(300_000, 1));
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 0, "{reply}: {ended:?}");
        assert_eq!(program.states(large), ["echec permanent"; 8], "{reply}");
        assert!(details(database, large).contains("8 parce que le message est trop volumineux"));
        let small = program.programme(Canal::Email, To::All);
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(program.statut(small), "envoye");
        program.verify();
    }
}

/// Until the last piece leaves, nothing can have been accepted: the attempt counts, the channel goes on.
fn a_connection_that_breaks_in_the_midst_of_a_file_leaves_no_doubt(database: &Database) {
    let cut = Action::reply("354 go on").then(Action::Reset);
    let script = Script::default()
        .on_recipient("parent1@", Stage::Data, cut)
        .times(1);
    let server = Server::start(script);
    let program = Program::new(database).relay(&server);
    program.school(4, 1);
    let id = program.programme(Canal::Email, To::All);
    attach(&program, id, "livret.pdf", noise(8 * MEGA, 1));
    assert_eq!(program.run(&[]).code, 0);
    let row = &rows(&program, id)[0];
    assert_eq!(
        (
            row.state().as_str(),
            row.tentatives,
            row.ambigus,
            row.verdict.as_str()
        ),
        ("a_envoyer", 1, 0, "temporaire"),
        "{row:?}"
    );
    assert_eq!(reached(&server), mailboxes(2..=4));
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&server), mailboxes(1..=4));
    let lengths = server.accepted().into_iter().map(|mail| mail.data.len());
    assert!(lengths.max() > Some(10 * MEGA));
    program.verify();
}

fn a_file_that_is_removed_after_a_failure_does_not_leave(database: &Database) {
    let offer = Action::reply("250-localhost\n250 SIZE 100000");
    let server = Server::start(Script::default().on(Stage::Ehlo, offer));
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::All);
    let piece = attach(&program, id, "livret.pdf", noise(300_000, 1));
    attach(&program, id, "plan.png", noise(100, 1));
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "echec");
    pieces::remove(&mut program.conn(), piece).unwrap();
    let resent = program.run(&["resend", &id.to_string()]);
    assert_eq!(resent.code, 0, "{resent:?}");
    program.run(&[]);
    assert_eq!(program.statut(id), "envoye");
    let found = files(&server.accepted()[0].data);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "plan.png");
}

/// Wherever a run dies with files in its hands, the next one sends the same, and nobody is left out.
#[cfg(all(feature = "failpoints", unix))]
mod kills {
    use super::*;

    stories!(a_run_that_dies_with_files_in_its_hands_loses_nothing);

    fn a_run_that_dies_with_files_in_its_hands_loses_nothing(database: &Database) {
        let server = Server::start(Script::default());
        let program = Program::new(database).relay(&server);
        program.school(30, 1);
        let id = program.programme(Canal::Email, To::All);
        attach(&program, id, "livret.pdf", noise(500_000, 1));
        for place in [
            "settle_committed:1",
            "handed_over:1",
            "envelope:1",
            "body:2",
            "answered:1",
        ] {
            let dying = program.clone().set("FAILPOINT", place);
            // Of who died before, the server may still hold something.
            let dies = (0..5).any(|_| dying.run(&[]).code == -1);
            assert!(dies, "{place}");
            database.execute(
                "UPDATE envois SET bail_jusqua = '2001-01-01T00:00:00Z' WHERE bail_jusqua IS NOT NULL;
                 UPDATE messages SET bail_jusqua = '2001-01-01T00:00:00Z' WHERE bail_jusqua IS NOT NULL",
            );
            let late = pieces::add(
                &mut program.conn(),
                id,
                &Fichier {
                    nom_fichier: "b.pdf".to_owned(),
                    type_mime: "application/pdf".to_owned(),
                    contenu: vec![1],
                },
            );
            assert!(late.is_err(), "{place}");
            program.wait_is_over();
        }
        for _ in 0..2 {
            assert_eq!(program.run(&[]).code, 0);
            program.wait_is_over();
        }
        assert_eq!(program.states(id), ["envoye"; 30]);
        let mut seen = std::collections::BTreeMap::new();
        for mail in server.accepted() {
            let found = files(&mail.data);
            assert!(found.len() == 1 && found[0].2 == noise(500_000, 1));
            // A second copy is the same, byte by byte.
            let first = seen
                .entry(mail.rcpt_to[0].clone())
                .or_insert_with(|| mail.data.clone());
            assert!(*first == mail.data);
        }
        assert_eq!(seen.len(), 30);
        program.verify();
    }
}
