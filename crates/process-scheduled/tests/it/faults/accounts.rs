//! How much was received, and what of it the database knows nothing about.

use super::oracle::{Cost, judge};
use crate::program::Program;
use messages_testing::http::Gateway;
use messages_testing::smtp::Server;
use std::collections::BTreeMap;
use std::fmt;

/// Sums that held.
#[derive(Debug)]
pub(crate) struct Accounts {
    sms: usize,
    emails: usize,
    pub(crate) cost: Cost,
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} SMS and {} e-mails sent, 0 lost, 0 SMS twice, {} uncertain, {} e-mails twice for a lost answer",
            self.sms,
            self.emails,
            self.cost.uncertain_sms + self.cost.uncertain_emails,
            self.cost.doubled_emails
        )
    }
}

/// Judges a database in which nothing waits any more.
pub(crate) fn settled(program: &Program<'_>, gateway: &Gateway, relay: &Server) -> Accounts {
    Accounts {
        cost: judge(program, relay, gateway),
        sms: gateway.accepted_count(),
        emails: relay.accepted_count(),
    }
}

/// What was received more often than the database knows of attempts, so many times: it was
/// forgotten, and would leave again.
pub(crate) fn forgotten(program: &Program<'_>, gateway: &Gateway, relay: &Server) -> Vec<String> {
    let mut received = received(gateway, relay);
    let attempts = program.database.texts(
        "SELECT concat_ws('\u{1f}',
                  CASE e.canal WHEN 'sms' THEN m.contenu || ' ' || e.adresse
                       ELSE 'Message-ID: <' || m.cle || '.' || e.id || '@exemple.example>' END,
                  (SELECT count(*) FROM tentatives t WHERE t.envoi = e.id)) AS v
           FROM envois e JOIN messages m ON m.id = e.message",
    );
    for row in &attempts {
        let (key, attempts) = row.split_once('\u{1f}').unwrap();
        let attempts: usize = attempts.parse().unwrap();
        if let Some(times) = received.get_mut(key) {
            *times = times.saturating_sub(attempts);
        }
    }
    let times = |(key, times): (String, usize)| vec![key; times];
    received.into_iter().flat_map(times).collect()
}

/// Times received, by text and number for an SMS, by Message-ID for an e-mail.
fn received(gateway: &Gateway, relay: &Server) -> BTreeMap<String, usize> {
    let mut received = BTreeMap::new();
    for sms in gateway.accepted() {
        let text = |name: &str| sms.body[name].as_str().unwrap().to_owned();
        let key = format!("{} {}", text("message"), text("to"));
        *received.entry(key).or_default() += 1;
    }
    for email in relay.accepted() {
        let is_id = |line: &&str| line.starts_with("Message-ID: ");
        let id = email.data.lines().find(is_id).unwrap();
        *received.entry(id.to_owned()).or_default() += 1;
    }
    received
}
