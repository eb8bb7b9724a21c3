//! What a person says of messages that may have left already.

use super::Seen;
use crate::config::Config;
use crate::failpoint::reach;
use crate::store::messages::{self, Closed};
use crate::store::origine::{self, Doute};
use crate::store::{Conn, Error, incidents};
use crate::texts;
use crate::vocabulary::Statut;

/// What is wanted of them.
#[derive(Debug, Clone, Copy)]
pub enum Wish<'w> {
    /// All leave.
    All,
    /// Those that are due do not leave; what is programmed for later does.
    None,
    /// Message by message.
    These {
        /// They leave.
        send: &'w [i64],
        /// They do not.
        skip: &'w [i64],
    },
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Resumed {
    /// They leave.
    pub repartent: Vec<i64>,
    /// They do not.
    pub ecartes: Vec<i64>,
    /// Nobody has said yet.
    pub restent: Vec<i64>,
}

/// Carries out a wish; once nothing is in doubt any more runs send again. Where nothing is held back it
/// does nothing.
///
/// # Errors
/// `NotFound` when a message that is named is not in doubt: nothing is changed then.
pub fn resume(config: &Config, conn: &mut Conn, wish: Wish<'_>) -> Result<Resumed, Error> {
    let mut seen = Seen::of(config, conn)?;
    let resumed = conn.write(|conn| {
        let held = seen.hold(conn)?;
        let doutes = held.map(|held| held.doutes).unwrap_or_default();
        let resumed = sorted(conn, &doutes, wish)?;
        skip(config, conn, &resumed.ecartes)?;
        origine::decided(conn, &resumed.repartent)?;
        origine::decided(conn, &resumed.ecartes)?;
        if !doutes.is_empty() && resumed.restent.is_empty() {
            seen.adopt(conn)?;
        }
        reach("resume_commit");
        Ok(resumed)
    })?;
    reach("resumed");
    log::info!(
        "base retenue repartent={} ecartes={} restent={}",
        resumed.repartent.len(),
        resumed.ecartes.len(),
        resumed.restent.len()
    );
    Ok(resumed)
}

fn sorted(conn: &mut Conn, doutes: &[Doute], wish: Wish<'_>) -> Result<Resumed, Error> {
    let now = conn.now()?;
    if let Wish::These { send, skip } = wish {
        let is_in_doubt = |id: &i64| doutes.iter().any(|doute| doute.message == *id);
        if !send.iter().chain(skip).all(is_in_doubt) {
            return Err(Error::NotFound);
        }
    }
    let mut resumed = Resumed::default();
    for doute in doutes {
        let is_due = doute.statut == Statut::EnAttente
            || doute.date_programmee.is_none_or(|date| date <= now);
        let id = doute.message;
        let list = match wish {
            Wish::None if is_due => &mut resumed.ecartes,
            Wish::These { skip, .. } if skip.contains(&id) => &mut resumed.ecartes,
            Wish::These { send, .. } if !send.contains(&id) => &mut resumed.restent,
            _ => &mut resumed.repartent,
        };
        list.push(id);
    }
    Ok(resumed)
}

/// They end, with the reason that staff read.
fn skip(config: &Config, conn: &mut Conn, ids: &[i64]) -> Result<(), Error> {
    let lang = config.messages.lang;
    let reason = texts::skipped(lang);
    for id in ids {
        messages::skip(conn, *id, reason)?;
    }
    let explain = |closed: &Closed| {
        let details = texts::details(lang, closed);
        if !ids.contains(&closed.id) {
            return details;
        }
        Some(details.map_or_else(
            || reason.to_owned(),
            |details| format!("{reason} {details}"),
        ))
    };
    // Others may be among them, which the next run would have closed.
    let closed = messages::close(conn, usize::MAX, explain)?;
    let others: Vec<Closed> = closed
        .into_iter()
        .filter(|closed| !ids.contains(&closed.id))
        .collect();
    let now = conn.now()?;
    incidents::of_closed(conn, &others, explain, now)
}
