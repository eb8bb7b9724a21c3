//! How a parent can be written to, in words.

use crate::console::names;
use crate::console::words::Words;
use messages_core::joignable::{Contact, Obstacle};
use messages_core::texts;
use messages_core::vocabulary::{Canal, Motif};

/// One channel of a parent.
pub(super) struct Side {
    /// The number or the mailbox as it was typed.
    pub(super) typed: String,
    /// False: the parent does not want this channel.
    pub(super) wanted: bool,
    /// What else is in the way.
    pub(super) obstacle: Option<String>,
}

/// A parent, and what is in the way of messages.
pub(super) struct Seen {
    pub(super) id: i64,
    pub(super) name: String,
    /// The same, as lists are ordered: the family name first.
    pub(super) listed: String,
    pub(super) sms: Side,
    pub(super) email: Side,
    /// Whether one channel at least reaches the parent.
    pub(super) reached: bool,
    /// Not in the complete directory any more.
    pub(super) gone: bool,
}

impl Seen {
    pub(super) fn of(contact: &Contact, words: Words) -> Self {
        let parent = &contact.fiche.parent;
        let gone = contact.fiche.parti_le.is_some();
        let side = |canal, typed: &String, wanted| Side {
            typed: typed.clone(),
            wanted,
            obstacle: contact
                .obstacles
                .iter()
                .find(|one| one.canal == canal && !gone && tells_more(one, wanted))
                .map(|one| texts::obstacle(words.lang, one, words.zone)),
        };
        Self {
            id: parent.id,
            name: names::of_parent(&contact.fiche),
            listed: format!("{} {}", parent.nom, parent.prenom),
            sms: side(Canal::Sms, &parent.telephone, parent.notifications_sms),
            email: side(Canal::Email, &parent.email, parent.notifications_email),
            reached: contact.joignable,
            gone,
        }
    }
}

/// Whether it says more than that the parent does not want the channel.
fn tells_more(obstacle: &Obstacle, wanted: bool) -> bool {
    wanted || obstacle.motif != Some(Motif::Opposition)
}
