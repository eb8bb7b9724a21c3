//! A worker: a sender with the run that it belongs to, and what the two remember.

use crate::model::law::{Grant, Reply};

/// What a worker has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Hand {
    Nothing,
    /// A lease; `again` when the answer to a first intent was lost.
    Leased {
        again: bool,
    },
    /// A committed intent; no byte left yet.
    Granted(Grant),
    /// All bytes left; the peer has accepted it, or not.
    Sent {
        grant: Grant,
        accepted: bool,
    },
    /// A result to commit; `again` when the answer to a first commit was lost.
    Answered {
        grant: Grant,
        reply: Reply,
        again: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Worker {
    pub(crate) hand: Hand,
    /// Its token is the row's.
    pub(crate) fresh: bool,
    /// Its run is the row's owner.
    pub(crate) owner: bool,
    /// The message's text, if its run has it at hand.
    pub(crate) text: Option<AtHand>,
}

/// A text that a run has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AtHand {
    pub(crate) text: u8,
    /// Its version is the message's.
    pub(crate) current: bool,
}

impl Worker {
    /// A run that has just begun, under a name of its own.
    pub(crate) const NEW: Self = Self {
        hand: Hand::Nothing,
        fresh: false,
        owner: false,
        text: None,
    };

    pub(crate) const fn with(self, hand: Hand) -> Self {
        Self { hand, ..self }
    }

    /// It has ended what it did; its run goes on.
    pub(crate) const fn done(self) -> Self {
        Self {
            hand: Hand::Nothing,
            fresh: false,
            ..self
        }
    }

    /// Somebody else claimed the row. What it says under its old token changes nothing, whatever it
    /// remembers of the row (which is tried apart): so that is forgotten, or there would be a hundred
    /// times as many states.
    pub(crate) const fn outdated(self) -> Self {
        let grant = Grant::FIRST;
        let hand = match self.hand {
            Hand::Granted(_) => Hand::Granted(grant),
            Hand::Sent { accepted, .. } => Hand::Sent { grant, accepted },
            Hand::Answered { reply, again, .. } => Hand::Answered {
                grant,
                reply,
                again,
            },
            Hand::Nothing | Hand::Leased { .. } => self.hand,
        };
        Self {
            hand,
            fresh: false,
            owner: false,
            ..self
        }
    }

    /// The message was changed.
    pub(crate) fn with_old_text(self) -> Self {
        Self {
            text: self.text.map(|text| AtHand {
                current: false,
                ..text
            }),
            ..self
        }
    }

    /// The row has no owner any more.
    pub(crate) const fn disowned(self) -> Self {
        Self {
            owner: false,
            ..self
        }
    }

    /// Whether it may hand the envoi to the network, or has done so, under the present token.
    pub(crate) const fn holds_the_intent(self) -> bool {
        self.fresh
            && matches!(
                self.hand,
                Hand::Granted(_) | Hand::Sent { .. } | Hand::Answered { .. }
            )
    }
}
