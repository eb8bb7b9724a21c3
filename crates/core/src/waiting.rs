//! Why a message that is leaving has not left, why one has no text any more, and what became of what was sent again: told when it is
//! looked at.

use crate::config::Messages;
use crate::model::Message;
use crate::readdress::Again;
use crate::store::envois::recipients::{self, Destinataire};
use crate::store::messages::Attente;
use crate::store::{Conn, Error, messages};
use crate::texts;
use crate::vocabulary::{Etat, Statut};
use std::collections::BTreeMap;

/// Fills in `details_erreur` of those that are leaving, where somebody waits for another attempt, and
/// says of those that were forgotten that they were.
pub fn explain(
    conn: &mut Conn,
    settings: &Messages,
    messages: &mut [Message],
) -> Result<(), Error> {
    for message in messages.iter_mut() {
        if let Some(at) = message.oublie_le {
            message.contenu = texts::forgotten(settings.lang, at.in_zone(settings.zone));
        }
    }
    let open: Vec<i64> = messages
        .iter()
        .filter(|message| message.statut == Statut::EnAttente)
        .map(|message| message.id)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let now = conn.now()?;
    let attentes: BTreeMap<i64, String> = messages::attentes(conn, &open, now)?
        .into_iter()
        .map(|attente| {
            let text = texts::waiting(settings.lang, &attente, settings.zone, now);
            (attente.message, text)
        })
        .collect();
    for message in messages {
        // That its channel is stopped, which the run wrote down, says more.
        if let Some(text) = attentes.get(&message.id) {
            message.details_erreur.get_or_insert_with(|| text.clone());
        }
    }
    Ok(())
}

/// What became of what a person sent again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How many were reached.
    pub reached: usize,
    /// Who was not, and why; or that they wait.
    pub missing: Option<String>,
}

/// What became of it until now.
pub fn outcome(
    conn: &mut Conn,
    settings: &Messages,
    message: i64,
    again: &Again,
) -> Result<Outcome, Error> {
    let now = conn.now()?;
    let envois = recipients::by_ids(conn, &again.envois)?;
    let reached = envois.iter().filter(|e| e.etat == Etat::Envoye).count();
    let mut missed = again.sans_suite.clone();
    for why in envois.iter().filter_map(|envoi| envoi.motif) {
        *missed.entry(why).or_default() += 1;
    }
    let missed = texts::missed(settings.lang, again.canal, &missed);
    let waits: Vec<&Destinataire> = envois.iter().filter(|e| !e.etat.is_final()).collect();
    let put_off = attente(message, &waits)
        .map(|attente| texts::waiting(settings.lang, &attente, settings.zone, now));
    // That its channel is stopped, which the run wrote down.
    let stopped = match put_off {
        None if !waits.is_empty() => messages::one(conn, message)?.details_erreur,
        _ => None,
    };
    let missing: Vec<String> = [missed, put_off, stopped].into_iter().flatten().collect();
    Ok(Outcome {
        reached,
        missing: (!missing.is_empty()).then(|| missing.join(" ")),
    })
}

/// Those of them who wait for another attempt.
fn attente(message: i64, waits: &[&Destinataire]) -> Option<Attente> {
    let put_off: Vec<_> = waits
        .iter()
        .filter(|envoi| envoi.words().is_some())
        .collect();
    Some(Attente {
        message,
        nombre: i64::try_from(put_off.len()).unwrap_or(i64::MAX),
        raison: put_off.first()?.words().map(ToOwned::to_owned),
        prochaine: put_off.iter().map(|envoi| envoi.prochaine).min()?,
    })
}
