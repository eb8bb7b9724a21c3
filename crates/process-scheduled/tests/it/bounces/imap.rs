//! An IMAP mailbox, of a real Dovecot under TLS.

use super::{key, report, sent, states};
use crate::program::Program;
use crate::rows::closed_port;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::relay::{PASSWORD, Relay, USER};
use messages_testing::smtp::{Script, Server};
use messages_testing::{stories, tls};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

stories!(
    what_came_is_read_once_and_what_is_understood_is_marked,
    a_program_that_dies_at_any_place_loses_nothing,
    two_runs_at_once_do_no_harm,
    of_twenty_megabytes_the_first_is_read_by_imap,
    what_is_wrong_is_told,
    a_token_opens_it_as_well,
);

fn reading(program: Program<'_>, port: u16) -> Program<'_> {
    let authority = program.database.folder().join("ca.pem");
    std::fs::write(&authority, tls::ca_pem()).unwrap();
    program
        .set("SSL_CERT_FILE", authority.to_str().unwrap())
        .set(
            "BOUNCES_IMAP_URL",
            &format!("imaps://{USER}@localhost:{port}/INBOX"),
        )
        .set("BOUNCES_IMAP_PASSWORD", PASSWORD)
}

fn stranger() -> String {
    report(&format!("{}.9", "0".repeat(32)), "failed", "5.1.1")
}

const THANKS: &str = "From: parent@secret.example\r\nSubject: Merci\r\n\r\nMerci !\r\n";

fn what_came_is_read_once_and_what_is_understood_is_marked(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let (program, _relay) = sent(database, 4, &[]);
    let program = reading(program, dovecot.door("imaps"));
    let nothing = program.run(&["bounces", "--imap"]);
    assert_eq!(
        (nothing.code, nothing.stdout.as_str()),
        (0, "0 message lu.\n"),
        "{nothing:?} {}",
        dovecot.log()
    );
    let check = program.run(&["check"]);
    assert!(
        check
            .stdout
            .contains("Retours (IMAP) : la boîte s'ouvre, 0 message"),
        "{check:?}"
    );
    dovecot.put(
        "1.a",
        report(&key(&program, 1), "failed", "5.1.1").as_bytes(),
    );
    dovecot.put(
        "2.b",
        report(&key(&program, 2), "delayed", "4.2.0").as_bytes(),
    );
    dovecot.put("3.c", stranger().as_bytes());
    dovecot.put("4.d", THANKS.as_bytes());
    dovecot.put("5.e", b"");
    let ended = program.run(&["bounces", "--imap"]);
    assert_eq!(ended.code, 0, "{ended:?} {}", dovecot.log());
    assert_eq!(
        ended.stdout,
        "5 messages lus : 1 non remis, 1 encore en route, 1 d'ailleurs, 2 qui ne sont pas des retours.\n"
    );
    assert!(
        ended
            .stderr
            .contains("1 retour d'e-mails qui ne sont pas partis d'ici"),
        "{ended:?}"
    );
    let told = [
        "envoye non_remis 5.1.1",
        "envoye en_cours 4.2.0",
        "envoye inconnue",
        "envoye inconnue",
    ];
    assert_eq!(states(&program), told);
    // What is none of ours stays unread, where it is.
    assert_eq!(
        dovecot.looked_at(),
        ["1.a:S", "2.b:S", "3.c:", "4.d:", "5.e:"]
    );
    let again = program.run(&["bounces", "--imap", "--quiet"]);
    assert_eq!(
        (again.code, again.stdout.as_str(), again.stderr.as_str()),
        (0, "", "")
    );
    dovecot.put(
        "6.f",
        report(&key(&program, 3), "failed", "5.2.2").as_bytes(),
    );
    let more = program.run(&["bounces", "--imap", "--json"]).json();
    assert_eq!(
        (&more["lus"], &more["non_remis"]),
        (&1.into(), &1.into()),
        "{more}"
    );
    assert_eq!(states(&program)[2], "envoye non_remis 5.2.2");
    let log = program.log();
    assert!(
        log.contains("envoi=1 message=1 remise=non_remis code=5.1.1"),
        "{log}"
    );
    assert!(!log.contains("secret") && !log.contains(PASSWORD), "{log}");
    program.verify();
}

fn a_program_that_dies_at_any_place_loses_nothing(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let (program, _relay) = sent(database, 4, &[]);
    let program = reading(program, dovecot.door("imaps"));
    for envoi in 1..=4 {
        dovecot.put(
            &format!("{envoi}.x"),
            report(&key(&program, envoi), "failed", "5.1.1").as_bytes(),
        );
    }
    for failpoint in [
        "remise_commit:1",
        "remise_committed:0",
        "remise_committed:1",
    ] {
        let dying = program.clone().set("FAILPOINT", failpoint);
        assert_eq!(dying.run(&["bounces", "--imap"]).code, -1, "{failpoint}");
    }
    // The one at which it died last is read again.
    let last = program.run(&["bounces", "--imap", "--json"]).json();
    assert_eq!(
        [&last["lus"], &last["connus"], &last["non_remis"]],
        [2, 1, 1].map(serde_json::Value::from).each_ref(),
        "{last}"
    );
    assert_eq!(states(&program), ["envoye non_remis 5.1.1"; 4]);
    assert_eq!(dovecot.looked_at(), ["1.x:S", "2.x:S", "3.x:S", "4.x:S"]);
    program.verify();
}

fn two_runs_at_once_do_no_harm(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let (program, _relay) = sent(database, 20, &[]);
    let program = reading(program, dovecot.door("imaps"));
    for envoi in 1..=20 {
        dovecot.put(
            &format!("{envoi:02}.x"),
            report(&key(&program, envoi), "failed", "5.1.1").as_bytes(),
        );
    }
    let runs = [(); 2].map(|()| program.command(&["bounces", "--imap"]).spawn().unwrap());
    for run in runs {
        let ended = run.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    }
    assert_eq!(states(&program), vec!["envoye non_remis 5.1.1"; 20]);
    assert!(dovecot.looked_at().iter().all(|name| name.ends_with(":S")));
    assert_eq!(
        program.run(&["bounces", "--imap", "--json"]).json()["lus"],
        0
    );
    program.verify();
}

fn of_twenty_megabytes_the_first_is_read_by_imap(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let (program, _relay) = sent(database, 2, &[]);
    let program = reading(program, dovecot.door("imaps"));
    let mut message = report(&key(&program, 1), "failed", "5.3.4").into_bytes();
    message.truncate(message.len() - "--b--\r\n".len());
    let line = "x".repeat(76) + "\r\n";
    message.extend(line.as_bytes().iter().cycle().take(20 * 1024 * 1024));
    dovecot.put("1.x", &message);
    dovecot.put(
        "2.x",
        report(&key(&program, 2), "failed", "5.1.1").as_bytes(),
    );
    let begun = Instant::now();
    let (ended, peak) =
        crate::program::watch(program.command(&["bounces", "--imap"]).spawn().unwrap());
    assert_eq!(ended.code, 0, "{ended:?} {}", dovecot.log());
    assert_eq!(
        states(&program),
        ["envoye non_remis 5.3.4", "envoye non_remis 5.1.1"]
    );
    assert!(
        begun.elapsed() < Duration::from_secs(30) && peak < 100_000,
        "{peak} kB"
    );
}

fn what_is_wrong_is_told(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let port = dovecot.door("imaps");
    let (program, _relay) = sent(database, 1, &[]);
    let unset = program.run(&["bounces", "--imap"]);
    assert_eq!(unset.code, 78, "{unset:?}");
    assert!(
        unset.stderr.contains("BOUNCES_IMAP_URL : manque"),
        "{unset:?}"
    );
    let program = reading(program, port);
    let other = program.database.folder().join("other.pem");
    std::fs::write(&other, tls::other_ca_pem()).unwrap();
    let url = |url: String| program.clone().set("BOUNCES_IMAP_URL", &url);
    let closed = closed_port();
    for (program, code, told) in [
        (
            program.clone().set("BOUNCES_IMAP_PASSWORD", "motsecret"),
            78,
            "corrigez BOUNCES_IMAP_URL ou BOUNCES_IMAP_PASSWORD",
        ),
        (
            program.clone().set("BOUNCES_IMAP_PASSWORD", ""),
            78,
            "BOUNCES_IMAP_PASSWORD : manque",
        ),
        (
            program
                .clone()
                .set("SSL_CERT_FILE", other.to_str().unwrap()),
            78,
            "le certificat du serveur IMAP est signé par une autorité inconnue",
        ),
        (
            url(format!("imaps://{USER}@nulle-part.invalid:{port}/INBOX")),
            75,
            "nom de machine introuvable",
        ),
        (
            url(format!("imaps://{USER}@localhost:{closed}/INBOX")),
            75,
            "connexion refusée",
        ),
        (
            url(format!("imaps://{USER}@localhost:{port}/Ailleurs")),
            78,
            "le dossier « Ailleurs » ne s'ouvre pas",
        ),
        (
            url(format!("imaps://{USER}:motsecret@localhost:{port}/INBOX")),
            78,
            "BOUNCES_IMAP_URL : il faut une adresse comme imaps://",
        ),
    ] {
        let ended = program.run(&["bounces", "--imap"]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(told), "{told}: {ended:?}");
        assert!(
            !ended.stderr.contains("motsecret") && !program.log().contains("motsecret"),
            "{ended:?}"
        );
        let check = program.run(&["check"]);
        assert_eq!(check.code, code, "{check:?}");
        assert!(
            format!("{}{}", check.stdout, check.stderr).contains(told),
            "{told}: {check:?}"
        );
    }
    let both = program.run(&["bounces", "--imap", "--maildir", "."]);
    assert_eq!(both.code, 2, "{both:?}");
}

/// Dovecot asks the test itself about the token.
fn a_token_opens_it_as_well(database: &Database) {
    let Some(dovecot) = Relay::dovecot() else {
        return;
    };
    let (program, _relay) = sent(database, 1, &[]);
    dovecot.put(
        "1.x",
        report(&key(&program, 1), "failed", "5.1.1").as_bytes(),
    );
    let known = format!(r#"{{"active":true,"email":"{USER}"}}"#);
    let script = GatewayScript::default()
        .gets()
        .answer(Answer::status(200, r#"{"active":false}"#))
        .answer_for("token=jeton-bon", Answer::status(200, &known));
    let asked = Gateway::start_on(dovecot.door("tokens"), script);
    for (token, code) in [("jeton-faux", 78), ("jeton-bon", 0)] {
        let given = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
        let tokens = Gateway::start(GatewayScript::default().answer(Answer::status(200, &given)));
        let program = reading(program.clone(), dovecot.door("imaps"))
            .set("BOUNCES_IMAP_PASSWORD", "")
            .set("EMAIL_HOST_USER", "relais@exemple.fr")
            .set("EMAIL_OAUTH_TOKEN_URL", &tokens.url())
            .set("EMAIL_OAUTH_CLIENT_ID", "application")
            .set("EMAIL_OAUTH_CLIENT_SECRET", "secret");
        let ended = program.run(&["bounces", "--imap"]);
        assert_eq!(
            ended.code,
            code,
            "{token}: {ended:?} {} {:?}",
            dovecot.log(),
            asked.received()
        );
        let refused = ended.stderr.contains("le serveur IMAP refuse le jeton");
        assert_eq!(refused, code == 78, "{ended:?}");
        assert!(!ended.stderr.contains("jeton-"), "{ended:?}");
    }
    assert_eq!(states(&program), ["envoye non_remis 5.1.1"]);
}

/// 30 s, so on SQLite only: the database does not matter here.
#[test]
fn a_server_that_says_nothing_is_given_up_after_thirty_seconds() {
    let database = Database::sqlite();
    let (program, _relay) = sent(&database, 1, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = reading(program, listener.local_addr().unwrap().port());
    let begun = Instant::now();
    let ended = program.run(&["bounces", "--imap"]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(ended.stderr.contains("pas de réponse à temps"), "{ended:?}");
    assert!(
        (29..45).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
}

/// Speaks IMAP as far as it goes: of three messages the first breaks the connection, of the second it says what is
/// no IMAP, the third is a bounce.
fn odd_server(bounce: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            let bounce = bounce.clone();
            // A client that goes away ends its conversation.
            std::thread::spawn(move || converse(tcp.unwrap(), &bounce).ok());
        }
    });
    port
}

fn converse(tcp: std::net::TcpStream, bounce: &str) -> std::io::Result<()> {
    let session = rustls::ServerConnection::new(tls::server_config()).unwrap();
    let mut peer = BufReader::new(rustls::StreamOwned::new(session, tcp));
    peer.get_mut().write_all(b"* OK bonjour\r\n")?;
    let mut line = String::new();
    while peer.read_line(&mut line)? > 0 {
        let (tag, command) = line.trim_end().split_once(' ').unwrap();
        let answer = match command {
            command if command.starts_with("SELECT") => {
                "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n".to_owned()
            }
            // The last one is there although nobody asked for it.
            "UID SEARCH UID 1:*" => "* SEARCH 3 1 2\r\n".to_owned(),
            command if command.starts_with("UID SEARCH") => "* SEARCH 3\r\n".to_owned(),
            command if command.starts_with("UID FETCH 1 ") => return Ok(()),
            command if command.starts_with("UID FETCH 2 ") => "* \u{0}{}(((\r\n".to_owned(),
            command if command.starts_with("UID FETCH 3 ") => {
                format!(
                    "* 3 FETCH (UID 3 BODY[]<0> {{{}}}\r\n{bounce})\r\n",
                    bounce.len()
                )
            }
            _ => String::new(),
        };
        let answer = format!("{answer}{tag} OK fait\r\n");
        peer.get_mut().write_all(answer.as_bytes())?;
        line.clear();
    }
    Ok(())
}

#[test]
fn a_message_that_cannot_be_read_keeps_no_other_waiting() {
    let database = Database::sqlite();
    let (program, _relay) = sent(&database, 1, &[]);
    let port = odd_server(report(&key(&program, 1), "failed", "5.1.1"));
    let program = reading(program, port);
    let ended = program.run(&["bounces", "--imap"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "1 message lu : 1 non remis.\n"),
        "{ended:?}"
    );
    assert_eq!(states(&program), ["envoye non_remis 5.1.1"]);
    for uid in [1, 2] {
        let told = format!("le message {uid} de la boîte ne se lit pas");
        assert!(program.log().contains(&told), "{}", program.log());
    }
    assert_eq!(
        program.run(&["bounces", "--imap"]).stdout,
        "0 message lu.\n"
    );
}

#[test]
fn another_server_than_one_of_imap_is_told() {
    let database = Database::sqlite();
    let (program, _relay) = sent(&database, 1, &[]);
    let smtp = Server::start(Script::default().implicit_tls());
    let ended = reading(program, smtp.port()).run(&["bounces", "--imap"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(
        ended.stderr.contains("n'est pas un serveur IMAP"),
        "{ended:?}"
    );
}
