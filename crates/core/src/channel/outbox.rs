//! The mode `fichier`: one file an envoi, for rehearsals and for programs that fetch them.

use super::email::{self, Letterhead};
use super::{Answer, Delivery};
use crate::config::Config;
use crate::segments::{self, Plain};
use crate::vocabulary::{Canal, Cause};
use std::path::PathBuf;

/// A folder that envois are written to.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    canal: Canal,
    head: Letterhead,
    sender: String,
    plain: Plain,
}

impl Outbox {
    pub(super) fn new(config: &Config, canal: Canal) -> Self {
        Self {
            folder: config.messages.outbox.clone(),
            canal,
            head: Letterhead::new(config),
            sender: config.sms.sender.clone(),
            plain: config.sms.plain,
        }
    }

    pub(super) fn open(&self) -> Result<(), Answer> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|error| {
            let text = format!("MESSAGES_OUTBOX {} : {error}", self.folder.display());
            Answer::channel(Cause::Reglage, "outbox", &text)
        })
    }

    pub(super) fn describe(&self) -> String {
        format!("fichiers dans {}", self.folder.display())
    }

    /// The name depends on the envoi alone: one that is written again after a crash replaces itself.
    pub(super) fn write(&self, delivery: &Delivery) -> Answer {
        let (bytes, extension) = match self.canal {
            Canal::Email => match email::written(&self.head, delivery) {
                Ok(letter) => (letter.pieces().concat(), "eml"),
                Err(fault) => return Answer::unsendable("message", &fault.to_string()),
            },
            Canal::Sms => (self.sms(delivery), "json"),
        };
        let again = match delivery.renvois {
            0 => String::new(),
            n => format!("-renvoi-{n}"),
        };
        let name = format!(
            "message-{}-envoi-{}{again}",
            delivery.content.id, delivery.id
        );
        let part = self.folder.join(format!(".{name}.part"));
        let file = self.folder.join(format!("{name}.{extension}"));
        let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &file));
        match written {
            Ok(()) => Answer::accepted(None),
            Err(error) => Answer::unreached("fichier", &error.to_string()),
        }
    }

    fn sms(&self, delivery: &Delivery) -> Vec<u8> {
        let body = serde_json::json!({
            "to": delivery.adresse,
            "from": self.sender,
            "message": segments::as_sent(&delivery.content.contenu, self.plain),
        });
        let mut bytes = body.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }
}
