//! What is too old is forgotten: of messages the texts, the subject, the files, the parent and the author; of their
//! envois who they went to, and what the peers said; the attempts; who changed what; parents who left,
//! with the pupils that nobody else is a parent of. States, sums, dates and so all statistics stay as
//! they are. (What is searched is kept by triggers.)
//!
//! A message's age counts from the last thing that happened to it: that it was written, the date it was
//! programmed for, the end of its last envoi, or what somebody did to it. One that is programmed or
//! leaving is never touched.
//!
//! It is done in [`step`]s, each one short transaction. A message is forgotten in one step, but for the
//! envois of a large one, which following steps go through: whoever looks at it is told from the first
//! step on that it was forgotten, and a step that does not come about leaves the rest to the next run.

pub(in crate::store) mod departs;
pub(in crate::store) mod messages;

use super::appels::idempotence;
use super::sql::{Key, Sql, statements};
use super::{Conn, Count, Error};
use crate::failpoint::reach;
use crate::instant::Instant;
use serde::Serialize;

/// Rows of one step; a message is never forgotten without its text, so a step has one at least.
pub const CHUNK: usize = 200;

/// How much was forgotten, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Oublies {
    /// Messages.
    pub messages: usize,
    /// Their envois.
    pub envois: usize,
    /// Their attempts.
    pub tentatives: usize,
    /// Lines of the history.
    pub faits: usize,
    /// Parents who left.
    pub parents: usize,
    /// Pupils whom nobody is a parent of any more.
    pub etudiants: usize,
}

impl Oublies {
    /// Whether it is nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::AddAssign for Oublies {
    fn add_assign(&mut self, more: Self) {
        self.messages += more.messages;
        self.envois += more.envois;
        self.tentatives += more.tentatives;
        self.faits += more.faits;
        self.parents += more.parents;
        self.etudiants += more.etudiants;
    }
}

/// How far the steps of one process got.
#[derive(Debug, Clone)]
pub struct Cours {
    /// What is older is forgotten.
    pub avant: Instant,
    kind: Kind,
    place: messages::Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Messages,
    Faits,
    Departs,
    Over,
}

impl Kind {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Messages => Some(Self::Faits),
            Self::Faits => Some(Self::Departs),
            Self::Departs => Some(Self::Over),
            Self::Over => None,
        }
    }
}

impl Cours {
    /// From the beginning.
    #[must_use]
    pub const fn new(avant: Instant) -> Self {
        Self {
            avant,
            kind: Kind::Messages,
            place: messages::Place::FIRST,
        }
    }

    /// Whether all that is due was gone through.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.kind == Kind::Over
    }
}

/// The next step, and what it forgot: nothing when all is over, or when what was looked at is still
/// alive. To be called inside a transaction, which it makes as short as a few hundred rows are; with its
/// commit `cours` is as far as it says.
///
/// Two that forget at the same moment take different rows.
pub fn step(conn: &mut Conn, cours: &mut Cours) -> Result<Oublies, Error> {
    let forgotten = loop {
        match (forget(conn, cours)?, cours.kind.next()) {
            (Some(forgotten), _) => break forgotten,
            (None, Some(kind)) => cours.kind = kind,
            (None, None) => break Oublies::default(),
        }
    };
    reach("oubli_commit");
    Ok(forgotten)
}

/// Forgets some of the present kind; none when nothing of it is left.
fn forget(conn: &mut Conn, cours: &mut Cours) -> Result<Option<Oublies>, Error> {
    match cours.kind {
        Kind::Messages => messages::step(conn, cours.avant, &mut cours.place),
        Kind::Faits => deeds(conn, cours.avant),
        Kind::Departs => departs::step(conn, cours.avant),
        Kind::Over => Ok(None),
    }
}

/// What all steps together would forget.
pub fn due(conn: &mut Conn, avant: Instant) -> Result<Oublies, Error> {
    let mut due = messages::due(conn, avant)?;
    due.faits = counted(conn, old_deeds(avant))?;
    let (parents, etudiants) = departs::due(conn, avant)?;
    Ok(Oublies {
        parents,
        etudiants,
        ..due
    })
}

/// Forgets what the HTTP interface remembers of requests for a day, where nobody asks it anything.
pub fn answers(conn: &mut Conn) -> Result<(), Error> {
    idempotence::purge(conn)
}

/// The answer of a question that counts.
fn counted(conn: &mut Conn, question: Sql) -> Result<usize, Error> {
    let Count { nombre } = conn.one(question)?;
    Ok(usize::try_from(nombre).unwrap_or_default())
}

fn deeds(conn: &mut Conn, avant: Instant) -> Result<Option<Oublies>, Error> {
    let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let old: Vec<Count> = conn.load(oldest_deeds(avant, limit))?;
    if old.is_empty() {
        return Ok(None);
    }
    let keys = Key::of(old.iter().map(|row| row.nombre));
    Ok(Some(Oublies {
        faits: conn.execute(deeds_gone(&keys))?,
        ..Oublies::default()
    }))
}

// By hand, as all that is done here to hundreds of rows by one statement whose text never changes.
statements! {
    fn oldest_deeds(avant: Instant, limit: i64) =
        "SELECT id AS nombre FROM historique WHERE fait_le < {avant}
          ORDER BY fait_le LIMIT {limit} {skip locked}";

    fn deeds_gone(keys: &[Key]) = "DELETE FROM historique WHERE id IN (SELECT r.cle FROM {keys})";

    fn old_deeds(avant: Instant) =
        "SELECT count(*) AS nombre FROM historique WHERE fait_le < {avant}";
}
