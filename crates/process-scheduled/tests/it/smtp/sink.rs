//! A relay that others wrote: Postfix's smtp-sink.

use super::mail::Mail;
use super::mailboxes;
use crate::program::{Program, To};
use crate::rows::closed_port;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

stories!(fifty_mails_arrive_in_postfixs_sink);

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn fifty_mails_arrive_in_postfixs_sink(database: &Database) {
    const BINARY: &str = "/usr/sbin/smtp-sink";
    if !std::path::Path::new(BINARY).exists() {
        let skipped = format!("skipped: {BINARY} is not installed (Debian: postfix)\n");
        std::io::stderr().write_all(skipped.as_bytes()).ok();
        return;
    }
    let dumps = database.folder().join("dumps");
    std::fs::create_dir(&dumps).unwrap();
    for folder in [database.folder(), &dumps] {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
    }
    let port = closed_port();
    let mut command = Command::new(BINARY);
    // It refuses to run as root without another user to become.
    if std::fs::metadata(database.folder()).unwrap().uid() == 0 {
        command.args(["-u", "nobody"]);
    }
    command
        .arg("-d")
        .arg(dumps.join("%M."))
        .arg(format!("127.0.0.1:{port}"))
        .arg("100");
    let sink = Sink(command.stdout(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "smtp-sink does not listen"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let program = Program::new(database)
        .set("EMAIL_HOST", "127.0.0.1")
        .set("EMAIL_PORT", &port.to_string());
    program.school(50, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_eq!(program.states(id), ["envoye"; 50]);
    drop(sink);
    assert_eq!(addressees(&dumps), mailboxes(1..=50));
}

/// To whom the dumped messages go. The sink notes the envelope in headers of its own.
fn addressees(dumps: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dumps).unwrap() {
        let dump = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let (envelope, message) = dump.split_once("\nReceived: ").unwrap();
        assert_eq!(envelope.matches("X-Rcpt-Args: ").count(), 1, "{envelope}");
        let (_, message) = message.split_once("\nFrom: ").unwrap();
        let mail = Mail::read(
            &format!("From: {message}")
                .replace("\r\n", "\n")
                .replace('\n', "\r\n"),
        );
        assert!(
            envelope.contains(&format!("<{}>", mail.header("To"))),
            "{envelope}"
        );
        found.push(mail.header("To").to_owned());
    }
    found.sort();
    found
}
