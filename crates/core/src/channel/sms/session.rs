//! What a run keeps of a gateway: its token, and how far its clock is from ours.

use super::outgoing::{Outgoing, UNSET};
use super::wire::Wire;
use super::{reply, sign};
use crate::channel::Answer;
use crate::config::Gateway;
use crate::vocabulary::Cause;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A token is not used in the last minute of its life.
const MARGIN: Duration = Duration::from_secs(60);

/// The life of a token that does not tell it (RFC 6749, 5.1, only recommends to).
const LIFE: u64 = 300;

/// Kept for the run, shared by all senders. A mutex is held while the gateway is asked: whoever needs
/// the answer as well waits for it.
#[derive(Debug, Default)]
pub(super) struct Session {
    token: Mutex<Option<Token>>,
    /// Seconds to add to our clock.
    ahead: Mutex<Option<i64>>,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) text: String,
    until: Instant,
}

impl Session {
    /// The token, if the gateway works with one.
    ///
    /// # Errors
    /// Why there is none: no SMS was sent.
    pub(super) fn token(&self, gateway: &Gateway, wire: &Wire) -> Result<Option<String>, Answer> {
        if gateway.preset.token.is_none() {
            return Ok(None);
        }
        let mut kept = locked(&self.token);
        let now = Instant::now();
        if kept.as_ref().is_none_or(|token| token.until <= now) {
            let call = Outgoing::token(&gateway.preset, &gateway.values());
            let call = call.ok_or_else(|| Answer::channel(Cause::Reglage, "réglage", UNSET))?;
            *kept = Some(read_token(&wire.ask(&call)?, now)?);
        }
        Ok(kept.as_ref().map(|token| token.text.clone()))
    }

    /// The gateway does not take this one any more.
    pub(super) fn forget(&self, text: &str) {
        let mut kept = locked(&self.token);
        if kept.as_ref().is_some_and(|token| token.text == text) {
            *kept = None;
        }
    }

    /// Signs a call, if the gateway wants it signed.
    ///
    /// # Errors
    /// Why it cannot be: the call was not made.
    pub(super) fn sign(
        &self,
        gateway: &Gateway,
        wire: &Wire,
        call: &mut Outgoing,
    ) -> Result<(), Answer> {
        let Some(ovh) = &gateway.preset.account.ovh else {
            return Ok(());
        };
        let values = gateway.values();
        let unset = || Answer::channel(Cause::Reglage, "réglage", UNSET);
        let mut kept = locked(&self.ahead);
        let ahead = if let Some(ahead) = *kept {
            ahead
        } else {
            let url = ovh.time.address(&values).ok_or_else(unset)?;
            *kept.insert(sign::ahead(&wire.ask(&Outgoing::plain(url))?)?)
        };
        let now = sign::now() + ahead;
        let signature = sign::ovh(ovh, &values, call, now).ok_or_else(unset)?;
        call.headers
            .push(("X-Ovh-Timestamp".to_owned(), now.to_string()));
        call.headers.push(("X-Ovh-Signature".to_owned(), signature));
        Ok(())
    }
}

/// `access_token` and `expires_in` (RFC 6749, 5.1).
fn read_token(said: &str, now: Instant) -> Result<Token, Answer> {
    let body: serde_json::Value = serde_json::from_str(said).unwrap_or_default();
    let text = body.get("access_token").and_then(serde_json::Value::as_str);
    let text = text.ok_or_else(|| reply::unreadable("jeton"))?;
    let life = body.get("expires_in").and_then(|life| match life {
        serde_json::Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    });
    let life = Duration::from_secs(life.unwrap_or(LIFE));
    Ok(Token {
        text: text.to_owned(),
        until: now + life.saturating_sub(MARGIN),
    })
}

/// What a thread that panicked left is still right: it is written in one go.
fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
