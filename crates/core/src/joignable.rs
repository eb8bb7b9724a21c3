//! Who in the directory can be written to, and what is wrong with whom cannot.

use crate::audience::{Refusal, Rules};
use crate::mailbox;
use crate::model::{Barred, Candidate, Fiche};
use crate::store::adresses;
use crate::store::adresses::mortes::{self, Constat};
use crate::store::{Conn, Error, expansion};
use crate::vocabulary::{Canal, Motif};
use std::collections::{BTreeMap, BTreeSet};

/// Parents read at once.
const CHUNK: usize = 500;

/// Why somebody is not reached on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The channel.
    pub canal: Canal,
    /// Why nothing leaves, in one word; none where it leaves and does not arrive.
    pub motif: Option<Motif>,
    /// What more there is to say; no address stands in it.
    pub detail: Option<String>,
    /// What earlier SMS came to.
    pub constat: Option<Constat>,
}

/// A parent of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The record.
    pub fiche: Fiche,
    /// Whether there is no obstacle on one channel at least.
    pub joignable: bool,
    /// At most one for each channel.
    pub obstacles: Vec<Obstacle>,
}

/// The parents that can be written to, or those that cannot, in the order of their numbers; who has left is
/// neither. The forms of the addresses are made first.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, rules: &Rules, joignable: bool) -> Result<Vec<i64>, Error> {
    conn.write(|conn| adresses::refresh_all(conn, rules.region()))?;
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let parents = expansion::group(conn, None, after, CHUNK)?;
        let more = parents.len() == CHUNK;
        after = parents.last().map_or(after, |parent| parent.id);
        let obstacles = obstacles(conn, rules, &parents)?;
        let ids = parents.iter().zip(&obstacles);
        let ids = ids.filter(|(_, found)| is_reached(found) == joignable);
        found.extend(ids.map(|(parent, _)| parent.id));
        if !more {
            return Ok(found);
        }
    }
}

/// What is wrong with each of these.
///
/// # Errors
/// The database's.
pub fn contacts(conn: &mut Conn, rules: &Rules, fiches: Vec<Fiche>) -> Result<Vec<Contact>, Error> {
    let candidates: Vec<Candidate> = fiches.iter().map(Candidate::from).collect();
    let obstacles = obstacles(conn, rules, &candidates)?;
    let contact = |(fiche, obstacles): (Fiche, Vec<Obstacle>)| Contact {
        joignable: is_reached(&obstacles),
        fiche,
        obstacles,
    };
    Ok(fiches.into_iter().zip(obstacles).map(contact).collect())
}

const fn is_reached(obstacles: &[Obstacle]) -> bool {
    obstacles.len() < Canal::ALL.len()
}

/// The obstacles of each, in the same order.
fn obstacles(
    conn: &mut Conn,
    rules: &Rules,
    parents: &[Candidate],
) -> Result<Vec<Vec<Obstacle>>, Error> {
    let mut all: Vec<Vec<Obstacle>> = parents.iter().map(|_| Vec::new()).collect();
    for canal in [Canal::Sms, Canal::Email] {
        let own: Vec<Result<String, Refusal>> = parents
            .iter()
            .map(|parent| rules.address(parent, canal))
            .collect();
        let forms: BTreeSet<String> = own.iter().flatten().map(|to| mailbox::key(to)).collect();
        let known = Known {
            barred: adresses::barred(conn, canal, &forms)?,
            constats: match canal {
                Canal::Sms => mortes::constats(conn, &forms)?,
                Canal::Email => BTreeMap::new(),
            },
        };
        for (obstacles, own) in all.iter_mut().zip(own) {
            obstacles.extend(known.obstacle(rules, canal, own));
        }
    }
    Ok(all)
}

/// What other records and earlier envois say of addresses.
struct Known {
    barred: BTreeMap<String, Barred>,
    constats: BTreeMap<String, Constat>,
}

impl Known {
    fn obstacle(
        &self,
        rules: &Rules,
        canal: Canal,
        own: Result<String, Refusal>,
    ) -> Option<Obstacle> {
        let refused = |Refusal { motif, detail }| Obstacle {
            canal,
            motif: Some(motif),
            detail,
            constat: None,
        };
        let form = match own {
            Ok(address) => mailbox::key(&address),
            Err(refusal) => return Some(refused(refusal)),
        };
        if let Some(why) = self.barred.get(&form) {
            return Some(refused(rules.barred(*why)));
        }
        let constat = self.constats.get(&form)?.clone();
        Some(Obstacle {
            canal,
            motif: matches!(constat, Constat::Refuse(..)).then_some(Motif::Permanent),
            detail: None,
            constat: Some(constat),
        })
    }
}
