//! The life of an envoi: claimed, announced, recorded, recovered.
//!
//! Whoever announces or records names the `jeton` that the claim raised, so that a writer whose lease
//! ended changes nothing; what gives back, recovers or ends goes by the holder (`proprio`), the lease
//! and the state. The functions are meant to be called inside
//! [`Conn::write`](super::Conn::write), several to one commit.

pub mod address;
pub(super) mod announce;
pub(super) mod claim;
mod lecture;
pub mod missed;
pub(super) mod quiet;
pub mod recipients;
pub(super) mod record;
pub(super) mod recover;
pub(super) mod remise;
mod rule;
pub(super) mod sent;
pub(super) mod settle;

pub use announce::{Announced, Refused, announce};
pub use claim::{Claimed, claim, give_back, step_back};
pub use lecture::mark_read;
pub use quiet::hold;
pub use record::{Outcome, Recorded, overtake, record};
pub use recover::{AMBIGUOUS_RESENDS, Recovered, drop_cancelled, expire, give_up, recover};
pub use remise::{News, Noted, catch_up, note};
pub use sent::{Sent, sent};
pub use settle::paid::{Budget, settle_within};
pub use settle::{Ready, Settled, settle};

use std::time::Duration;

/// No envoi waits longer for its next attempt: one that is to was told so by a clock that ran ahead,
/// and is due when its message is. (The longest retry is 12 h, and a fifth of it.)
const WAIT_MAX: Duration = Duration::from_secs(15 * 3600);

/// What an `UPDATE envois SET` writes into envois that will not be sent (any more): `etat` with its
/// `motif`. Of those whose answer was lost a copy may have arrived: they are `incertain`, whatever
/// ends them.
pub(super) const UNSENT: &str = " etat = CASE WHEN ambigus > 0 THEN 'incertain' ELSE {etat} END,
    motif = CASE WHEN ambigus > 0 THEN 'resultat_inconnu' ELSE {motif} END,
    proprio = NULL, bail_jusqua = NULL, termine_le = {now}";
