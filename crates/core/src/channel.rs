//! Ways out: where an envoi leaves this program.
//!
//! A channel knows nothing of the database. Whatever happens, it gives an [`Answer`], sorted by
//! the one question that matters: may the peer have accepted it?

pub(crate) mod agent;
mod answer;
mod cutoff;
mod email;
mod fault;
pub mod imap;
mod outbox;
mod sms;
mod smtp;
mod tcp;
mod tls;
mod token;
mod words;

pub use answer::{About, Answer, TOO_LARGE, UNWANTED};
pub use cutoff::{Cutoff, Stage};
pub use email::Attached;
pub use fault::{Unready, Unwritable};
pub use sms::{Followed, Question};

#[cfg(test)]
pub(crate) use email::tests as email_tests;

use crate::config::Config;
use crate::instant::Instant;
use crate::model::{Content, DeliveryKey};
use crate::vocabulary::{Canal, Mode};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

/// One envoi on its way out.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Number of the envoi.
    pub id: i64,
    /// Token under which it was announced.
    pub jeton: i64,
    /// What it says.
    pub content: Arc<Content>,
    /// The files that travel with it.
    pub attached: Option<Arc<Attached>>,
    /// E.164 number or mailbox.
    pub adresse: String,
    /// Times that a person sent it again: a new Message-ID each time.
    pub renvois: i64,
    /// Date of the first attempt, which the e-mail bears.
    pub emis_le: Instant,
    /// The attempt is given up at this moment.
    pub deadline: Moment,
    /// Decides between sending the body and giving the attempt up.
    pub cutoff: Cutoff,
}

impl Delivery {
    /// What names it to the peer, and in whatever comes back.
    #[must_use]
    pub fn key(&self) -> DeliveryKey {
        DeliveryKey {
            cle: self.content.cle.clone(),
            envoi: self.id,
            renvois: self.renvois,
        }
    }
}

/// A way out, shared by the senders of one channel.
pub enum Channel {
    /// Nothing leaves.
    Simulation,
    /// One file an envoi.
    Outbox(outbox::Outbox),
    /// The SMTP relay.
    Smtp(Box<smtp::Relay>),
    /// The SMS gateway.
    Sms(sms::Gateway),
}

impl Channel {
    /// The way out that the settings ask for.
    ///
    /// # Errors
    /// The setting to mend.
    pub fn new(config: &Config, canal: Canal) -> Result<Self, Unready> {
        match (config.messages.mode, canal) {
            (Mode::Simulation, _) => Ok(Self::Simulation),
            (Mode::Fichier, _) => Ok(Self::Outbox(outbox::Outbox::new(config, canal))),
            (Mode::Reel, Canal::Email) => {
                if !config.names_peer(canal) && !answers_here(config.email.port) {
                    return Err(Unready::NoRelay(config.email.port));
                }
                smtp::Relay::new(config).map(|relay| Self::Smtp(Box::new(relay)))
            }
            (Mode::Reel, Canal::Sms) => sms::Gateway::new(&config.sms).map(Self::Sms),
        }
    }

    /// Longest time of one attempt: of an e-mail, the dialogue from MAIL to the answer to the final
    /// dot; of an SMS, the whole request.
    #[must_use]
    pub const fn deadline(canal: Canal) -> Duration {
        match canal {
            Canal::Email => Duration::from_secs(180),
            Canal::Sms => Duration::from_secs(30),
        }
    }

    /// Makes ready to send: for SMTP connects, secures, logs in.
    ///
    /// # Errors
    /// Why it cannot; nothing was sent.
    pub fn open(&self) -> Result<Link<'_>, Answer> {
        match self {
            Self::Simulation => Ok(Link::Simulation),
            Self::Outbox(outbox) => outbox.open().map(|()| Link::Outbox(outbox)),
            Self::Smtp(relay) => Ok(Link::Smtp(Box::new(smtp::Link::open(relay)?))),
            Self::Sms(gateway) => Ok(Link::Sms(gateway.open())),
        }
    }

    /// What is left of the account, in the gateway's words; none where no gateway tells it.
    ///
    /// # Errors
    /// Why it does not tell it now.
    pub fn credit(&self) -> Result<Option<String>, Answer> {
        match self {
            Self::Sms(gateway) => gateway.open().credit(),
            Self::Smtp(_) | Self::Outbox(_) | Self::Simulation => Ok(None),
        }
    }

    /// Asks the gateway what became of SMS, one after the other; see [`Follower::follow`]. None where no
    /// gateway tells it.
    #[must_use]
    pub fn follower(&self) -> Option<Follower<'_>> {
        match self {
            Self::Sms(gateway) => gateway.polls().then(|| Follower(gateway.open())),
            Self::Smtp(_) | Self::Outbox(_) | Self::Simulation => None,
        }
    }

    /// Looks whether the peer is there and lets us in; sends nothing. Tells what it found.
    ///
    /// # Errors
    /// Why it does not work.
    pub fn check(&self) -> Result<String, Answer> {
        match self {
            Self::Sms(gateway) => gateway.open().check(),
            Self::Smtp(relay) => smtp::Link::open(relay)?.check(),
            Self::Outbox(outbox) => outbox.open().map(|()| outbox.describe()),
            Self::Simulation => Ok("rien ne part".to_owned()),
        }
    }
}

/// A way to ask the gateway.
pub struct Follower<'c>(sms::Link<'c>);

impl Follower<'_> {
    /// What the gateway says of one SMS, until then at most; nothing of one that it does not have, more than one
    /// word where it has several under its name.
    ///
    /// # Errors
    /// Why the gateway does not tell it now.
    pub fn follow(
        &mut self,
        question: Question<'_>,
        until: Moment,
    ) -> Result<Vec<Followed>, Answer> {
        self.0.follow(question, until)
    }
}

/// Longest wait for a relay of this machine that nobody named.
const HERE: Duration = Duration::from_secs(2);

/// Whether there is a relay where Django looks for one by default.
fn answers_here(port: u16) -> bool {
    let places = ("localhost", port).to_socket_addrs();
    places.is_ok_and(|mut places| {
        places.any(|place| TcpStream::connect_timeout(&place, HERE).is_ok())
    })
}

/// An open way out, owned by one sender.
pub enum Link<'c> {
    /// Nothing leaves.
    Simulation,
    /// One file an envoi.
    Outbox(&'c outbox::Outbox),
    /// A connection to the relay.
    Smtp(Box<smtp::Link<'c>>),
    /// The gateway: a new connection for each request, because one that the gateway is closing
    /// would swallow the request without an answer.
    Sms(sms::Link<'c>),
}

impl Link<'_> {
    /// Sends one envoi and waits for the answer, at most until its deadline.
    pub fn send(&mut self, delivery: &Delivery) -> Answer {
        crate::failpoint::handle(&delivery.adresse);
        match self {
            Self::Simulation => Answer::accepted(None),
            Self::Outbox(outbox) => outbox.write(delivery),
            Self::Smtp(link) => link.send(delivery),
            Self::Sms(link) => link.send(delivery),
        }
    }

    /// Whether the next envoi can be sent through it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Smtp(link) => link.is_open(),
            Self::Simulation | Self::Outbox(_) | Self::Sms(_) => true,
        }
    }

    /// Takes leave of the peer.
    pub fn close(self) {
        if let Self::Smtp(link) = self {
            link.quit();
        }
    }
}
