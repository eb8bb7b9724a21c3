//! Who would receive what, were a run to start now. Changes nothing.

use crate::audience::{Refusal, Rules};
use crate::config::{Config, Lang};
use crate::instant::Instant;
use crate::model::Candidate;
use crate::store::adresses::{self, FAMILIES_MAX, Use};
use crate::store::expansion;
use crate::store::upcoming::{self, Upcoming};
use crate::store::{Conflict, Conn, Error, messages};
use crate::vocabulary::{Canal, Motif};
use crate::{mailbox, phone, texts};
use std::collections::{BTreeMap, BTreeSet};

/// Parents read at once.
const CHUNK: usize = 500;

/// One message that would be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The message.
    pub message: Upcoming,
    /// Its recipients, or for a message that is already leaving those whose turn has come.
    pub recipients: Vec<Recipient>,
    /// Addresses of recipients that the office should look at.
    pub odd: Vec<Odd>,
}

/// An address that may not be the one of who has it in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// E.164 number or mailbox.
    pub address: String,
    /// Records of the directory that have it.
    pub records: usize,
    /// Whether it looks like one that was typed to fill a cell, or rounded.
    pub invented: bool,
}

/// One recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The parent; none when erased.
    pub parent: Option<i64>,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The address that would be written to, or why there is none.
    pub address: Result<String, Refusal>,
}

/// Shows every message that a run would treat, one after the other; with `until`, what all runs
/// until then would treat as things stand now.
pub fn preview(
    conn: &mut Conn,
    config: &Config,
    limit: Option<usize>,
    until: Option<Instant>,
    mut show: impl FnMut(&Preview),
) -> Result<(), Error> {
    let mut audience = Audience::new(config);
    let now = conn.now()?;
    let until = until.unwrap_or(now);
    for message in upcoming::leaving(conn, now, until)? {
        let recipients = upcoming::waiting(conn, message.id, now, until)?;
        let recipients = recipients
            .into_iter()
            .map(|row| Recipient {
                parent: row.parent,
                nom: row.nom,
                prenom: row.prenom,
                address: Ok(row.adresse),
            })
            .collect();
        show(&Preview {
            message,
            recipients,
            odd: Vec::new(),
        });
    }
    for message in upcoming::upcoming(conn, limit.unwrap_or(usize::MAX), until)? {
        let late = now > message.due + config.messages.late;
        show(&audience.of(conn, message, late)?);
    }
    Ok(())
}

/// Shows one message as if it were due now, in whatever state it is.
///
/// # Errors
/// `NotFound`; `Conflict` when it was forgotten; the database's.
pub fn one(conn: &mut Conn, config: &Config, id: i64) -> Result<Preview, Error> {
    if messages::is_forgotten(conn, id)? {
        return Err(Error::Conflict(Conflict::Forgotten));
    }
    let message = upcoming::one(conn, id)?;
    Audience::new(config).of(conn, message, false)
}

/// Shows one that is not kept yet, as if it were due now.
///
/// # Errors
/// The database's.
pub fn draft(conn: &mut Conn, config: &Config, message: Upcoming) -> Result<Preview, Error> {
    Audience::new(config).of(conn, message, false)
}

/// How many would get it, were it due now.
///
/// # Errors
/// `NotFound`; the database's.
pub fn reached(conn: &mut Conn, config: &Config, id: i64) -> Result<usize, Error> {
    let shown = one(conn, config, id)?;
    let recipients = shown.recipients.iter();
    Ok(recipients.filter(|one| one.address.is_ok()).count())
}

/// Works out who would get a message, as a run would, without writing anything.
struct Audience {
    rules: Rules,
    /// What the directory knows of the addresses of a channel, once it was asked.
    uses: BTreeMap<Canal, BTreeMap<String, Use>>,
}

impl Audience {
    fn new(config: &Config) -> Self {
        Self {
            rules: Rules::new(config),
            uses: BTreeMap::new(),
        }
    }

    fn of(&mut self, conn: &mut Conn, message: Upcoming, late: bool) -> Result<Preview, Error> {
        let canal = message.canal;
        if !self.uses.contains_key(&canal) {
            let uses = adresses::uses(conn, canal, self.rules.region())?;
            self.uses.insert(canal, uses);
        }
        let recipients = self.recipients(conn, &message, late)?;
        Ok(Preview {
            odd: self.odd(canal, &recipients),
            message,
            recipients,
        })
    }

    fn recipients(
        &self,
        conn: &mut Conn,
        message: &Upcoming,
        late: bool,
    ) -> Result<Vec<Recipient>, Error> {
        let too_long = self.rules.too_long(message.texte.as_deref());
        let mut recipients = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = 0;
        loop {
            let parents = if message.est_message_groupe {
                expansion::group(conn, message.classe, after, CHUNK)?
            } else {
                expansion::singles(conn, message.parent.as_slice())?
            };
            let more = message.est_message_groupe && parents.len() == CHUNK;
            after = parents.last().map_or(after, |parent| parent.id);
            for parent in parents {
                let own = self.own(message.canal, &parent, too_long.as_ref());
                let address = own
                    .and_then(|address| self.among_others(message.canal, address, late, &mut seen));
                recipients.push(Recipient {
                    parent: Some(parent.id),
                    nom: parent.nom,
                    prenom: parent.prenom,
                    address,
                });
            }
            if !more {
                return Ok(recipients);
            }
        }
    }

    /// What the parent's own record and the message say.
    fn own(
        &self,
        canal: Canal,
        parent: &Candidate,
        too_long: Option<&Refusal>,
    ) -> Result<String, Refusal> {
        let address = self.rules.address(parent, canal)?;
        too_long.map_or(Ok(address), |refusal| Err(refusal.clone()))
    }

    /// What other records and the recipients before say.
    fn among_others(
        &self,
        canal: Canal,
        address: String,
        late: bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<String, Refusal> {
        if let Some(why) = self.used(canal, &address).barred {
            Err(self.rules.barred(why))
        } else if !seen.insert(mailbox::key(&address)) {
            Err(Motif::Doublon.into())
        } else if late {
            Err(Motif::Expire.into())
        } else {
            Ok(address)
        }
    }

    fn used(&self, canal: Canal, address: &str) -> Use {
        self.uses
            .get(&canal)
            .and_then(|uses| uses.get(&mailbox::key(address)))
            .copied()
            .unwrap_or_default()
    }

    fn odd(&self, canal: Canal, recipients: &[Recipient]) -> Vec<Odd> {
        let addresses = recipients.iter().filter_map(|r| r.address.as_ref().ok());
        let odd = addresses.filter_map(|address| {
            let records = self.used(canal, address).fiches;
            let invented = canal == Canal::Sms && phone::looks_invented(address);
            (records > FAMILIES_MAX || invented).then(|| Odd {
                address: address.clone(),
                records,
                invented,
            })
        });
        odd.collect()
    }
}

impl Odd {
    /// The address with what is odd about it.
    #[must_use]
    pub fn told(&self, lang: Lang, canal: Canal) -> String {
        let records = Some(self.records).filter(|records| *records > FAMILIES_MAX);
        let why = texts::addresses::odd(lang, canal, records, self.invented);
        format!("{} : {why}", self.address)
    }
}
