//! A relay that others wrote, in another language: our own servers are not too kind.

use crate::program::{Program, To, mailbox, message};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::{figure, skipped};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PARENTS: i64 = 30;

/// Dots where they hurt, every accent, a line longer than the wire allows.
const TEXT: &str =
    "« L'été » à Noël : œuvre, cœur, ÿ, €, 👩\u{200d}🎓\n.\n..\n.fin\n\n...\nFrom ici";

struct Relay {
    child: Child,
    port: u16,
    journal: PathBuf,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Relay {
    /// Nothing when it is not installed.
    fn start(folder: &Path) -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("../../target/aiosmtpd-1.4.6/bin/python");
        if !python.exists() {
            return None;
        }
        let journal = folder.join("relais.jsonl");
        let mut child = Command::new(python)
            .arg(root.join("tests/it/faults/smtp/relay.py"))
            .arg(&journal)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut port).unwrap();
        Some(Self {
            child,
            port: port.trim().parse().unwrap(),
            journal,
        })
    }

    fn accepted(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&self.journal).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[test]
fn what_was_written_is_what_a_relay_of_others_reads() {
    let database = Database::sqlite();
    let Some(relay) = Relay::start(database.folder()) else {
        skipped("aiosmtpd is not installed (scripts/test.sh)");
        return;
    };
    let program = Program::new(&database)
        .set("EMAIL_HOST", "127.0.0.1")
        .set("EMAIL_PORT", &relay.port.to_string());
    program.school(PARENTS, 1);
    let long = format!("{TEXT}\n{}", "é".repeat(1500));
    let mut both = message(Canal::Email, To::All);
    both.contenu.clone_from(&long);
    both.contenu_html = Some(format!("<p>{long}</p>"));
    both.sujet = Some(
        "Réunion des élèves de 3ᵉ à l'œuvre "
            .repeat(4)
            .trim()
            .to_owned(),
    );
    let id = program.insert(&both);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.states(id), vec!["envoye"; 30]);
    assert_eq!(rows(&program, id)[0].reference, "4F2A9");
    let accepted = relay.accepted();
    let mut reached: Vec<String> = Vec::new();
    for mail in &accepted {
        assert_eq!(mail["defects"], serde_json::json!([]));
        assert_eq!(mail["from"], "ecole@exemple.example");
        assert_eq!(mail["subject"].as_str(), both.sujet.as_deref());
        let part = |kind: &str| mail["parts"][kind].as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(part("plain").trim_end_matches('\n'), long);
        assert_eq!(
            part("html").trim_end_matches('\n'),
            format!("<p>{long}</p>")
        );
        assert_eq!(mail["to"].as_array().unwrap().len(), 1);
        reached.push(mail["to"][0].as_str().unwrap().to_owned());
    }
    reached.sort();
    let mut expected: Vec<String> = (1..=PARENTS).map(mailbox).collect();
    expected.sort();
    assert_eq!(reached, expected);
    program.verify();
    figure(&format!(
        "S5 aiosmtpd: {PARENTS} e-mails, all as they were written"
    ));
}
