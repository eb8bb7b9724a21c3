//! Changes that staff make while runs of the built program are sending: whichever commits first
//! wins, and nothing leaves after the commit of a change that forbids it.

mod cancel;
mod directory;
mod edit;
mod share;

use crate::program::{Program, To, message};
use messages_core::store::{Conn, messages};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures;
use messages_testing::http::{Gateway, GatewayScript};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::process::Child;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// Races of one kind on one database: four kinds on two databases make 3,000, or 10,000.
fn rounds() -> usize {
    figures::rounds(375, 1250)
}

struct Race<'d> {
    gateway: Gateway,
    program: Program<'d>,
}

impl<'d> Race<'d> {
    fn new(database: &'d Database, parents: i64) -> Self {
        Self::at(Duration::from_millis(3), database, parents)
    }

    /// With a gateway that takes so long for each.
    fn at(latency: Duration, database: &'d Database, parents: i64) -> Self {
        let script = GatewayScript::default().latency(latency);
        let gateway = Gateway::start(script);
        let program = Program::new(database).gateway(&gateway);
        program.school(parents, 1);
        Self { gateway, program }
    }

    /// Programmes so many SMS to everybody, due now, each with a text of its own.
    fn programme(&self, count: usize, round: usize) -> Vec<i64> {
        let mut conn = self.program.conn();
        let insert = |conn: &mut Conn, n| {
            let mut new = message(Canal::Sms, To::All);
            new.contenu = format!("texte {round}.{n}");
            new.date_programmee = Some(conn.now()? - Duration::from_secs(1));
            messages::insert(conn, &new)
        };
        let ids = conn.write(|conn| (0..count).map(|n| insert(conn, n)).collect());
        ids.unwrap()
    }

    /// One run or two at once, the first of which is already sending.
    fn sending(&self, runs: usize) -> Vec<Child> {
        let before = self.gateway.received_count();
        let start = || self.program.command(&["--quiet"]).spawn().unwrap();
        let first = start();
        assert!(self.gateway.wait_received(before + 1, PATIENCE));
        let others = (1..runs).map(|_| start());
        std::iter::once(first).chain(others).collect()
    }

    /// Attempts that had begun of certain envois.
    fn attempts(&self, of: &str) -> usize {
        self.number(&format!(
            "SELECT count(*) FROM tentatives t JOIN envois e ON e.id = t.envoi WHERE {of}"
        ))
    }

    fn number(&self, question: &str) -> usize {
        let question = format!("SELECT CAST(({question}) AS TEXT) AS v");
        usize::try_from(self.program.database.number(&question)).unwrap()
    }

    /// How often the gateway accepted each text for each number.
    fn accepted(&self) -> BTreeMap<(String, String), usize> {
        let mut accepted = BTreeMap::new();
        for sms in self.gateway.accepted() {
            let [text, to] = ["message", "to"].map(|name| sms.body[name].as_str().unwrap());
            *accepted
                .entry((text.to_owned(), to.to_owned()))
                .or_default() += 1;
        }
        accepted
    }

    /// Nobody got a text twice, and all that left is known.
    fn assert_once(&self) {
        let accepted = self.accepted();
        let twice: Vec<_> = accepted.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        let sent = self.number("SELECT count(*) FROM envois WHERE etat = 'envoye'");
        assert_eq!(accepted.len(), sent);
        self.program.verify();
    }
}

fn end(runs: Vec<Child>) {
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

fn random(below: usize) -> usize {
    let random = RandomState::new().hash_one(0u8);
    usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
}

/// Every number below `count` once, in no order.
fn shuffled(count: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    (1..count).for_each(|n| all.swap(n, random(n + 1)));
    all
}
