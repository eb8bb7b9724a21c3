//! What the receiving side accepted, joined with the database envoi by envoi.

use crate::program::Program;
use messages_testing::http::Gateway;
use messages_testing::smtp::Server;
use std::collections::BTreeMap;

/// What became of all envois. Texts of SMS must differ from message to message.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Accepted by the peer.
    pub(crate) sent: usize,
    /// SMS that were accepted again.
    pub(crate) sms_twice: usize,
    /// E-mails that were accepted again.
    pub(crate) emails_twice: usize,
    /// Said to be uncertain.
    pub(crate) uncertain: usize,
    /// Said to be sent, never accepted.
    pub(crate) lost: usize,
    /// Accepted, said not to be, or unknown.
    pub(crate) denied: usize,
    /// Ended without having left.
    pub(crate) stopped: usize,
    /// Not final yet.
    pub(crate) open: usize,
}

impl Tally {
    pub(crate) fn of(program: &Program<'_>, gateway: &Gateway, relay: &Server) -> Self {
        let mut accepted = accepted(gateway, relay);
        let mut tally = Self::default();
        let rows = program.database.texts(
            "SELECT e.etat || ' '
                    || CASE e.canal WHEN 'sms' THEN m.contenu || ' ' || COALESCE(e.adresse, '')
                                    ELSE '<' || m.cle || '.' || e.id || '@exemple.example>' END AS v
               FROM envois e JOIN messages m ON m.id = e.message",
        );
        for row in rows {
            let (etat, key) = row.split_once(' ').unwrap();
            let copies = accepted.remove(key).unwrap_or(0);
            tally.add(etat, copies, key.starts_with('<'));
        }
        tally.denied += accepted.values().sum::<usize>();
        tally
    }

    fn add(&mut self, etat: &str, copies: usize, email: bool) {
        self.sent += copies.min(1);
        let twice = copies.saturating_sub(1);
        if email {
            self.emails_twice += twice;
        } else {
            self.sms_twice += twice;
        }
        match (etat, copies) {
            ("envoye", 0) => self.lost += 1,
            ("envoye", _) => {}
            ("incertain", _) => self.uncertain += 1,
            ("a_envoyer" | "reserve" | "emission", _) => self.open += 1,
            (_, 0) => self.stopped += 1,
            _ => self.denied += 1,
        }
    }

    /// Everybody got it, once.
    pub(crate) fn all_sent(sent: usize) -> Self {
        Self {
            sent,
            ..Self::default()
        }
    }
}

/// Text and number of each SMS, Message-ID of each e-mail, and how often it was accepted.
fn accepted(gateway: &Gateway, relay: &Server) -> BTreeMap<String, usize> {
    let mut accepted: BTreeMap<String, usize> = BTreeMap::new();
    for sms in gateway.accepted() {
        let [text, to] = ["message", "to"].map(|name| sms.body[name].as_str().unwrap());
        *accepted.entry(format!("{text} {to}")).or_default() += 1;
    }
    for email in relay.accepted() {
        let mut lines = email.data.lines();
        let id = lines.find_map(|line| line.strip_prefix("Message-ID: "));
        *accepted.entry(id.unwrap().to_owned()).or_default() += 1;
    }
    accepted
}
