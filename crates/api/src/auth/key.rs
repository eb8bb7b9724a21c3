//! Keys of programs, as they arrive.

use super::{PorteeSet, Principal, Refusal, Who};
use messages_core::store::appels::cles::{self, Cle};
use std::fmt;
use subtle::ConstantTimeEq;

/// A key that was presented: what to look it up by, and what to compare.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedKey {
    /// The public part, for [`cles::find`].
    pub prefixe: String,
    empreinte: String,
}

/// What is compared is not shown.
impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedKey({})", self.prefixe)
    }
}

impl PresentedKey {
    /// Reads the text of a key.
    ///
    /// # Errors
    /// `BadKey` when it cannot be one: the database need not be asked.
    pub(super) fn read(text: &[u8]) -> Result<Self, Refusal> {
        let key = str::from_utf8(text).unwrap_or_default();
        let prefixe = cles::prefixe(key).ok_or(Refusal::BadKey)?;
        Ok(Self {
            prefixe: prefixe.to_owned(),
            empreinte: cles::empreinte(key),
        })
    }
}

/// Compares a presented key with what [`cles::find`] found for its prefix.
///
/// # Errors
/// `BadKey` for one that is unknown, wrong or revoked.
pub fn check_key(stored: Option<&Cle>, presented: &PresentedKey) -> Result<Principal, Refusal> {
    let cle = stored.ok_or(Refusal::BadKey)?;
    // In constant time: how much of the sum is right must not show in how long the answer takes.
    let same = cle
        .empreinte
        .as_bytes()
        .ct_eq(presented.empreinte.as_bytes());
    if !bool::from(same) || cle.prefixe != presented.prefixe || cle.revoquee_le.is_some() {
        return Err(Refusal::BadKey);
    }
    Ok(Principal {
        who: Who::Key(cle.id),
        portees: PorteeSet::Only(cle.portees.clone()),
    })
}
