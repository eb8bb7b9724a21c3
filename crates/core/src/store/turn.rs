//! Who writes next, of the connections of a pool.
//!
//! SQLite has one writer at a time, and whoever waits for it asks again after longer and longer
//! pauses: among many writers some would wait for a second. In a queue they do not.

use super::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// As long as SQLite itself waits for its lock.
const LONGEST: Duration = Duration::from_secs(5);

/// One writer at a time.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_taken: Mutex<bool>,
    left: Condvar,
}

impl Turn {
    /// Waits until nobody writes.
    ///
    /// # Errors
    /// `Unavailable` after some seconds.
    pub(super) fn wait(&self) -> Result<Held, Error> {
        let until = Instant::now() + LONGEST;
        let mut is_taken = self.taken();
        while *is_taken {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(Error::Unavailable("database is locked".to_owned()));
            }
            let waited = self.0.left.wait_timeout(is_taken, rest);
            is_taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *is_taken = true;
        Ok(Held(self.clone()))
    }

    /// A panic while it is held changes nothing: it is one word.
    fn taken(&self) -> MutexGuard<'_, bool> {
        let taken = self.0.is_taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn, until it is dropped.
pub(super) struct Held(Turn);

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.taken() = false;
        self.0.0.left.notify_one();
    }
}
