//! E-mails that come back: from a mail server's alias, from a Maildir, from an IMAP mailbox.

mod faults;
#[cfg(target_os = "linux")]
mod imap;
mod maildir;

use crate::program::{Ended, Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::io::Write;
use std::process::Stdio;

stories!(
    what_comes_back_is_marked_once,
    an_uncertain_email_that_comes_back_had_left,
    what_names_none_of_ours_changes_nothing_and_is_told_without_an_address,
    a_sender_of_the_envelope_of_its_own_names_the_email,
);

/// A message to so many parents that has left.
fn sent<'d>(
    database: &'d Database,
    parents: i64,
    settings: &[(&str, &str)],
) -> (Program<'d>, Server) {
    let relay = Server::start(Script::default());
    let mut program = Program::new(database).relay(&relay);
    for (name, value) in settings {
        program = program.set(name, value);
    }
    program.school(parents, 1);
    program.programme(Canal::Email, To::All);
    assert_eq!(program.run(&[]).code, 0);
    (program, relay)
}

/// What the Message-ID of an envoi begins with.
fn key(program: &Program<'_>, envoi: i64) -> String {
    let key = format!(
        "SELECT m.cle || '.' || e.id AS v FROM envois e JOIN messages m ON m.id = e.message WHERE e.id = {envoi}"
    );
    program.database.texts(&key).remove(0)
}

/// A report of RFC 3464 about the e-mail with this key.
fn report(key: &str, action: &str, status: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@relais.exemple\r\nTo: ecole@exemple.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\n\r\nparent@secret.example: unknown\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n\
         Final-Recipient: rfc822; parent@secret.example\r\nAction: {action}\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{key}@exemple.example>\r\n\
         From: ecole@exemple.example\r\n\r\nBonjour\r\n--b--\r\n"
    )
}

fn piped(program: &Program<'_>, arguments: &[&str], message: &[u8]) -> Ended {
    let mut command = program.command(arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // It may end before it has read all.
    child.stdin.take().unwrap().write_all(message).ok();
    child.wait_with_output().unwrap().into()
}

/// `etat remise code` of every envoi.
fn states(program: &Program<'_>) -> Vec<String> {
    program.database.texts(
        "SELECT trim(etat || ' ' || remise || ' ' || COALESCE(remise_code, '')) AS v FROM envois ORDER BY id",
    )
}

fn what_comes_back_is_marked_once(database: &Database) {
    let (program, _relay) = sent(database, 3, &[]);
    for _ in 0..2 {
        for (envoi, action, status) in [
            (1, "delayed", "4.4.1"),
            (2, "failed", "5.1.1"),
            (2, "delayed", "4.4.1"),
        ] {
            let ended = piped(
                &program,
                &["bounces"],
                report(&key(&program, envoi), action, status).as_bytes(),
            );
            assert_eq!(
                (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
                (0, "", "")
            );
        }
        assert_eq!(
            states(&program),
            [
                "envoye en_cours 4.4.1",
                "envoye non_remis 5.1.1",
                "envoye inconnue"
            ]
        );
    }
    let told = piped(
        &program,
        &["bounces", "--json"],
        report(&key(&program, 1), "failed", "4.4.7").as_bytes(),
    );
    assert_eq!(told.json()["non_remis"], 1);
    let log = program.log();
    assert!(
        log.contains("envoi=2 message=1 remise=non_remis code=5.1.1"),
        "{log}"
    );
    assert!(!log.contains("secret"), "{log}");
    program.verify();
}

fn an_uncertain_email_that_comes_back_had_left(database: &Database) {
    let (program, _relay) = sent(database, 1, &[]);
    database.execute(
        "UPDATE envois SET etat = 'incertain', motif = 'resultat_inconnu', ambigus = 1;
         UPDATE tentatives SET verdict = 'ambigu';
         UPDATE messages SET statut = 'echec', nb_envoyes = 0, nb_incertains = 1;",
    );
    program.verify();
    let message = report(&key(&program, 1), "failed", "5.2.2");
    assert_eq!(piped(&program, &["bounces"], message.as_bytes()).code, 0);
    program.verify();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        (program.statut(1).as_str(), states(&program)),
        ("envoye", vec!["envoye non_remis 5.2.2".to_owned()])
    );
    program.verify();
}

fn what_names_none_of_ours_changes_nothing_and_is_told_without_an_address(database: &Database) {
    let (program, _relay) = sent(database, 1, &[]);
    let other = format!("{}.1", "0".repeat(32));
    let ended = piped(
        &program,
        &["bounces"],
        report(&other, "failed", "5.1.1").as_bytes(),
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""));
    assert!(ended.stderr.contains("n'est pas parti d'ici"), "{ended:?}");
    assert!(
        !ended.stderr.contains("secret") && !ended.stderr.contains('@'),
        "{ended:?}"
    );
    let away = format!(
        "From: parent1@exemple.example\r\nSubject: Absence du bureau\r\nAuto-Submitted: auto-replied\r\n\
         In-Reply-To: <{}@exemple.example>\r\n\r\nmailbox full\r\n",
        key(&program, 1)
    );
    for nothing in [away.as_bytes(), b"", b"\xff\xfe\x00", b"From: x\r\n\r\n"] {
        let ended = piped(&program, &["bounces"], nothing);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{nothing:?}");
    }
    assert_eq!(states(&program), ["envoye inconnue"]);
}

fn a_sender_of_the_envelope_of_its_own_names_the_email(database: &Database) {
    let (program, relay) = sent(
        database,
        2,
        &[("EMAIL_BOUNCE_ADDRESS", "retours@exemple.example")],
    );
    let senders: Vec<String> = relay
        .accepted()
        .iter()
        .map(|mail| mail.mail_from.clone())
        .collect();
    let mut expected =
        [1, 2].map(|envoi| format!("retours+{}@exemple.example", key(&program, envoi)));
    expected.sort();
    let mut found = senders.clone();
    found.sort();
    assert_eq!(found, expected);
    let quotes_nothing = format!(
        "Return-Path: <>\r\nX-Original-To: {}\r\nFrom: postmaster@x.example\r\nTo: retours@exemple.example\r\n\
         Subject: Non remis\r\n\r\nCette adresse n'existe pas.\r\n",
        expected[0]
    );
    assert_eq!(
        piped(&program, &["bounces"], quotes_nothing.as_bytes()).code,
        0
    );
    assert_eq!(
        states(&program)
            .iter()
            .filter(|state| *state == "envoye non_remis 5.1.1")
            .count(),
        1
    );
}
