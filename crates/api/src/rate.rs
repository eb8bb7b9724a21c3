//! How many requests a caller may make in a minute.

use crate::drf::ApiError;
use actix_extensible_rate_limit::HeaderCompatibleOutput;
use actix_extensible_rate_limit::backend::memory::InMemoryBackend;
use actix_extensible_rate_limit::backend::{Backend, Decision, SimpleInput};
use std::time::Duration;

/// A window of one minute for each caller.
pub(crate) struct Rate {
    backend: InMemoryBackend,
    most: u64,
}

impl Rate {
    /// At most `most` requests of one caller in a minute.
    pub(crate) fn new(most: u32) -> Self {
        Self {
            backend: InMemoryBackend::builder().build(),
            most: u64::from(most),
        }
    }

    /// Counts a request of `caller`.
    ///
    /// # Errors
    /// 429 with the seconds until the window ends.
    pub(crate) async fn check(&self, caller: String) -> Result<(), ApiError> {
        let input = SimpleInput {
            interval: Duration::from_secs(60),
            max_requests: self.most,
            key: caller,
        };
        let Ok((decision, output, _)) = self.backend.request(input).await;
        match decision {
            Decision::Allowed => Ok(()),
            Decision::Denied => Err(ApiError::Throttled(output.seconds_until_reset().max(1))),
        }
    }
}
