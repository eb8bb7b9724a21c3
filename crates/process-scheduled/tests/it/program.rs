//! The program as an administrator meets it: settings, arguments, output, exit code.

use messages_core::config::Database as Place;
use messages_core::model::NewMessage;
use messages_core::store::{Conn, annuaire, messages, migrations};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::http::Gateway;
use messages_testing::smtp::Server;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program, its settings and its database.
#[derive(Clone)]
pub(crate) struct Program<'d> {
    pub(crate) database: &'d Database,
    settings: BTreeMap<String, String>,
}

/// What one invocation came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The report of `--json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl<'d> Program<'d> {
    /// With an up-to-date database, in the mode `reel`, without a relay and a gateway.
    pub(crate) fn new(database: &'d Database) -> Self {
        let program = Self::without_settings(database)
            .set("DATABASE_URL", database.url())
            .set("MESSAGES_MODE", "reel")
            // Whatever hour it is while the tests run.
            .set("SMS_QUIET_HOURS", "non")
            .set("DEFAULT_FROM_EMAIL", "Collège <ecole@exemple.example>");
        assert_eq!(program.run(&["migrate"]).code, 0);
        program
    }

    /// In an empty folder: nothing is set in the environment, no database is made.
    pub(crate) const fn without_settings(database: &'d Database) -> Self {
        Self {
            database,
            settings: BTreeMap::new(),
        }
    }

    /// Sends e-mails there, unencrypted.
    pub(crate) fn relay(self, server: &Server) -> Self {
        self.set("EMAIL_HOST", "127.0.0.1")
            .set("EMAIL_PORT", &server.port().to_string())
    }

    /// Sends SMS there.
    pub(crate) fn gateway(self, gateway: &Gateway) -> Self {
        self.set("SMS_API_URL", &gateway.url())
            .set("SMS_API_KEY", "cle-secrete")
            .set("SMS_SENDER_NAME", "COLLEGE")
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Not started yet; nothing of the test's own environment goes in.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_process-scheduled"));
        command
            .args(arguments)
            .current_dir(self.database.folder())
            .env_clear()
            .envs(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// What the program itself proves from the database: everybody has a final state or is on the
    /// way, sums agree, nobody was written to twice outside the named window.
    pub(crate) fn verify(&self) {
        let ended = self.run(&["verify"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    /// The log that it wrote.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.database.folder().join("scheduled_messages.log")).unwrap()
    }

    /// The program's own door to the database.
    pub(crate) fn conn(&self) -> Conn {
        migrations::open(&Place::from_url(self.database.url()).unwrap()).unwrap()
    }

    /// A school of `parents` parents with one pupil each, in `classes` classes: parent `n` has
    /// [`number`]`(n)` and [`mailbox`]`(n)`, and is in class `n % classes + 1`.
    pub(crate) fn school(&self, parents: i64, classes: i64) -> &Self {
        let mut text =
            "parent_id,nom,prenom,telephone,email,notifications_sms,notifications_email,\
                        etudiant_id,etudiant_nom,etudiant_prenom,classe_id,classe\n"
                .to_owned();
        for n in 1..=parents {
            let classe = n % classes + 1;
            writeln!(
                text,
                "{n},Nom{n},Prénom{n},{},{},oui,oui,{n},Élève{n},P,{classe},Classe {classe}",
                number(n).replace("+33", "0"),
                mailbox(n)
            )
            .unwrap();
        }
        let file = self.database.folder().join("ecole.csv");
        std::fs::write(&file, text).unwrap();
        let ended = self.run(&["import", file.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{ended:?}");
        self
    }

    /// Programmes a message that is due and returns its number.
    pub(crate) fn programme(&self, canal: Canal, audience: To) -> i64 {
        self.insert(&message(canal, audience))
    }

    pub(crate) fn insert(&self, message: &NewMessage) -> i64 {
        let mut conn = self.conn();
        let mut message = message.clone();
        if message.statut == Statut::Programme && message.date_programmee.is_none() {
            message.date_programmee = Some(conn.now().unwrap() - Duration::from_secs(1));
        }
        messages::insert(&mut conn, &message).unwrap()
    }

    /// Adds or replaces one parent, without pupils.
    pub(crate) fn parent(&self, id: i64, telephone: &str, email: &str) {
        let parent = messages_core::model::ParentPatch {
            id,
            identifiant: None,
            nom: Some(format!("Nom{id}")),
            prenom: Some(String::new()),
            telephone: Some(telephone.to_owned()),
            email: Some(email.to_owned()),
            notifications_sms: Some(true),
            notifications_email: Some(true),
            ..Default::default()
        };
        let annuaire = annuaire::Annuaire {
            parents: vec![parent],
            ..annuaire::Annuaire::default()
        };
        let put = |conn: &mut Conn| annuaire::put(conn, &annuaire, &[]);
        annuaire::take_over(&mut self.conn(), put).unwrap();
    }

    /// `etat motif` of every envoi of a message, in the order of the recipients.
    pub(crate) fn states(&self, message: i64) -> Vec<String> {
        self.database.texts(&format!(
            "SELECT trim(etat || ' ' || COALESCE(motif, '')) AS v FROM envois
              WHERE message = {message} ORDER BY parent"
        ))
    }

    /// State of a message.
    pub(crate) fn statut(&self, message: i64) -> String {
        self.database
            .texts(&format!(
                "SELECT statut AS v FROM messages WHERE id = {message}"
            ))
            .remove(0)
    }

    /// Lets every waiting time pass: next attempts are due, pauses are over.
    pub(crate) fn wait_is_over(&self) {
        self.database.execute(
            "UPDATE envois SET prochaine = '2026-01-02T00:00:00Z' WHERE etat = 'a_envoyer';
             UPDATE canaux SET bloque_jusqua = NULL;",
        );
    }
}

/// Lets a run end and tells how much memory it had at most, in kB (zero where the system does not
/// tell).
pub(crate) fn watch(mut run: Child) -> (Ended, usize) {
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0;
    while run.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    (run.wait_with_output().unwrap().into(), peak)
}

/// Whom a message goes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum To {
    Parent(i64),
    Classe(i64),
    All,
}

/// A programmed message; its date is filled in when it is inserted.
pub(crate) fn message(canal: Canal, audience: To) -> NewMessage {
    let (parent, classe) = match audience {
        To::Parent(id) => (Some(id), None),
        To::Classe(id) => (None, Some(id)),
        To::All => (None, None),
    };
    NewMessage {
        r#type: canal,
        sujet: (canal == Canal::Email).then(|| "Réunion à l'école".to_owned()),
        contenu: "Bonjour, la réunion a lieu jeudi à 18 h.\n.\nLa vie scolaire".to_owned(),
        contenu_html: None,
        parent,
        classe,
        est_message_groupe: parent.is_none(),
        statut: Statut::Programme,
        date_programmee: None,
    }
}

/// A valid French mobile number, in E.164.
pub(crate) fn number(n: i64) -> String {
    format!("+336{:08}", 12_000_000 + n)
}

pub(crate) fn mailbox(n: i64) -> String {
    format!("parent{n}@exemple.example")
}
