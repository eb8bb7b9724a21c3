//! One message on trial, to one address, through a channel of the settings. Nothing of it is kept.

use crate::channel::{Answer, Channel, Cutoff, Delivery, Unready};
use crate::config::Config;
use crate::instant::Instant;
use crate::model::Content;
use crate::vocabulary::Canal;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

/// Longest wait for the peer's answer: somebody looks at it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends it as the settings say (`MESSAGES_MODE`), and returns what the peer answered. `adresse` is an E.164
/// number or a mailbox.
///
/// # Errors
/// The setting to mend: nothing was sent.
pub fn send(
    config: &Config,
    canal: Canal,
    adresse: String,
    [sujet, html]: [Option<String>; 2],
    text: String,
) -> Result<Answer, Unready> {
    let channel = Channel::new(config, canal)?;
    let now = Instant::of_this_machine();
    let delivery = Delivery {
        id: 0,
        jeton: 0,
        content: Arc::new(Content {
            id: 0,
            sujet,
            contenu: text,
            contenu_html: html,
            cle: format!("essai {now:?}"),
            cle_lecture: String::new(),
        }),
        attached: None,
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
