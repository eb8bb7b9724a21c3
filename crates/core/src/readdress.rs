//! Addresses are read again from the directory: until the first attempt of an envoi, and whenever a
//! person sends a message again. Each address stays once in a message.

use crate::audience::{Refusal, Rules};
use crate::mailbox;
use crate::model::Candidate;
use crate::store::envois::address::{self, Addressed, Held, Unaddressed};
use crate::store::expansion;
use crate::store::{Conflict, Conn, Error, adresses, historique, messages};
use crate::vocabulary::{Action, Canal, Motif, Objet};
use std::collections::{BTreeMap, BTreeSet};

/// What sending again comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The message's channel.
    pub canal: Canal,
    /// The envois that leave again.
    pub envois: Vec<i64>,
    /// How many do not, by reason: those whom the directory has no address for, or who oppose.
    pub sans_suite: BTreeMap<Motif, i64>,
}

/// Sends a message again to those in `echec` or `incertain`, to those who had no usable address, and
/// when messages really leave also to those to whom it was only simulated; with `envois`, only to
/// these of them, also where it left and did not arrive. The addresses are those of the directory of today, and opposition holds.
///
/// # Errors
/// `NotFound`; `Conflict` when there is nobody of these. Nothing is changed then.
pub fn resend(
    conn: &mut Conn,
    rules: &Rules,
    id: i64,
    envois: Option<&[i64]>,
) -> Result<Again, Error> {
    conn.write(|conn| {
        let now = conn.now()?;
        messages::reopen(conn, id)?;
        adresses::refresh_all(conn, rules.region())?;
        let held = address::hold_resendable(conn, id, envois, rules.is_real())?;
        let Some(canal) = held.first().map(|held| held.canal) else {
            return Err(Error::Conflict(Conflict::NobodyToResend));
        };
        let decided = decide(conn, rules, &held)?;
        address::end(conn, &decided.ended, now)?;
        address::send_again(conn, &decided.addressed, now, now + rules.late())?;
        if rules.is_real() {
            address::unmark_simulated(conn, id)?;
        }
        let bilan = serde_json::json!({ "envois": decided.addressed.len() });
        historique::note_with(conn, Action::Renvoye, Objet::Message, Some(id), &bilan)?;
        Ok(Again {
            canal,
            envois: decided.addressed.iter().map(|envoi| envoi.id).collect(),
            sans_suite: decided.motifs,
        })
    })
}

/// To how many [`resend`] would send a message again now; nothing is changed.
///
/// # Errors
/// As [`resend`].
pub fn rehearse(conn: &mut Conn, rules: &Rules, id: i64) -> Result<i64, Error> {
    let again = conn.rehearse(|conn| resend(conn, rules, id, None))?;
    Ok(i64::try_from(again.envois.len()).unwrap_or(i64::MAX))
}

/// What reading addresses again came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Refreshed {
    /// The channels on which something waits for its first attempt, under a new address.
    pub(crate) canaux: BTreeSet<Canal>,
    /// How many go nowhere now.
    pub(crate) ended: usize,
}

/// Has what waits for its first attempt in these messages go where the directory says now.
pub(crate) fn refresh(
    conn: &mut Conn,
    rules: &Rules,
    messages: &[i64],
) -> Result<Refreshed, Error> {
    conn.write(|conn| {
        address::lock_messages(conn, messages)?;
        adresses::refresh_all(conn, rules.region())?;
        let now = conn.now()?;
        let held = address::hold_outdated(conn, messages)?;
        let mut refreshed = Refreshed::default();
        for held in held.chunk_by(|one, other| one.message == other.message) {
            let decided = decide(conn, rules, held)?;
            address::end(conn, &decided.ended, now)?;
            address::readdress(conn, &decided.addressed, now)?;
            refreshed.canaux.extend(held.iter().map(|held| held.canal));
            refreshed.ended += decided.ended.len();
        }
        Ok(refreshed)
    })
}

/// Where the envois of one message go.
#[derive(Default)]
struct Decided {
    addressed: Vec<Addressed>,
    ended: Vec<Unaddressed>,
    /// All that go nowhere. Those of them whose answer was lost stay `incertain`, with the address
    /// at which a copy may have arrived.
    motifs: BTreeMap<Motif, i64>,
}

fn decide(conn: &mut Conn, rules: &Rules, held: &[Held]) -> Result<Decided, Error> {
    let Some(first) = held.first() else {
        return Ok(Decided::default());
    };
    let wanted = wanted(conn, rules, held, first.canal)?;
    let forms: BTreeSet<String> = wanted.iter().filter_map(form).collect();
    let moving: Vec<i64> = held
        .iter()
        .zip(&wanted)
        .filter(|(held, wanted)| !stays(held, wanted))
        .map(|(held, _)| held.id)
        .collect();
    let taken = address::taken(conn, first.message, &forms, &moving)?;
    let mut seen: BTreeSet<String> = taken.into_iter().collect();
    let mut decided = Decided::default();
    for (held, wanted) in held.iter().zip(wanted) {
        let (id, stays) = (held.id, stays(held, &wanted));
        match wanted {
            Ok(adresse) if seen.insert(mailbox::key(&adresse)) => {
                decided.addressed.push(Addressed { id, adresse });
            }
            other => {
                let Refusal { motif, detail } = other.err().unwrap_or(Motif::Doublon.into());
                *decided.motifs.entry(motif).or_default() += 1;
                if !stays {
                    decided.ended.push(Unaddressed { id, motif, detail });
                }
            }
        }
    }
    Ok(decided)
}

/// What is in doubt and cannot be sent again stays as it is; so does what was tried and would go to a mailbox
/// that does not exist, for that is how it is known.
fn stays(held: &Held, wanted: &Result<String, Refusal>) -> bool {
    wanted.as_ref().is_err_and(|refusal| {
        held.ambigus > 0 || (held.tentatives > 0 && refusal.motif == Motif::AdresseMorte)
    })
}

fn form(wanted: &Result<String, Refusal>) -> Option<String> {
    wanted.as_deref().ok().map(mailbox::key)
}

/// Where each of them goes by the directory of today; an opposition holds for its address. A parent
/// who was erased meanwhile has no envoi any more.
fn wanted(
    conn: &mut Conn,
    rules: &Rules,
    held: &[Held],
    canal: Canal,
) -> Result<Vec<Result<String, Refusal>>, Error> {
    let ids: Vec<i64> = held.iter().map(|held| held.parent).collect();
    let parents: BTreeMap<i64, Candidate> = expansion::singles(conn, &ids)?
        .into_iter()
        .map(|parent| (parent.id, parent))
        .collect();
    let mut wanted: Vec<Result<String, Refusal>> = ids
        .iter()
        .map(|id| match parents.get(id) {
            Some(parent) => rules.address(parent, canal),
            None => Err(Motif::Efface.into()),
        })
        .collect();
    let forms: BTreeSet<String> = wanted.iter().filter_map(form).collect();
    let barred = adresses::barred(conn, canal, &forms)?;
    for to in &mut wanted {
        if let Some(why) = form(to).and_then(|form| barred.get(&form).copied()) {
            *to = Err(rules.barred(why));
        }
    }
    Ok(wanted)
}
