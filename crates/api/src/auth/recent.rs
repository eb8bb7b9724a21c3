//! Keys that were looked up just now.

use messages_core::store::appels::cles::Cle;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The keys that were right a moment ago: a program that calls often is looked up once a second. So a key
/// that is revoked is void a second later.
#[derive(Default)]
pub(crate) struct RecentKeys(Mutex<HashMap<String, (Arc<Cle>, Instant)>>);

/// How long a key is believed.
const KEPT: Duration = Duration::from_secs(1);

/// More than programs that call one server.
const MOST: usize = 1000;

impl RecentKeys {
    /// The one with this public prefix; what was presented is yet to be compared with it.
    pub(crate) fn get(&self, prefixe: &str) -> Option<Arc<Cle>> {
        let keys = self.lock();
        let (cle, since) = keys.get(prefixe)?;
        (since.elapsed() < KEPT).then(|| Arc::clone(cle))
    }

    /// Keeps one that was found, and right.
    pub(crate) fn keep(&self, cle: Cle) {
        let mut keys = self.lock();
        if keys.len() >= MOST {
            keys.clear();
        }
        keys.insert(cle.prefixe.clone(), (Arc::new(cle), Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Arc<Cle>, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
