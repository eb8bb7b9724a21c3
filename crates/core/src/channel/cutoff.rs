//! The one decision that two threads may want to take: is the body sent, or is the attempt given
//! up?
//!
//! A peer that sends one byte a minute holds a sender for hours, for time-outs count from byte to
//! byte. The dispatcher then gives the attempt up without waiting for the sender, and must know
//! for certain whether the body can still leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const WAITING: u8 = 0;
const SENDING: u8 = 1;
const GIVEN_UP: u8 = 2;

/// How far an attempt had got when it was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The body had not left, and will not.
    Envelope,
    /// The peer may have all of it.
    Body,
}

/// Shared by the sender of an attempt and the dispatcher.
#[derive(Debug, Clone, Default)]
pub struct Cutoff(Arc<AtomicU8>);

impl Cutoff {
    /// The sender is about to send the body. False when the attempt was given up before: nothing
    /// may leave then.
    #[must_use]
    pub fn begin_body(&self) -> bool {
        self.decide(SENDING) != GIVEN_UP
    }

    /// The dispatcher gives the attempt up.
    #[must_use]
    pub fn give_up(&self) -> Stage {
        match self.decide(GIVEN_UP) {
            SENDING => Stage::Body,
            _ => Stage::Envelope,
        }
    }

    /// Whoever comes first decides.
    fn decide(&self, wanted: u8) -> u8 {
        let first = self
            .0
            .compare_exchange(WAITING, wanted, Ordering::AcqRel, Ordering::Acquire);
        first.map_or_else(|decided| decided, |_| wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_decides() {
        let cutoff = Cutoff::default();
        assert!(cutoff.begin_body());
        assert_eq!(cutoff.give_up(), Stage::Body);
        let cutoff = Cutoff::default();
        assert_eq!(cutoff.give_up(), Stage::Envelope);
        assert!(!cutoff.begin_body());
    }
}
