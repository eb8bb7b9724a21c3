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
        self.begin(caller).await.map(drop)
    }

    /// Does what a secret opens, for whoever shows one at this address: who guesses is slowed down before
    /// anything is looked up, who has the right one is not counted.
    ///
    /// # Errors
    /// As [`Self::check`], or those of `work`, which count.
    pub(crate) async fn attempt<T>(
        &self,
        address: Option<&str>,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let address = address.unwrap_or_default();
        let counted = self.begin(format!("ip:{address}")).await?;
        let done = work.await?;
        let Ok(()) = self.backend.rollback(counted).await;
        Ok(done)
    }

    /// Counts a request; with what it is taken back by.
    async fn begin(&self, caller: String) -> Result<String, ApiError> {
        let input = SimpleInput {
            interval: Duration::from_secs(60),
            max_requests: self.most,
            key: caller,
        };
        let Ok((decision, output, counted)) = self.backend.request(input).await;
        match decision {
            Decision::Allowed => Ok(counted),
            Decision::Denied => Err(ApiError::Throttled(output.seconds_until_reset().max(1))),
        }
    }
}
