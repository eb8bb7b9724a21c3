//! A message in JSON: with numbers in lists, with its parent and class in full when it is alone.

use super::local::Local;
use messages_core::model::{Classe, Message};
use messages_core::vocabulary::{Canal, Statut};
use serde::Serialize;

/// A message. `P` and `C` are numbers, or the objects themselves.
#[derive(Debug, Serialize)]
pub(crate) struct MessageJson<'m, P, C> {
    id: i64,
    parent: Option<P>,
    r#type: Canal,
    contenu: &'m str,
    contenu_html: Option<&'m str>,
    date_creation: Local,
    date_envoi: Option<Local>,
    date_programmee: Option<Local>,
    statut: Statut,
    details_erreur: Option<&'m str>,
    est_message_groupe: bool,
    classe: Option<C>,
    sujet: Option<&'m str>,
    est_lu: bool,
    date_lecture: Option<Local>,
    nb_destinataires: i64,
    nb_envoyes: i64,
    nb_echecs: i64,
    nb_incertains: i64,
    nb_ignores: i64,
    simule: bool,
    /// Who created it.
    auteur: Option<&'m str>,
}

/// A message as lists show it.
pub(crate) fn short(message: &Message, zone: chrono_tz::Tz) -> MessageJson<'_, i64, i64> {
    with(message, zone, message.parent, message.classe)
}

/// A message with `parent` and `classe` in full.
pub(crate) fn full<'m, P: Serialize>(
    message: &'m Message,
    zone: chrono_tz::Tz,
    parent: Option<P>,
    classe: Option<&'m Classe>,
) -> MessageJson<'m, P, &'m Classe> {
    with(message, zone, parent, classe)
}

fn with<P, C>(
    message: &Message,
    zone: chrono_tz::Tz,
    parent: Option<P>,
    classe: Option<C>,
) -> MessageJson<'_, P, C> {
    let local = |at| Local(at, zone);
    MessageJson {
        id: message.id,
        parent,
        r#type: message.r#type,
        contenu: &message.contenu,
        contenu_html: message.contenu_html.as_deref(),
        date_creation: local(message.date_creation),
        date_envoi: message.date_envoi.map(local),
        date_programmee: message.date_programmee.map(local),
        statut: message.statut,
        details_erreur: message.details_erreur.as_deref(),
        est_message_groupe: message.est_message_groupe,
        classe,
        sujet: message.sujet.as_deref(),
        est_lu: message.est_lu,
        date_lecture: message.date_lecture.map(local),
        nb_destinataires: message.nb_destinataires,
        nb_envoyes: message.nb_envoyes,
        nb_echecs: message.nb_echecs,
        nb_incertains: message.nb_incertains,
        nb_ignores: message.nb_ignores,
        simule: message.simule,
        auteur: message.auteur.as_deref(),
    }
}
