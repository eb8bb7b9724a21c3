//! What a run did, for people and for machines.

use crate::config::Lang;
use crate::instant::Instant;
use crate::store::canaux;
use crate::store::messages::Closed;
use crate::store::passages::Counts;
use crate::texts;
use crate::vocabulary::{Canal, Cause, Mode, Verdict};

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

/// A channel that could not go on in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelStop {
    /// The channel.
    pub canal: Canal,
    /// `config` when a setting has to be mended, else `temporaire` or `ambigu`.
    pub verdict: Verdict,
    /// Why, in one word.
    pub cause: Cause,
    /// The peer's code or ours; safe to log.
    pub code: String,
    /// The peer's words or ours. They may hold an address: for the database and no other place.
    pub detail: String,
}

impl ChannelStop {
    /// Why, in a sentence for the administrator that may be printed.
    #[must_use]
    pub fn phrase(&self, lang: Lang) -> String {
        let own = canaux::own_words(&self.code, &self.detail);
        texts::arret(lang, self.canal, self.cause, &self.code, own)
    }

    /// For this cause.
    #[must_use]
    pub fn new(canal: Canal, cause: Cause, code: &str, detail: String) -> Self {
        Self {
            canal,
            verdict: cause.verdict(),
            cause,
            code: code.to_owned(),
            detail,
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
    pub stopped: Vec<ChannelStop>,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
}
