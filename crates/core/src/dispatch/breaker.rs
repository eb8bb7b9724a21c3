//! Whether a channel can go on after an answer, and with how many connections.
//!
//! What a peer says of an envoi is that envoi's business. What it says of us stops the channel:
//! the next one would fare the same. Where it does not say whom it means, what happens decides:
//! while nobody was accepted in this run, refusals for good in a row are about us.
//!
//! No clock, no network: a state that hears answers.

use crate::channel::{About, Answer};
use crate::vocabulary::{Cause, Verdict};
use std::time::Duration;

/// So many failures in a row, none of them a refusal of one envoi, close the channel for this run:
/// a peer that is away is not asked ten thousand times, and one that swallows requests does not
/// make ten thousand SMS uncertain. The same for refusals for good as long as nobody was accepted.
const IN_A_ROW: u32 = 5;

/// Longest wait between two tries of a peer that finds us too fast.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// It is waited for so long in all without anybody being accepted: longer than the minute in which
/// relays count.
const PATIENCE: Duration = Duration::from_secs(90);

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Go on.
    Go,
    /// Go on with fewer connections.
    Slow,
    /// Begin nothing for so long, then go on.
    Wait(Duration),
    /// The channel is closed for this run.
    Stop(Cause),
}

/// What was heard of one channel in this run.
#[derive(Debug)]
pub(super) struct Breaker {
    /// Connections that the settings and the peer allow.
    most: usize,
    /// Somebody was accepted: what is refused is not the channel's fault.
    accepted: bool,
    failures: u32,
    refusals: u32,
    /// All refusals were for the content.
    unwanted: bool,
    /// Times in a row that we were too fast for the last connection left.
    too_fast: u32,
    /// Waited for that since somebody was accepted.
    waited: Duration,
}

impl Breaker {
    /// At the begin of a run.
    pub(super) const fn new(connections: usize) -> Self {
        Self {
            most: connections,
            accepted: false,
            failures: 0,
            refusals: 0,
            unwanted: true,
            too_fast: 0,
            waited: Duration::ZERO,
        }
    }

    /// How many connections there may be now. The first one goes alone until somebody is accepted,
    /// or is `long` in coming: what is wrong with us is said once, and not once by each connection.
    pub(super) const fn connections(&self, long: bool) -> usize {
        if self.accepted || long { self.most } else { 1 }
    }

    /// Whether somebody was accepted in this run.
    pub(super) const fn has_accepted(&self) -> bool {
        self.accepted
    }

    /// Whether it is open yet if this answer concerns its envoi or us.
    pub(super) const fn is_undecided(&self, answer: &Answer) -> bool {
        !self.accepted && is_refusal(answer)
    }

    /// Takes an answer in.
    pub(super) fn hear(&mut self, answer: &Answer) -> Step {
        match (answer.verdict, answer.about) {
            (Verdict::Accepte, _) => self.went_well(),
            (Verdict::Permanent, about) if is_refusal(answer) => {
                self.refused(about == About::Content)
            }
            (Verdict::Config, About::Channel(cause)) => Step::Stop(cause),
            (Verdict::Config, _) => Step::Stop(Cause::Reglage),
            (Verdict::Ambigu, _) => self.failed(1, Cause::Reponses),
            (Verdict::Temporaire, About::Channel(cause)) => self.held_up(cause, answer.pause),
            // This envoi alone; or this program's own doing, and nobody was asked.
            (Verdict::Temporaire | Verdict::Permanent, _) => Step::Go,
        }
    }

    const fn went_well(&mut self) -> Step {
        self.accepted = true;
        self.failures = 0;
        self.too_fast = 0;
        self.waited = Duration::ZERO;
        Step::Go
    }

    const fn refused(&mut self, unwanted: bool) -> Step {
        self.failures = 0;
        if self.accepted {
            return Step::Go;
        }
        self.refusals += 1;
        self.unwanted &= unwanted;
        match (self.refusals >= IN_A_ROW, self.unwanted) {
            (false, _) => Step::Go,
            (true, true) => Step::Stop(Cause::Indesirable),
            (true, false) => Step::Stop(Cause::Refus),
        }
    }

    fn held_up(&mut self, cause: Cause, asked: Option<Duration>) -> Step {
        match cause {
            Cause::Cadence => self.hurried(asked),
            // It kept us waiting until the time was over: asking five times is too much.
            Cause::Muet => self.failed(2, cause),
            Cause::Injoignable | Cause::Occupe => self.failed(1, cause),
            _ => Step::Stop(cause),
        }
    }

    fn failed(&mut self, weight: u32, cause: Cause) -> Step {
        self.failures += weight;
        if self.failures >= IN_A_ROW {
            return Step::Stop(cause);
        }
        Step::Wait(Duration::from_millis(100 << self.failures))
    }

    /// We have too many connections or were too fast; `asked` where the peer says how long to wait.
    fn hurried(&mut self, asked: Option<Duration>) -> Step {
        if self.accepted && self.most > 1 && asked.is_none() {
            self.most -= 1;
            return Step::Slow;
        }
        self.too_fast += 1;
        let in_vain = !self.accepted && self.too_fast >= IN_A_ROW;
        if in_vain || self.waited >= PATIENCE {
            return Step::Stop(Cause::Cadence);
        }
        let usual = Duration::from_secs(1 << (self.too_fast - 1).min(4)).min(WAIT_MAX);
        let wait = asked.unwrap_or(usual);
        self.waited += wait;
        Step::Wait(wait)
    }
}

/// Refused for good by the peer, in words that do not tell that it is our fault.
pub(super) const fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Permanent)
        && matches!(answer.about, About::Envoi | About::Content)
}

#[cfg(test)]
mod tests;
