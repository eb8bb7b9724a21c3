//! What the receiving side took against what the database says: the judge of every kill.

use crate::program::Program;
use messages_testing::db::Database;
use messages_testing::http::Gateway;
use messages_testing::smtp::Server;
use std::collections::{BTreeMap, BTreeSet};

/// What faults cost, where something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// SMS of which nobody knows whether they arrived.
    pub(crate) uncertain_sms: usize,
    /// E-mails of which nobody knows, after the last copy.
    pub(crate) uncertain_emails: usize,
    /// E-mails that arrived once more than wanted.
    pub(crate) doubled_emails: usize,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.uncertain_sms += other.uncertain_sms;
        self.uncertain_emails += other.uncertain_emails;
        self.doubled_emails += other.doubled_emails;
    }
}

/// The whole judgement of a database in which nothing waits any more.
pub(crate) fn judge(program: &Program<'_>, relay: &Server, gateway: &Gateway) -> Cost {
    let uncertain_sms = check_sms(program, gateway);
    let (doubled_emails, uncertain_emails) = check_emails(program, relay);
    check_sums(program.database);
    program.verify();
    Cost {
        uncertain_sms,
        uncertain_emails,
        doubled_emails,
    }
}

/// By (text, number): what the gateway accepted against what the database says. Returns how many
/// are uncertain.
fn check_sms(program: &Program<'_>, gateway: &Gateway) -> usize {
    let mut received: BTreeMap<String, usize> = BTreeMap::new();
    for sms in gateway.accepted() {
        let key = format!(
            "{} {}",
            sms.body["message"].as_str().unwrap(),
            sms.body["to"].as_str().unwrap()
        );
        *received.entry(key).or_default() += 1;
    }
    let twice: Vec<_> = received.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "SMS that left twice: {twice:?}");
    let rows = |etat: &str| -> BTreeSet<String> {
        let question = format!(
            "SELECT m.contenu || ' ' || e.adresse AS v FROM envois e JOIN messages m ON m.id = e.message
              WHERE e.canal = 'sms' AND e.etat = '{etat}'"
        );
        program.database.texts(&question).into_iter().collect()
    };
    let (sent, uncertain) = (rows("envoye"), rows("incertain"));
    assert!(
        sent.iter().all(|key| received.contains_key(key)),
        "said to be sent, never received"
    );
    let unknown: Vec<_> = received
        .keys()
        .filter(|key| !sent.contains(*key) && !uncertain.contains(*key))
        .collect();
    assert!(
        unknown.is_empty(),
        "received, not known to be sent: {unknown:?}"
    );
    uncertain.len()
}

/// By Message-ID: copies are the same bytes, and each one beyond the first has its lost answer.
/// Returns how many are doubled, and how many uncertain.
fn check_emails(program: &Program<'_>, relay: &Server) -> (usize, usize) {
    let mut copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for email in relay.accepted() {
        let id = email
            .data
            .lines()
            .find(|line| line.starts_with("Message-ID:"))
            .unwrap();
        copies
            .entry(id.to_owned())
            .or_default()
            .push(email.data.clone());
    }
    let rows = program.database.texts(
        "SELECT m.cle || '.' || e.id || ' ' || e.etat || ' ' || e.ambigus AS v
           FROM envois e JOIN messages m ON m.id = e.message WHERE e.canal = 'email'",
    );
    let (mut doubled, mut uncertain) = (0, 0);
    for row in rows {
        let mut words = row.split(' ');
        let (key, etat) = (words.next().unwrap(), words.next().unwrap());
        let ambiguous: usize = words.next().unwrap().parse().unwrap();
        let id = format!("Message-ID: <{key}@exemple.example>");
        let received = copies.remove(&id).unwrap_or_default();
        assert!(["envoye", "incertain"].contains(&etat), "{row}");
        assert!(
            etat != "envoye" || !received.is_empty(),
            "said to be sent, never received: {row}"
        );
        assert!(
            received.len() <= 1 + ambiguous,
            "{} copies of {row}",
            received.len()
        );
        assert!(
            received.iter().all(|data| *data == received[0]),
            "copies differ: {row}"
        );
        doubled += received.len().saturating_sub(1);
        uncertain += usize::from(etat == "incertain");
    }
    assert!(
        copies.is_empty(),
        "received, not known: {:?}",
        copies.keys()
    );
    (doubled, uncertain)
}

fn check_sums(database: &Database) {
    let wrong = database.texts(
        "SELECT CAST(m.id AS TEXT) AS v FROM messages m
          WHERE nb_destinataires <> (SELECT count(*) FROM envois e WHERE e.message = m.id)
             OR nb_envoyes <> (SELECT count(*) FROM envois e WHERE e.message = m.id AND e.etat = 'envoye')
             OR nb_destinataires <> nb_envoyes + nb_echecs + nb_incertains + nb_ignores",
    );
    assert_eq!(wrong, [""; 0], "messages whose sums are wrong");
    let forgotten = database.texts(
        "SELECT CAST(id AS TEXT) AS v FROM messages
          WHERE est_message_groupe AND classe IS NULL
            AND nb_destinataires <> (SELECT count(*) FROM parents)",
    );
    assert_eq!(forgotten, [""; 0], "messages that forgot somebody");
    let unclear = "SELECT CAST(count(*) AS TEXT) AS v FROM tentatives WHERE fin IS NULL";
    assert_eq!(database.number(unclear), 0, "attempts without an end");
    if !database.is_postgres() {
        assert_eq!(
            database.texts("SELECT integrity_check AS v FROM pragma_integrity_check"),
            ["ok"]
        );
    }
}

/// What time does by itself: the leases of dead runs end. (Nobody waits five minutes at each kill.)
pub(crate) fn end_leases(program: &Program<'_>, dead: &[u32]) {
    if dead.is_empty() {
        return;
    }
    let pids: Vec<String> = dead.iter().map(u32::to_string).collect();
    let dead = format!(
        "(SELECT id FROM passages WHERE pid IN ({}))",
        pids.join(", ")
    );
    program.database.execute(&format!(
        "UPDATE envois SET bail_jusqua = '2026-01-02T00:00:00Z'
          WHERE etat IN ('reserve', 'emission') AND proprio IN {dead};
         UPDATE messages SET bail_jusqua = '2026-01-02T00:00:00Z'
          WHERE statut = 'en_attente' AND proprio IN {dead};"
    ));
}

/// Lets runs end undisturbed until nothing waits. Returns how many it took.
pub(crate) fn finish(program: &Program<'_>, dead: &[u32]) -> usize {
    let open = "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE statut IN ('programme', 'en_attente')";
    for run in 1..10 {
        // A PostgreSQL server may still commit what a client asked for before it was killed.
        end_leases(program, dead);
        let ended = program.run(&["--quiet"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        if program.database.number(open) == 0 {
            return run;
        }
        program.wait_is_over();
    }
    panic!(
        "messages are left: {:?}",
        program
            .database
            .texts("SELECT etat || ' ' || count(*) AS v FROM envois GROUP BY etat")
    );
}
