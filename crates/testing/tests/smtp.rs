//! The SMTP server, as a client sees it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, connect, connect_tls, under_tls};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::tls;

const MESSAGE: &str = "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n";
const SECOND: Duration = Duration::from_secs(1);

impl<S: Read + Write> Client<S> {
    /// A reply with all its lines.
    fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let line = self.line();
            reply += &line;
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply;
            }
            reply.push('\n');
        }
    }

    fn ask(&mut self, command: &str) -> String {
        self.send(&format!("{command}\r\n"));
        self.reply()
    }
}

fn greeted(server: &Server) -> Client<TcpStream> {
    let mut client = connect(server.port());
    assert_eq!(client.reply(), "220 localhost ESMTP");
    assert!(client.ask("EHLO me").ends_with("250 SIZE 104857600"));
    client
}

fn codes(client: &mut Client<TcpStream>, n: usize) -> Vec<String> {
    (0..n).map(|_| client.reply()[..3].to_owned()).collect()
}

/// What a message with the recipient is answered.
fn deliver(client: &mut Client<TcpStream>, to: &str) -> Vec<String> {
    client.send(&format!("MAIL FROM:<a@x>\r\nRCPT TO:<{to}>\r\nDATA\r\n"));
    let mut replies = codes(client, 3);
    if replies[2] == "354" {
        client.send("Hi\r\n.\r\n");
        replies.extend(codes(client, 1));
    }
    replies
}

#[test]
fn accepts_pipelined_commands_and_unstuffs_dots() {
    let server = Server::start(Script::default());
    let mut client = greeted(&server);
    client.send(MESSAGE);
    assert_eq!(codes(&mut client, 3), ["250", "250", "354"]);
    client.send("Subject: x\r\n\r\n..dot\r\nbare\n.\r\nend\r\n.\r\nRSET\r\nQUIT\r\n");
    assert_eq!(codes(&mut client, 3), ["250", "250", "221"]);
    assert_eq!(client.rest().unwrap(), "");
    let [accepted] = server.accepted().try_into().unwrap();
    assert_eq!(accepted.mail_from, "a@x");
    assert_eq!(accepted.rcpt_to, ["b@y"]);
    assert_eq!(
        accepted.data,
        "Subject: x\r\n\r\n.dot\r\nbare\n.\r\nend\r\n"
    );
    assert_eq!(accepted.connection, 1);
    assert_eq!(server.commands().len(), 6);
    assert_eq!(server.commands()[1], (1, "MAIL FROM:<a@x>".to_owned()));
}

#[test]
fn takes_everything_in_one_segment() {
    let server = Server::start(Script::default());
    let mut client = connect(server.port());
    client.send(&format!(
        "EHLO me\r\n{MESSAGE}Hi\r\n.\r\n{MESSAGE}Ho\r\n.\r\nQUIT\r\n"
    ));
    let replies = codes(&mut client, 11);
    assert_eq!(replies[5], "250");
    assert_eq!(replies[10], "221");
    assert_eq!(server.accepted_count(), 2);
}

#[test]
fn refuses_commands_out_of_order() {
    let server = Server::start(Script::default().no_pipelining());
    let mut client = connect(server.port());
    client.reply();
    assert!(!client.ask("EHLO me").contains("PIPELINING"));
    assert!(client.ask("RCPT TO:<b@y>").starts_with("503"));
    assert!(client.ask("MAIL a@x").starts_with("501"));
    assert!(client.ask("MAIL FROM:<>").starts_with("250"));
    assert!(client.ask("DATA").starts_with("503"));
    assert!(client.ask("AUTH PLAIN").starts_with("502"));
    assert!(client.ask("STARTTLS").starts_with("502"));
    assert!(client.ask("FOO").starts_with("500"));
}

#[test]
fn demands_the_right_login() {
    let server = Server::start(Script::default().auth("user", "secret"));
    let mut client = connect(server.port());
    client.reply();
    assert!(client.ask("EHLO me").contains("AUTH PLAIN LOGIN"));
    assert!(client.ask("MAIL FROM:<a@x>").starts_with("530"));
    assert!(client.ask("AUTH PLAIN AHVzZXIAd3Jvbmc=").starts_with("535"));
    assert!(client.ask("AUTH PLAIN garb led").starts_with("535"));
    assert_eq!(client.ask("AUTH PLAIN"), "334");
    assert!(client.ask("AHVzZXIAc2VjcmV0").starts_with("235"));
    assert!(client.ask("MAIL FROM:<a@x>").starts_with("250"));
    let mut client = greeted(&server);
    assert!(client.ask("AUTH PLAIN AHVzZXIAc2VjcmV0").starts_with("235"));
    assert_eq!(client.ask("AUTH LOGIN"), "334 VXNlcm5hbWU6");
    assert_eq!(client.ask("dXNlcg=="), "334 UGFzc3dvcmQ6");
    assert!(client.ask("c2VjcmV0").starts_with("235"));
    assert_eq!(server.logins(), 3);
}

