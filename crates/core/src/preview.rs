//! Who would receive what, were a run to start now. Changes nothing.

use crate::audience::Rules;
use crate::config::Config;
use crate::instant::Instant;
use crate::store::expansion::{self, Candidate};
use crate::store::upcoming::{self, Addressed, Upcoming};
use crate::store::{Conn, Error};
use crate::vocabulary::Motif;
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

/// Shows every message that a run would treat, one after the other.
///
/// # Errors
/// The database's.
pub fn preview(
    conn: &mut Conn,
    config: &Config,
    limit: Option<usize>,
    mut show: impl FnMut(&Preview),
) -> Result<(), Error> {
    let rules = Rules::new(config);
    let now = conn.now()?;
    for message in upcoming::leaving(conn, now)? {
        let recipients = waiting(conn, &rules, &message, now)?;
        show(&Preview {
            message,
            recipients,
        });
    }
    for message in upcoming::upcoming(conn, limit.unwrap_or(usize::MAX), now)? {
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

/// Whoever waits for a first attempt gets it where the directory says now.
fn waiting(
    conn: &mut Conn,
    rules: &Rules,
    message: &Upcoming,
    now: Instant,
) -> Result<Vec<Recipient>, Error> {
    let rows = upcoming::waiting(conn, message.id, now)?;
    let changed = rows.iter().filter(|row| row.depassee);
    let changed: Vec<i64> = changed.filter_map(|row| row.parent).collect();
    let changed: BTreeMap<i64, Candidate> = expansion::singles(conn, &changed)?
        .into_iter()
        .map(|parent| (parent.id, parent))
        .collect();
    let recipient = |row: Addressed| {
        let parent = row.parent.and_then(|id| changed.get(&id));
        Recipient {
            parent: row.parent,
            address: parent.map_or(Ok(row.adresse), |now| rules.address(now, message.canal)),
            nom: row.nom,
            prenom: row.prenom,
        }
    };
    Ok(rows.into_iter().map(recipient).collect())
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
