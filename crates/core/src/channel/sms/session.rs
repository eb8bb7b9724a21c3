//! What a run keeps of a gateway: its token, and how far its clock is from ours.

use super::outgoing::{Outgoing, unset};
use super::wire::Wire;
use super::{reply, sign};
use crate::channel::Answer;
use crate::channel::token::{Kept, Token};
use crate::config::Gateway;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Kept for the run, shared by all senders. A mutex is held while the gateway is asked: whoever needs
/// the answer as well waits for it.
#[derive(Debug, Default)]
pub(super) struct Session {
    token: Kept,
    /// Seconds to add to our clock.
    ahead: Mutex<Option<i64>>,
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
        let token = self.token.get(|| {
            let call = Outgoing::token(&gateway.preset, &gateway.values());
            let call = call.ok_or_else(unset)?;
            Token::read(&wire.ask(&call)?).ok_or_else(|| reply::unreadable("jeton"))
        })?;
        Ok(Some(token))
    }

    /// The gateway does not take this one any more.
    pub(super) fn forget(&self, text: &str) {
        self.token.forget(text);
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

/// What a thread that panicked left is still right: it is written in one go.
fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
