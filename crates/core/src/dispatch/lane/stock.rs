//! What a lane has claimed and not announced yet, and how fast it may leave.

use crate::store::envois::Claimed;
use std::collections::VecDeque;
use std::time::{Duration, Instant as Moment};

pub(super) struct Stock {
    /// Most a minute, by the settings.
    per_minute: Option<u32>,
    claimed: VecDeque<Claimed>,
    /// The last claim found nothing more.
    drained: bool,
    /// With a rate: envois that may leave now.
    places: usize,
    /// With a rate: when the next one may.
    next_place: Option<Moment>,
}

impl Stock {
    pub(super) const fn new(per_minute: Option<u32>) -> Self {
        Self {
            per_minute,
            claimed: VecDeque::new(),
            drained: false,
            places: 0,
            next_place: None,
        }
    }

    /// How many envois to claim now; none while there are enough for these connections.
    pub(super) fn envois_to_claim(&self, connections: usize) -> usize {
        if self.drained || self.claimed.len() >= connections {
            return 0;
        }
        match self.per_minute {
            // What is claimed and cannot leave soon is kept from other runs.
            Some(rate) => usize::try_from(rate)
                .unwrap_or(usize::MAX)
                .clamp(1, 4 * connections),
            None => (4 * connections).clamp(32, 400),
        }
    }

    /// With a rate: the rate, and for how many places in it it is time to ask.
    pub(super) fn places_to_take(&self, idle: usize) -> Option<(u32, usize)> {
        let rate = self.per_minute?;
        let is_time = self.next_place.is_none_or(|place| place <= Moment::now());
        let wanted = self.claimed.len().min(idle).saturating_sub(self.places);
        (is_time && wanted > 0).then_some((rate, wanted))
    }

    /// What a claim found.
    pub(super) fn put(&mut self, claimed: Vec<Claimed>) {
        self.drained = claimed.is_empty();
        self.claimed.extend(claimed);
    }

    /// Places that were had, and the wait for the next one.
    pub(super) fn put_places(&mut self, had: usize, wait: Duration) {
        self.places += had;
        self.next_place = Some(Moment::now() + wait);
    }

    /// A claim may find something again.
    pub(super) const fn more_waits(&mut self) {
        self.drained = false;
    }

    /// Up to `most` envois, and with a rate no more than there are places.
    pub(super) fn take(&mut self, most: usize) -> impl Iterator<Item = Claimed> {
        let mut taken = most.min(self.claimed.len());
        if self.per_minute.is_some() {
            taken = taken.min(self.places);
            self.places -= taken;
        }
        self.claimed.drain(..taken)
    }

    pub(super) fn len(&self) -> usize {
        self.claimed.len()
    }

    /// Nothing is left, and the last claim found nothing.
    pub(super) fn is_exhausted(&self) -> bool {
        self.drained && self.claimed.is_empty()
    }

    pub(super) const fn next_place(&self) -> Option<Moment> {
        self.next_place
    }
}