#[test]
fn upgrades_to_tls_and_forgets_what_was_slipped_in() {
    let server = Server::start(Script::default().starttls().auth("user", "secret"));
    let mut client = connect(server.port());
    client.reply();
    let extensions = client.ask("EHLO me");
    assert!(extensions.contains("STARTTLS") && !extensions.contains("AUTH"));
    assert!(client.ask("AUTH PLAIN AHVzZXIAc2VjcmV0").starts_with("538"));
    assert!(client.ask("STARTTLS\r\nNOOP").starts_with("220"));
    let mut client = under_tls(client.0.into_inner(), "localhost", &tls::ca_pem());
    let extensions = client.ask("EHLO me");
    assert!(extensions.contains("AUTH") && !extensions.contains("STARTTLS"));
    assert!(client.ask("AUTH PLAIN AHVzZXIAc2VjcmV0").starts_with("235"));
    assert!(client.ask("QUIT").starts_with("221"));
    assert_eq!(client.rest().unwrap(), "");
}

#[test]
fn speaks_tls_from_the_start_to_whom_trusts_it() {
    let server = Server::start(Script::default().implicit_tls());
    assert!(connect_tls(server.port()).reply().starts_with("220"));
    let tcp = || connect(server.port()).0.into_inner();
    assert!(
        under_tls(tcp(), "127.0.0.1", &tls::ca_pem())
            .reply()
            .starts_with("220")
    );
    assert!(
        under_tls(tcp(), "example.org", &tls::ca_pem())
            .rest()
            .is_err()
    );
    assert!(
        under_tls(tcp(), "localhost", &tls::other_ca_pem())
            .rest()
            .is_err()
    );
}

#[test]
fn misbehaves_where_the_script_says_so() {
    for stage in [
        Stage::Banner,
        Stage::Ehlo,
        Stage::Mail,
        Stage::Data,
        Stage::Body,
        Stage::Quit,
    ] {
        let end = |action| {
            let server = Server::start(Script::default().on(stage, action));
            let mut client = connect(server.port());
            client
                .0
                .get_ref()
                .set_read_timeout(Some(SECOND / 5))
                .unwrap();
            for line in ["EHLO me\r\n", MESSAGE, "Hi\r\n.\r\n", "QUIT\r\n"] {
                thread::sleep(Duration::from_millis(10));
                let written = client.0.get_mut().write_all(line.as_bytes());
                written.map_err(|error| error.kind())?;
            }
            let done = usize::from(stage == Stage::Quit);
            assert_eq!(server.accepted_count(), done, "{stage:?}");
            client.rest().map_err(|error| error.kind())
        };
        assert!(end(Action::Close).is_ok(), "{stage:?}");
        assert_eq!(
            end(Action::Reset),
            Err(ErrorKind::ConnectionReset),
            "{stage:?}"
        );
        assert_eq!(end(Action::Hang), Err(ErrorKind::WouldBlock), "{stage:?}");
        assert!(
            end(Action::reply("421-Too\n421 busy"))
                .unwrap()
                .ends_with("421-Too\r\n421 busy\r\n")
        );
    }
}

#[test]
fn picks_the_narrowest_action_and_counts_turns() {
    let script = Script::default()
        .on(Stage::Body, Action::reply("452 full"))
        .on_first(1, Stage::Body, Action::reply("451 later"))
        .on_first(1, Stage::Body, Action::reply("250 fine"))
        .on_recipient("bad", Stage::Rcpt, Action::reply("550 no"))
        .on_recipient("odd", Stage::Body, Action::reply("554 no"))
        .times(1);
    let server = Server::start(script);
    let mut client = greeted(&server);
    assert_eq!(deliver(&mut client, "bad@y"), ["250", "550", "503"]);
    client.ask("RSET");
    let mut outcome = |to| deliver(&mut client, to)[3].clone();
    assert_eq!(outcome("odd@y"), "554");
    assert_eq!(outcome("odd@y"), "451");
    assert_eq!(outcome("b@y"), "250");
    assert_eq!(outcome("b@y"), "452");
    assert_eq!(server.accepted_count(), 1);
}

