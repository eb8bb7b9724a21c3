//! What a story with a real relay consists of.

use crate::program::{Program, To, mailbox, message};
use crate::rows::{Row, rows};
use crate::smtp::mail::Mail;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::relay::{PASSWORD, Relay, USER};
use messages_testing::tls;

/// How the way to a door is protected.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    Cleartext,
    StartTls,
    ImplicitTls,
}

/// The program as it should be set for that door: own sender, no login. Whatever this machine
/// is called, the name that it says of itself is one that a relay takes.
pub(super) fn program<'d>(
    database: &'d Database,
    relay: &Relay,
    door: &str,
    way: Way,
) -> Program<'d> {
    let authority = database.folder().join("ca.pem");
    std::fs::write(&authority, tls::ca_pem()).unwrap();
    let program = Program::new(database)
        .set("EMAIL_HOST", "localhost")
        .set("EMAIL_PORT", &relay.door(door).to_string())
        .set("SSL_CERT_FILE", authority.to_str().unwrap());
    match way {
        Way::Cleartext => program,
        Way::StartTls => program.set("EMAIL_USE_TLS", "true"),
        Way::ImplicitTls => program.set("EMAIL_USE_SSL", "true"),
    }
}

pub(super) fn logged_in(program: Program<'_>) -> Program<'_> {
    program
        .set("EMAIL_HOST_USER", USER)
        .set("EMAIL_HOST_PASSWORD", PASSWORD)
}

/// Everybody of a new school of so many parents gets the message, once and as it was written.
pub(super) fn everybody_is_reached(program: &Program<'_>, relay: &Relay, parents: i64) {
    program.school(parents, 1);
    let id = program.programme(Canal::Email, To::All);
    leaves(
        program,
        relay,
        id,
        &(1..=parents).map(mailbox).collect::<Vec<_>>(),
    );
}

/// One run, and the message is with these, once and as it was written, and with nobody else.
pub(super) fn leaves(program: &Program<'_>, relay: &Relay, id: i64, to: &[String]) {
    let ended = program.run(&["--quiet"]);
    let left: Vec<Row> = rows(program, id)
        .into_iter()
        .filter(|row| (row.etat.as_str(), row.tentatives, row.ambigus) != ("envoye", 1, 0))
        .collect();
    assert!(left.is_empty(), "{ended:?} {left:?}");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:?}");
    // What was told of before is over.
    let mut lines = ended.stderr.lines();
    assert!(lines.all(|line| line.contains("FIN D'ALERTE")), "{ended:?}");
    arrived(relay, to);
    program.verify();
}

/// The relay delivered to these, each once, what was written, and to nobody else.
pub(super) fn arrived(relay: &Relay, to: &[String]) {
    let written = message(Canal::Email, To::All);
    let mut reached = Vec::new();
    for text in relay.take(to.len()) {
        let (trace, sent) = text.split_once("\nFrom: ").unwrap();
        let mail = Mail::read(&format!("From: {sent}").replace('\n', "\r\n"));
        assert_eq!(mail.header("Subject"), written.sujet.as_deref().unwrap());
        assert_eq!(mail.body.trim_end(), written.contenu);
        let envelope = trace.lines().find_map(recipient).unwrap();
        assert_eq!(mail.header("To"), envelope, "{trace}");
        reached.push(envelope.to_owned());
    }
    reached.sort();
    let mut expected = to.to_vec();
    expected.sort();
    assert_eq!(reached, expected);
}

/// Where the relay notes whom the envelope was for.
fn recipient(line: &str) -> Option<&str> {
    line.strip_prefix("Delivered-To: ")
        .or_else(|| line.strip_prefix("Envelope-to: "))
}

/// What is said of us: nobody fails, no attempt is used, the exit code is 78, and one French
/// sentence on stderr names this setting; none where it was told before.
pub(super) fn stops(program: &Program<'_>, relay: &Relay, id: i64, setting: Option<&str>) {
    let ended = program.run(&["--quiet"]);
    let touched: Vec<Row> = rows(program, id)
        .into_iter()
        .filter(|row| !row.is_untouched())
        .collect();
    assert!(touched.is_empty(), "{ended:?} {touched:?}");
    assert_eq!((ended.code, ended.stdout.as_str()), (78, ""), "{ended:?}");
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let is_told = match setting {
        Some(setting) => lines.len() == 1 && lines[0].contains(setting),
        None => lines.is_empty(),
    };
    assert!(is_told, "{setting:?}: {ended:?}");
    arrived(relay, &[]);
    program.verify();
}
