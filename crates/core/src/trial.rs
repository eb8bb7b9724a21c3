//! One message on trial, to one address, through a channel of the settings. Nothing of it is kept.

use crate::channel::{Answer, Attached, Channel, Cutoff, Delivery, Unready};
use crate::config::Config;
use crate::instant::Instant;
use crate::model::Content;
use crate::vocabulary::Canal;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};
use uuid::Uuid;

/// Longest wait for the peer's answer: somebody looks at it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is tried.
#[derive(Debug, Default)]
pub struct Letter {
    /// Of an e-mail.
    pub sujet: Option<String>,
    /// The text.
    pub contenu: String,
    /// The same laid out, of an e-mail.
    pub contenu_html: Option<String>,
    /// The files, of an e-mail.
    pub files: Option<Attached>,
}

/// Sends it as the settings say (`MESSAGES_MODE`), and returns what the peer answered. `adresse` is an E.164
/// number or a mailbox.
///
/// # Errors
/// The setting to mend: nothing was sent.
pub fn send(
    config: &Config,
    canal: Canal,
    adresse: String,
    letter: Letter,
) -> Result<Answer, Unready> {
    let channel = Channel::new(config, canal)?;
    let now = Instant::of_this_machine();
    let delivery = Delivery {
        id: 0,
        jeton: 0,
        content: Arc::new(Content {
            id: 0,
            sujet: letter.sujet,
            contenu: letter.contenu,
            contenu_html: letter.contenu_html,
            cle: format!("essai-{}", Uuid::new_v4().simple()),
            cle_lecture: String::new(),
        }),
        attached: letter.files.map(Arc::new),
        adresse,
        renvois: 0,
        emis_le: now,
        deadline: Moment::now() + PATIENCE,
        cutoff: Cutoff::default(),
    };
    Ok(match channel.open() {
        Ok(mut link) => link.send(&delivery),
        Err(answer) => answer,
    })
}