#[test]
fn may_accept_without_saying_so() {
    let path = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
    let lost = Action::AcceptThen(Box::new(Action::Reset));
    let script = Script::default().on_first(1, Stage::Body, lost);
    let server = Server::start(script.journal_file(&path));
    let mut client = greeted(&server);
    client.send(&format!("{MESSAGE}Hi\r\n.\r\n"));
    assert!(client.rest().is_err());
    assert_eq!(
        deliver(&mut greeted(&server), "c@y"),
        ["250", "250", "354", "250"]
    );
    let journal = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let line = r#"{"connection":1,"data":"Hi\r\n","mail_from":"a@x","rcpt_to":["b@y"]}"#;
    assert_eq!(journal.lines().next(), Some(line));
    assert_eq!(journal.lines().count(), 2);
    assert!(server.wait_accepted(2, SECOND));
    assert!(!server.wait_accepted(3, SECOND / 100));
}

#[test]
fn takes_its_time() {
    let pause = Duration::from_millis(20);
    let script = Script::default()
        .latency(pause)
        .on(Stage::Quit, Action::Drip(pause / 4));
    let server = Server::start(script);
    let start = Instant::now();
    let mut client = greeted(&server);
    assert_eq!(deliver(&mut client, "b@y").len(), 4);
    // Greeting, EHLO, and the rest, which arrives together.
    assert!(start.elapsed() >= 3 * pause);
    let start = Instant::now();
    assert_eq!(client.ask("QUIT"), "221 2.0.0 Bye");
    assert!(start.elapsed() >= 14 * pause / 4);
}

#[test]
fn says_what_no_server_should_and_notes_it() {
    let garbage = Action::Raw(b"25\xff".to_vec()).then(Action::Reset);
    let script = Script::default()
        .on_first(
            1,
            Stage::Mail,
            Action::Raw(b"250\r\n250 again\r\n".to_vec()),
        )
        .on(
            Stage::Rcpt,
            Action::reply("450 one").then(Action::reply("250 two")),
        )
        .on(Stage::Mail, Action::Late(SECOND / 50, Box::new(garbage)));
    let server = Server::start(script);
    let mut client = greeted(&server);
    client.send("MAIL FROM:<a@x>\r\n");
    assert_eq!([client.line(), client.line()], ["250", "250 again"]);
    client.send("RCPT TO:<b@y>\r\n");
    assert_eq!([client.line(), client.line()], ["450 one", "250 two"]);
    assert_eq!(client.ask("DATA"), "503 5.5.1 No valid recipients");
    assert_eq!(client.ask("RSET"), "250 2.0.0 Ok");
    let start = Instant::now();
    client.send("MAIL FROM:<a@x>\r\n");
    assert_eq!(
        client.rest().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert!(start.elapsed() >= SECOND / 50);
    let performed = server.performed();
    let stages: Vec<Stage> = performed.iter().map(|done| done.stage).collect();
    assert_eq!(stages, [Stage::Mail, Stage::Rcpt, Stage::Mail]);
    assert_eq!(performed[1].recipients, ["b@y"]);
}

#[test]
fn may_break_off_the_handshake_and_may_never_end() {
    let broken = Action::reply("220 2.0.0 Go ahead").then(Action::Close);
    let script = Script::default()
        .starttls()
        .on(Stage::StartTls, broken)
        .on(Stage::Mail, Action::Endless(b"250-more\r\n".to_vec()));
    let server = Server::start(script);
    let mut client = greeted(&server);
    assert_eq!(client.ask("STARTTLS"), "220 2.0.0 Go ahead");
    assert_eq!(client.rest().unwrap(), "");
    let mut client = greeted(&server);
    client.send("MAIL FROM:<a@x>\r\n");
    let mut bytes = vec![0; 100_000];
    client.0.read_exact(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"250-more\r\n250-more"));
}

#[test]
fn counts_connections_as_the_client_does() {
    let server = Server::start(Script::default());
    let pair = (greeted(&server), greeted(&server));
    drop(pair);
    for _ in 0..200 {
        greeted(&server);
        greeted(&server).ask("QUIT");
    }
    assert_eq!(server.connections(), 402);
    assert_eq!(server.max_open(), 2);
}

#[test]
fn ends_with_its_connections() {
    let server = Server::start(Script::default().on(Stage::Mail, Action::Hang));
    let port = server.port();
    let mut client = greeted(&server);
    client.send(MESSAGE);
    thread::sleep(Duration::from_millis(20));
    drop(server);
    assert_eq!(client.rest().unwrap(), "");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
#[ignore = "demands 10,000 a second: for an idle machine"]
fn is_quick() {
    let server = Server::start(Script::default());
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let mut client = greeted(&server);
                for _ in 0..2500 {
                    assert_eq!(deliver(&mut client, "b@y")[3], "250");
                }
            });
        }
    });
    let taken = start.elapsed();
    assert_eq!(server.accepted_count(), 50_000);
    assert!(taken < 5 * SECOND, "{taken:?}");
}
