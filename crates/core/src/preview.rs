//! Who would receive what, were a run to start now. Changes nothing.

use crate::audience::Rules;
use crate::config::Config;
use crate::instant::Instant;
use crate::store::expansion::{self, Candidate};
use crate::store::upcoming::{self, Upcoming};
use crate::store::{Conn, Error};
use crate::vocabulary::Motif;
use std::collections::BTreeSet;

/// Parents read at once.
const CHUNK: usize = 500;

/// One message that would be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The message.
    pub message: Upcoming,
    /// Its recipients, or for a message that is already leaving those whose turn has come.
    pub recipients: Vec<Recipient>,
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
    pub address: Result<String, Motif>,
}

/// Shows every message that a run would treat, one after the other; with `until`, what all runs
/// until then would treat as things stand now.
///
/// # Errors
/// The database's.
pub fn preview(
    conn: &mut Conn,
    config: &Config,
    limit: Option<usize>,
    until: Option<Instant>,
    mut show: impl FnMut(&Preview),
) -> Result<(), Error> {
    let rules = Rules::new(config);
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
        });
    }
    for message in upcoming::upcoming(conn, limit.unwrap_or(usize::MAX), until)? {
        let late = now > message.due + config.messages.late;
        let recipients = recipients(conn, &rules, &message, late)?;
        show(&Preview {
            message,
            recipients,
        });
    }
    Ok(())
}

/// Shows one message as if it were due now, in whatever state it is.
///
/// # Errors
/// `NotFound`; the database's.
pub fn one(conn: &mut Conn, config: &Config, id: i64) -> Result<Preview, Error> {
    let message = upcoming::one(conn, id)?;
    let recipients = recipients(conn, &Rules::new(config), &message, false)?;
    Ok(Preview {
        message,
        recipients,
    })
}

fn recipients(
    conn: &mut Conn,
    rules: &Rules,
    message: &Upcoming,
    late: bool,
) -> Result<Vec<Recipient>, Error> {
    let mut seen = BTreeSet::new();
    let mut recipients = Vec::new();
    let mut after = 0;
    loop {
        let parents = if message.est_message_groupe {
            expansion::group(conn, message.classe, after, CHUNK)?
        } else {
            expansion::singles(conn, message.parent.as_slice())?
        };
        let more = message.est_message_groupe && parents.len() == CHUNK;
        after = parents.last().map_or(after, |parent| parent.id);
        recipients.extend(parents.into_iter().map(|parent| {
            let address = address(rules, message, &parent, late, &mut seen);
            Recipient {
                parent: Some(parent.id),
                nom: parent.nom,
                prenom: parent.prenom,
                address,
            }
        }));
        if !more {
            return Ok(recipients);
        }
    }
}

fn address(
    rules: &Rules,
    message: &Upcoming,
    parent: &Candidate,
    late: bool,
    seen: &mut BTreeSet<String>,
) -> Result<String, Motif> {
    let address = rules.address(parent, message.canal)?;
    if !seen.insert(address.clone()) {
        Err(Motif::Doublon)
    } else if late {
        Err(Motif::Expire)
    } else {
        Ok(address)
    }
}
