//! What a run did, for people and for machines.

use crate::instant::Instant;
use crate::store::canaux::Arret;
use crate::store::messages::Closed;
use crate::store::passages::Counts;
use crate::vocabulary::Mode;

/// How far a run got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Envois known to wait.
    pub total: u64,
    /// Envois treated.
    pub done: u64,
}

/// Why a run ended before everything was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It was asked to.
    Asked,
    /// Its time was over.
    TimeOver,
}

impl Stop {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "demande",
            Self::TimeOver => "duree",
        }
    }
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Report {
    /// Number of the passage.
    pub passage: String,
    /// Where messages went.
    pub mode: Mode,
    /// Begin, by the database's clock.
    pub begun: Instant,
    /// End, by the database's clock.
    pub ended: Instant,
    /// Sums.
    pub counts: Counts,
    /// Messages that were closed by this run.
    pub closed: Vec<Closed>,
    /// Envois that wait for a later run.
    pub waiting: u64,
    /// Channels that could not go on.
    pub stopped: Vec<Arret>,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
}
