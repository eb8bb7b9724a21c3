//! What the SMS of this run cost, where the settings put a limit on it.

use crate::config::{Config, Lang};
use crate::model::Reading;
use crate::store::canaux::Arret;
use crate::store::depenses::{Limits, Paid, Reached};
use crate::store::envois::{self, Budget, Outcome, Ready, Settled};
use crate::store::{Conn, Error};
use crate::texts;
use crate::vocabulary::{Canal, Cause, Verdict};
use std::collections::BTreeMap;

/// The limits, and what was counted for attempts whose answers are not recorded yet.
pub(super) struct Purse {
    limits: Option<Limits>,
    paid: BTreeMap<(i64, i64), Paid>,
}

impl Purse {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            limits: Limits::of(config),
            paid: BTreeMap::new(),
        }
    }

    pub(super) const fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }

    /// Of what was counted, what these outcomes say was surely not taken.
    pub(super) fn unused(&mut self, outcomes: &[Outcome]) -> Vec<Paid> {
        let mut unused = Vec::new();
        for outcome in outcomes {
            let taken = matches!(outcome.verdict, Verdict::Accepte | Verdict::Ambigu);
            let paid = self.paid.remove(&(outcome.id, outcome.jeton));
            unused.extend(paid.filter(|_| !taken));
        }
        unused
    }

    /// What a commit counted.
    pub(super) fn keep(&mut self, paid: &[Paid]) {
        let keyed = paid.iter().map(|one| ((one.envoi, one.jeton), one.clone()));
        self.paid.extend(keyed);
    }

    /// The dispatcher's commit, within the limits if there are any.
    pub(super) fn settle(
        &self,
        conn: &mut Conn,
        passage: &str,
        (outcomes, unused): (&[Outcome], &[Paid]),
        ready: &[Ready],
        again: bool,
        reading: &Reading,
    ) -> Result<Settled, Error> {
        match self.limits() {
            None => envois::settle(conn, passage, outcomes, ready, again, reading),
            Some(limits) => {
                let budget = Budget { limits, unused };
                envois::settle_within(conn, passage, outcomes, ready, again, reading, budget)
            }
        }
    }
}

/// Why the channel is stopped at a limit.
pub(super) fn arret(lang: Lang, reached: &Reached) -> Arret {
    let (code, detail) = (reached.duree.setting(), texts::limit(lang, reached));
    Arret::new(Canal::Sms, Cause::Depense, code, detail)
}
