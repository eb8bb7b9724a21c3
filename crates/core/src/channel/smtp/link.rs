//! An open connection: one envoi after the other.

use super::content;
use super::extensions::Extensions;
use super::relay::Relay;
use super::reply::Reply;
use super::wire::Wire;
use super::words::Phase;
use crate::channel::{About, Answer, Delivery, Stage, email};
use crate::config::Lang;
use crate::failpoint::reach;
use crate::vocabulary::{Cause, Verdict};
use crate::{domain, piece};
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// For MAIL, RCPT and DATA together: nothing is lost when they are asked again.
const ENVELOPE_TIMEOUT: Duration = Duration::from_secs(60);

/// For the answer to QUIT, which changes nothing any more.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection to the relay, kept from one envoi to the next.
pub struct Link<'r> {
    relay: &'r Relay,
    wire: Option<Wire>,
    extensions: Extensions,
    /// Envois sent through this connection.
    sent: u32,
    /// The envoi before was refused: the next may be, too.
    refused: bool,
}

impl<'r> Link<'r> {
    /// Connects, secures, logs in.
    pub(crate) fn open(relay: &'r Relay) -> Result<Self, Answer> {
        let (wire, extensions) = relay.open()?;
        Ok(Self {
            relay,
            wire: Some(wire),
            extensions,
            sent: 0,
            refused: false,
        })
    }
}

impl Link<'_> {
    pub(crate) fn send(&mut self, delivery: &Delivery) -> Answer {
        let answer = self.attempt(delivery);
        match answer.about {
            // A relay that takes no letter of this length takes none at all.
            About::TooLarge if delivery.attached.is_none() => Answer {
                about: About::Envoi,
                ..answer
            },
            _ => answer,
        }
    }

    fn attempt(&mut self, delivery: &Delivery) -> Answer {
        let letter = match email::written(&self.relay.head, delivery) {
            Ok(letter) => letter,
            Err(fault) => return Answer::unsendable("message", &fault.to_string()),
        };
        let body = content::pieces(&letter);
        let size = body.iter().map(|piece| piece.len()).sum();
        if let Some(answer) = self.too_large(size) {
            return answer;
        }
        reach("envelope");
        match self.envelope(delivery, size) {
            Ok(()) => {}
            // This one was not looked at, so a new connection may take it.
            Err(answer) if self.may_be_stray(&answer) => {
                let again = self.reopen();
                if let Err(answer) = again.and_then(|()| self.envelope(delivery, size)) {
                    return answer;
                }
            }
            Err(answer) => return answer,
        }
        self.body(&body, delivery)
    }

    /// What the relay would only say after it was sent all of it.
    fn too_large(&self, size: usize) -> Option<Answer> {
        let most = self.extensions.most().filter(|most| size > *most)?;
        let [size, most] = [size, most].map(|octets| {
            let octets = i64::try_from(octets).unwrap_or(i64::MAX);
            piece::taille(Lang::Fr, octets)
        });
        let text = format!("il fait {size}, le relais en accepte {most}");
        Some(Answer::too_large("SIZE", &text))
    }

    /// Whether it may be about a connection that served somebody before: the relay closed it while it
    /// was idle, what we read was an answer to the envoi before, or it had all the messages that one
    /// connection may have (OpenSMTPD's 452 after a hundred). Only a new one tells. Over one that has
    /// not served anybody only a break may be that.
    fn may_be_stray(&self, answer: &Answer) -> bool {
        let is_lost = answer.is_free() && !self.is_open();
        if self.sent == 0 {
            return is_lost && answer.code.as_deref() == Some("connexion");
        }
        is_lost
            || answer.verdict == Verdict::Config
            || answer.about == About::Channel(Cause::Cadence)
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    pub(crate) fn quit(mut self) {
        self.leave();
    }

    fn leave(&mut self) {
        if let Some(mut wire) = self.wire.take() {
            wire.until(Instant::now() + QUIT_TIMEOUT);
            // Whatever the relay answers, the connection is over.
            wire.command("QUIT").ok();
        }
    }

    /// Asks the relay for its opinion of the sender, sends nothing, and tells what it found.
    pub(crate) fn check(mut self) -> Result<String, Answer> {
        let mut wire = self.take(Instant::now() + ENVELOPE_TIMEOUT)?;
        let told = self.describe(&wire);
        let head = &self.relay.head;
        let (setting, sender) = match &head.bounces {
            Some(bounces) => ("EMAIL_BOUNCE_ADDRESS", bounces),
            None => ("DEFAULT_FROM_EMAIL", &head.from.email),
        };
        let outcome = wire.command(&format!("MAIL FROM:<{sender}>"));
        let refused = Reply::to_command(Phase::Mail, outcome).err();
        if refused.as_ref().is_none_or(|reply| reply.connection_usable) {
            wire.command("RSET").ok();
            self.wire = Some(wire);
            self.quit();
        }
        match refused {
            None => Ok(told),
            Some(Reply { answer, .. }) => {
                let words = answer.detail.unwrap_or_default();
                let detail = Some(format!("{setting} : {words}"));
                Err(Answer { detail, ..answer })
            }
        }
    }

    fn describe(&self, wire: &Wire) -> String {
        let secure = if wire.is_tls() {
            "chiffré"
        } else {
            "non chiffré"
        };
        let pipelining = if self.extensions.offers("PIPELINING") {
            ", PIPELINING"
        } else {
            ""
        };
        let name = &self.extensions.name;
        format!(
            "{name} répond ({secure}{pipelining}){}",
            self.relay.remarks()
        )
    }

    fn reopen(&mut self) -> Result<(), Answer> {
        // First: a relay may count how many there are at once.
        self.leave();
        *self = Self::open(self.relay)?;
        Ok(())
    }

    /// MAIL, RCPT and DATA, in as few writes as the relay and its last answer allow.
    fn envelope(&mut self, delivery: &Delivery, size: usize) -> Result<(), Answer> {
        let commands = self.commands(delivery, size)?;
        let until = delivery.deadline.min(Instant::now() + ENVELOPE_TIMEOUT);
        let mut wire = self.take(until)?;
        let mut groups = self.groups(&commands).into_iter();
        let outcome = nothing_else(&wire)
            .and_then(|()| groups.try_for_each(|group| together(&mut wire, group)))
            .and_then(|()| nothing_else(&wire));
        self.refused = outcome.is_err();
        match outcome {
            Ok(()) => {
                self.wire = Some(wire);
                Ok(())
            }
            Err(reply) => {
                if reply.connection_usable && wire.command("RSET").is_ok() {
                    self.wire = Some(wire);
                }
                Err(reply.answer)
            }
        }
    }

    /// What goes out together, so in one round trip (RFC 2920). After a refusal DATA waits for the
    /// answer to RCPT: Postfix counts it as one more error of ours, and hangs up after twenty.
    fn groups<'c>(&self, commands: &'c [Command; 3]) -> Vec<&'c [Command]> {
        if !self.extensions.offers("PIPELINING") {
            return commands.chunks(1).collect();
        }
        commands.chunks(if self.refused { 2 } else { 3 }).collect()
    }

    fn commands(&self, delivery: &Delivery, size: usize) -> Result<[Command; 3], Answer> {
        let (to, is_ascii) = recipient(&delivery.adresse);
        let size = if self.extensions.offers("SIZE") {
            format!(" SIZE={size}")
        } else {
            String::new()
        };
        let sender = self.relay.head.envelope_sender(delivery);
        let mut mail = format!("MAIL FROM:<{sender}>{size}");
        if !is_ascii {
            if !self.extensions.offers("SMTPUTF8") {
                let text = "le relais ne sait pas écrire à une adresse accentuée (SMTPUTF8)";
                return Err(Answer::unsendable("adresse", text));
            }
            mail.push_str(" BODY=8BITMIME SMTPUTF8");
        }
        Ok([
            (Phase::Mail, mail),
            (Phase::Rcpt, format!("RCPT TO:<{to}>")),
            (Phase::Data, "DATA".to_owned()),
        ])
    }

    /// Until the last piece of it leaves, the relay can have accepted nothing.
    fn body(&mut self, body: &[Cow<'_, [u8]>], delivery: &Delivery) -> Answer {
        let mut wire = match self.take(delivery.deadline) {
            Ok(wire) => wire,
            // Nothing of the body has left.
            Err(answer) => return answer,
        };
        let (last, before) = body
            .split_last()
            .map_or((&[][..], body), |(last, before)| (last, before));
        for piece in before {
            if let Err(failure) = wire.write(piece) {
                return Reply::to_part(&failure, wire.read());
            }
        }
        if !delivery.cutoff.begin_body() {
            return Answer::given_up(Stage::Envelope);
        }
        self.sent += 1;
        reach("body");
        let outcome = wire.write(last).and_then(|()| wire.read());
        let reply = Reply::to_body(outcome);
        if reply.connection_usable {
            self.wire = Some(wire);
        }
        reply.answer
    }

    /// The connection, for as long as there is time.
    fn take(&mut self, until: Instant) -> Result<Wire, Answer> {
        let usable = self.wire.take().filter(|_| until > Instant::now());
        let mut wire = usable.ok_or_else(|| Answer::given_up(Stage::Envelope))?;
        wire.until(until);
        Ok(wire)
    }
}

