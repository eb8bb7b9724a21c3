//! Chance that can be had again: the seed is printed, and taken from `FAULTS_SEED`.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub(super) fn seed() -> u64 {
    std::env::var("FAULTS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| RandomState::new().hash_one(0u8) >> 32)
}

/// Plays `rounds` rounds with twelve players, for most of the time is waiting; a round depends on the seed and its number only.
pub(super) fn play<T: Send>(
    seed: u64,
    rounds: usize,
    round: impl Fn(usize, &mut Dice) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let player = || {
        let mut results = Vec::new();
        loop {
            let number = next.fetch_add(1, Relaxed);
            if number >= rounds {
                return results;
            }
            results.push(round(number, &mut Dice::new(seed, number)));
        }
    };
    std::thread::scope(|scope| {
        let players = [(); 12].map(|()| scope.spawn(player));
        players
            .into_iter()
            .flat_map(|player| player.join().unwrap())
            .collect()
    })
}

/// Numbers that look like chance (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64, round: usize) -> Self {
        let round = u64::try_from(round).unwrap();
        let mut dice = Self(seed ^ round.wrapping_mul(0xA076_1D64_78BD_642F));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(super) fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length)
            .map(|_| u8::try_from(self.below(256)).unwrap())
            .collect()
    }
}
