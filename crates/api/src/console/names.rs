//! Whom messages are to, by name.

use super::words::Words;
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource;
use messages_core::store::appels::cles;
use messages_core::store::historique::Acteur;
use messages_core::store::{Conn, Error};
use std::collections::BTreeMap;

/// The names of the parents and classes of some messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    parents: BTreeMap<i64, String>,
    classes: BTreeMap<i64, String>,
}

impl Names {
    pub(super) fn of(conn: &mut Conn, messages: &[Message]) -> Result<Self, Error> {
        let parents: Vec<i64> = messages
            .iter()
            .filter_map(|message| message.parent)
            .collect();
        let classes: Vec<i64> = messages
            .iter()
            .filter_map(|message| message.classe)
            .collect();
        let parents = Fiche::by_ids(conn, &parents)?.into_iter();
        let classes = Classe::by_ids(conn, &classes)?.into_iter();
        Ok(Self {
            parents: parents
                .map(|fiche| (fiche.parent.id, of_parent(&fiche)))
                .collect(),
            classes: classes.map(|classe| (classe.id, classe.nom)).collect(),
        })
    }

    /// Whom this one is to.
    pub(super) fn audience(&self, words: Words, message: &Message) -> String {
        let name = if message.est_message_groupe {
            message.classe.and_then(|id| self.classes.get(&id))
        } else {
            message.parent.and_then(|id| self.parents.get(&id))
        };
        words.audience(message.est_message_groupe, name.map(String::as_str))
    }
}

/// First name and family name.
pub(super) fn of_parent(fiche: &Fiche) -> String {
    let name = format!("{} {}", fiche.parent.prenom, fiche.parent.nom);
    name.trim().to_owned()
}

/// The names of keys, by what the history calls their holders.
pub(super) fn keys(conn: &mut Conn) -> Result<BTreeMap<String, String>, Error> {
    let keys = cles::list(conn)?.into_iter();
    Ok(keys.map(|cle| (Acteur::cle(cle.id).nom, cle.nom)).collect())
}