type Command = (Phase, String);

/// The address with its domain in ASCII, and whether all of it is.
fn recipient(address: &str) -> (String, bool) {
    let parts = address.rsplit_once('@');
    let ascii = parts.and_then(|(local, name)| Some(format!("{local}@{}", domain::ascii(name)?)));
    let address = ascii.unwrap_or_else(|| address.to_owned());
    let is_ascii = address.is_ascii();
    (address, is_ascii)
}

/// Commands in one write, and their answers.
fn together(wire: &mut Wire, commands: &[Command]) -> Result<(), Reply> {
    let all: String = commands
        .iter()
        .flat_map(|(_, command)| [command.as_str(), "\r\n"])
        .collect();
    let mut failed = wire.write(all.as_bytes()).err();
    let mut refused: Option<Reply> = None;
    for (phase, _) in commands {
        let outcome = failed.take().map_or_else(|| wire.read(), Err);
        match (Reply::to_command(*phase, outcome), &mut refused) {
            (Ok(()), Some(refused)) if *phase == Phase::Data => {
                // It waits for a body that must not come: only hanging up says so.
                refused.connection_usable = false;
            }
            (Ok(()), _) => {}
            (Err(reply), None) => {
                let usable = reply.connection_usable;
                refused = Some(reply);
                if !usable {
                    break;
                }
            }
            (Err(reply), Some(refused)) => refused.connection_usable &= reply.connection_usable,
        }
    }
    refused.map_or(Ok(()), Err)
}

/// A reply to nothing would be taken for the answer to the content.
fn nothing_else(wire: &Wire) -> Result<(), Reply> {
    if wire.is_quiet() {
        return Ok(());
    }
    Err(Reply {
        answer: Answer::unreached("connexion", "le relais a répondu deux fois"),
        connection_usable: false,
    })
}
