//! A whole school: everybody is reached exactly once, however many runs work at it.

use crate::program::{Program, To, mailbox, message, number};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;
use std::collections::BTreeMap;

stories!(two_runs_at_once_reach_two_thousand_parents_exactly_once);

const PARENTS: i64 = 2000;
const CLASSES: i64 = 60;

fn two_runs_at_once_reach_two_thousand_parents_exactly_once(database: &Database) {
    let (relay, gateway) = (
        Server::start(Script::default()),
        Gateway::start(GatewayScript::default()),
    );
    let program = Program::new(database)
        .relay(&relay)
        .gateway(&gateway)
        .set("MESSAGES_EMAIL_CONNECTIONS", "8")
        .set("MESSAGES_SMS_CONNECTIONS", "8");
    program.school(PARENTS, CLASSES);
    let audiences = [To::Parent(7), To::Classe(3), To::All];
    let ids: Vec<(i64, To, Canal)> = audiences
        .into_iter()
        .flat_map(|to| [(to, Canal::Sms), (to, Canal::Email)])
        .map(|(to, canal)| (programme(&program, canal, to), to, canal))
        .collect();
    let runs: Vec<_> = (0..2)
        .map(|_| program.command(&[]).spawn().unwrap())
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mut received = received_sms(&gateway);
    received.append(&mut received_emails(&relay));
    assert_eq!(received, expected(&ids));
    for (id, ..) in &ids {
        assert_eq!(program.statut(*id), "envoye");
    }
    let sums = "SELECT CAST(sum(nb_envoyes) AS TEXT) AS v FROM messages";
    assert_eq!(
        database.number(sums),
        i64::try_from(received.len()).unwrap()
    );
}

fn programme(program: &Program<'_>, canal: Canal, to: To) -> i64 {
    let mut new = message(canal, to);
    new.contenu = format!("{to:?}");
    program.insert(&new)
}

/// How often each (text, address) was received.
type Received = BTreeMap<(String, String), usize>;

fn received_sms(gateway: &Gateway) -> Received {
    let mut received = Received::new();
    for sms in gateway.accepted() {
        let text = |name: &str| sms.body[name].as_str().unwrap().to_owned();
        *received.entry((text("message"), text("to"))).or_default() += 1;
    }
    received
}

fn received_emails(relay: &Server) -> Received {
    let mut received = Received::new();
    for email in relay.accepted() {
        assert_eq!(email.rcpt_to.len(), 1, "parents must not see each other");
        let (_, text) = email.data.split_once("\r\n\r\n").unwrap();
        *received
            .entry((text.trim().to_owned(), email.rcpt_to[0].clone()))
            .or_default() += 1;
    }
    received
}

fn expected(ids: &[(i64, To, Canal)]) -> Received {
    let mut expected = Received::new();
    for (_, to, canal) in ids {
        let parents: Vec<i64> = match to {
            To::Parent(id) => vec![*id],
            To::Classe(id) => (1..=PARENTS).filter(|n| n % CLASSES + 1 == *id).collect(),
            To::All => (1..=PARENTS).collect(),
        };
        for parent in parents {
            let address = match canal {
                Canal::Sms => number(parent),
                Canal::Email => mailbox(parent),
            };
            expected.insert((format!("{to:?}"), address), 1);
        }
    }
    expected
}
