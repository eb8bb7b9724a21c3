//! Tokens that stand for user and password for a while (RFC 6749): asked for once in a run, kept in
//! memory, shared by all senders.

use super::Answer;
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A token is not used in the last minute of its life.
const MARGIN: Duration = Duration::from_secs(60);

/// The life of a token that does not tell it (RFC 6749, 5.1, only recommends to).
const LIFE: u64 = 300;

/// One token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    text: String,
    until: Instant,
}

impl Token {
    /// `access_token` and `expires_in` of an answer (RFC 6749, 5.1); none if it is no such answer.
    pub(super) fn read(said: &str) -> Option<Self> {
        let body: Value = serde_json::from_str(said).ok()?;
        let text = body.get("access_token")?.as_str()?.to_owned();
        let life = body.get("expires_in").and_then(|life| match life {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        });
        let life = Duration::from_secs(life.unwrap_or(LIFE));
        let until = Instant::now().checked_add(life.saturating_sub(MARGIN))?;
        Some(Self { text, until })
    }
}

/// Where a run keeps its token. It is locked while the token is asked for: whoever needs it as well waits.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Option<Token>>);

impl Kept {
    /// The token, asked for unless it is there.
    ///
    /// # Errors
    /// Those of `ask`.
    pub(super) fn get(
        &self,
        ask: impl FnOnce() -> Result<Token, Answer>,
    ) -> Result<String, Answer> {
        let mut kept = self.lock();
        match kept.as_ref().filter(|token| token.until > Instant::now()) {
            Some(token) => Ok(token.text.clone()),
            None => Ok(kept.insert(ask()?).text.clone()),
        }
    }

    /// The peer does not take this one any more.
    pub(super) fn forget(&self, text: &str) {
        let mut kept = self.lock();
        if kept.as_ref().is_some_and(|token| token.text == text) {
            *kept = None;
        }
    }

    /// What a thread that panicked left is still right: it is written in one go.
    fn lock(&self) -> MutexGuard<'_, Option<Token>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
