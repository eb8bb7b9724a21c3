//! Runs that are killed at any moment: nothing is lost, no SMS leaves twice, and an e-mail only
//! when its answer was lost.

use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::process::Child;
use std::time::Duration;

stories!(two_hundred_kills_lose_nothing_and_double_no_sms);

const KILLS: usize = 200;
const RUNS: usize = 2;
const SENDERS: i64 = 4;

/// A message to everybody keeps the runs busy for some kills; then the next ones are programmed.
const PARENTS: i64 = 1500;

fn two_hundred_kills_lose_nothing_and_double_no_sms(database: &Database) {
    let (relay, gateway) = (
        Server::start(Script::default()),
        Gateway::start(GatewayScript::default()),
    );
    let program = Program::new(database).relay(&relay).gateway(&gateway);
    program.school(PARENTS, 10);
    let killed = kill_runs(&program);
    let runs = finish(&program, &killed);
    let kills = killed.len();
    let incertains = check_sms(&program, &gateway);
    let doubles = check_emails(&program, &relay);
    check_sums(database);
    program.verify();
    // Shown by `cargo nextest run --no-capture`: the figures for the administrator's page.
    let figures = format!(
        "{kills} kills: {incertains} uncertain SMS, {doubles} doubled e-mails, {runs} runs to end\n"
    );
    std::io::stderr().write_all(figures.as_bytes()).unwrap();
    let most = i64::try_from(kills).unwrap() * SENDERS;
    assert!(
        incertains <= most,
        "at most one uncertain SMS for each sender killed"
    );
}

fn programme_all(program: &Program<'_>) {
    for canal in [Canal::Sms, Canal::Email] {
        let mut new = message(canal, To::All);
        new.contenu = format!(
            "texte {}",
            program
                .database
                .number("SELECT CAST(count(*) AS TEXT) AS v FROM messages")
        );
        program.insert(&new);
    }
}

/// Kills runs at random moments, two of them always at work. Returns the dead.
fn kill_runs(program: &Program<'_>) -> Vec<u32> {
    let mut runs: Vec<Child> = Vec::new();
    let mut killed = Vec::new();
    while killed.len() < KILLS {
        while runs.len() < RUNS {
            runs.push(program.command(&["--quiet"]).spawn().unwrap());
        }
        std::thread::sleep(Duration::from_millis(4 + random() % 117));
        let victim = usize::try_from(random()).unwrap_or(0) % RUNS;
        let mut run = runs.swap_remove(victim);
        if run.try_wait().unwrap().is_some() {
            // It found nothing more to do.
            programme_all(program);
            continue;
        }
        killed.push(kill(program, run));
    }
    killed.extend(runs.into_iter().map(|run| kill(program, run)));
    killed
}

fn kill(program: &Program<'_>, mut run: Child) -> u32 {
    run.kill().unwrap();
    run.wait().unwrap();
    end_leases(program, run.id());
    run.id()
}

/// What time does by itself: the leases of a dead run end.
pub(super) fn end_leases(program: &Program<'_>, pid: u32) {
    let dead = format!("(SELECT id FROM passages WHERE pid = {pid})");
    program.database.execute(&format!(
        "UPDATE envois SET bail_jusqua = '2026-01-02T00:00:00Z'
          WHERE etat IN ('reserve', 'emission') AND proprio IN {dead};
         UPDATE messages SET bail_jusqua = '2026-01-02T00:00:00Z'
          WHERE statut = 'en_attente' AND proprio IN {dead};"
    ));
}

/// Lets runs end undisturbed until nothing waits. Returns how many it took.
fn finish(program: &Program<'_>, killed: &[u32]) -> usize {
    let open = "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE statut IN ('programme', 'en_attente')";
    for run in 1..10 {
        // A PostgreSQL server may still commit what a client asked for before it was killed.
        for pid in killed {
            end_leases(program, *pid);
        }
        let ended = program.run(&["--quiet"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        if program.database.number(open) == 0 {
            return run;
        }
    }
    panic!(
        "messages are left: {:?}",
        program
            .database
            .texts("SELECT etat || ' ' || count(*) AS v FROM envois GROUP BY etat")
    );
}

/// By (text, number): what the gateway accepted against what the database says.
fn check_sms(program: &Program<'_>, gateway: &Gateway) -> i64 {
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
    i64::try_from(uncertain.len()).unwrap()
}

/// By Message-ID: copies are the same bytes, and each one beyond the first has its lost answer.
fn check_emails(program: &Program<'_>, relay: &Server) -> usize {
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
    let mut doubles = 0;
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
        doubles += received.len().saturating_sub(1);
    }
    assert!(
        copies.is_empty(),
        "received, not known: {:?}",
        copies.keys()
    );
    doubles
}

fn check_sums(database: &Database) {
    let wrong = database.texts(
        "SELECT CAST(m.id AS TEXT) AS v FROM messages m
          WHERE nb_destinataires <> (SELECT count(*) FROM envois e WHERE e.message = m.id)
             OR nb_envoyes <> (SELECT count(*) FROM envois e WHERE e.message = m.id AND e.etat = 'envoye')
             OR nb_destinataires <> nb_envoyes + nb_echecs + nb_incertains + nb_ignores",
    );
    assert_eq!(wrong, [""; 0], "messages whose sums are wrong");
    let everybody = database.texts(&format!(
        "SELECT CAST(id AS TEXT) AS v FROM messages WHERE nb_destinataires <> {PARENTS}"
    ));
    assert_eq!(everybody, [""; 0], "messages that forgot somebody");
    let unclear = "SELECT CAST(count(*) AS TEXT) AS v FROM tentatives WHERE fin IS NULL";
    assert_eq!(database.number(unclear), 0, "attempts without an end");
    if !database.is_postgres() {
        assert_eq!(
            database.texts("SELECT integrity_check AS v FROM pragma_integrity_check"),
            ["ok"]
        );
    }
}

fn random() -> u64 {
    RandomState::new().hash_one(0u8)
}
