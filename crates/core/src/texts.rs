//! What staff read, in both languages, in one place.

pub mod addresses;
mod arret;
mod conflits;
mod depenses;
mod desinscription;
mod essai;
mod fautes;
mod incidents;
mod joignable;
mod letters;
mod moments;
mod pieces;
mod remise;
mod retour;

pub use arret::{arret, stopped, tried_again, waits};
pub use conflits::conflit;
pub use depenses::{beyond, comptes, limit};
pub use desinscription::{unsubscribe_asked, unsubscribe_unknown, unsubscribed};
pub use essai::trial;
pub use fautes::unready;
pub use incidents::{
    alert_subject, also_open, incident, incident_over, incident_told, more_incidents, run_failed,
};
pub use joignable::{not_reached_because, obstacle};
pub use letters::letters;
pub use moments::{date_warning, forgotten, missed, next_attempt, waiting};
pub use pieces::{not_attached, too_heavy, too_many};
pub use remise::undelivered;
pub use retour::{doubtful, held, held_what, held_why, skipped};

use crate::channel::UNWANTED;
use crate::config::Lang;
use crate::store::messages::Closed;
use crate::vocabulary::{Canal, Etat, Mode, Motif};

/// The words in the language of the settings.
#[must_use]
pub const fn either(lang: Lang, french: &'static str, english: &'static str) -> &'static str {
    match lang {
        Lang::Fr => french,
        Lang::En => english,
    }
}

/// A number and its noun: `1 message`, `2 messages`.
#[must_use]
pub fn plural(number: i64, one: &str, many: &str) -> String {
    // French counts zero as one.
    let noun = if number.abs() < 2 { one } else { many };
    format!("{number} {noun}")
}

/// A channel's name.
#[must_use]
pub const fn canal(lang: Lang, canal: Canal) -> &'static str {
    match (lang, canal) {
        (_, Canal::Sms) => "SMS",
        (Lang::Fr, Canal::Email) => "e-mail",
        (Lang::En, Canal::Email) => "email",
    }
}

/// What a channel sends.
#[must_use]
pub const fn canaux(lang: Lang, canal: Canal) -> &'static str {
    match (lang, canal) {
        (_, Canal::Sms) => "SMS",
        (Lang::Fr, Canal::Email) => "e-mails",
        (Lang::En, Canal::Email) => "emails",
    }
}

/// Whom a message went to.
#[must_use]
pub fn audience(lang: Lang, est_message_groupe: bool, classe: Option<&str>) -> String {
    match (lang, est_message_groupe, classe) {
        (Lang::Fr, false, _) => "un parent".to_owned(),
        (Lang::Fr, true, None) => "tous les parents".to_owned(),
        (Lang::Fr, true, Some(classe)) => format!("classe {classe}"),
        (Lang::En, false, _) => "one parent".to_owned(),
        (Lang::En, true, None) => "all parents".to_owned(),
        (Lang::En, true, Some(classe)) => format!("class {classe}"),
    }
}

/// Why one recipient was not reached.
#[must_use]
pub const fn motif(lang: Lang, motif: Motif) -> &'static str {
    match (lang, motif) {
        (Lang::Fr, Motif::Permanent) => "refusé définitivement",
        (Lang::Fr, Motif::Epuise) => "sans succès après plusieurs essais",
        (Lang::Fr, Motif::Expire) => "trop tard pour être envoyé",
        (Lang::Fr, Motif::Poison) => "erreur du programme, prévenir l'administrateur",
        (Lang::Fr, Motif::ResultatInconnu) => "incertain (réponse perdue, à vérifier)",
        (Lang::Fr, Motif::SansAdresse) => "sans adresse utilisable",
        (Lang::Fr, Motif::NumeroInvalide) => "numéro de téléphone invalide",
        (Lang::Fr, Motif::Opposition) => "ne souhaite pas ce canal",
        (Lang::Fr, Motif::Doublon) => "même adresse qu'un autre destinataire",
        (Lang::Fr, Motif::Annule) => "annulé avant l'envoi",
        (Lang::Fr, Motif::Efface) => "retiré de l'annuaire",
        (Lang::Fr, Motif::PaysRefuse) => "numéro d'un pays non autorisé",
        (Lang::Fr, Motif::AdresseMorte) => "adresse qui n'existe plus (deux messages revenus)",
        (Lang::En, Motif::Permanent) => "refused for good",
        (Lang::En, Motif::Epuise) => "without success after several attempts",
        (Lang::En, Motif::Expire) => "too late to be sent",
        (Lang::En, Motif::Poison) => "error of the program, tell the administrator",
        (Lang::En, Motif::ResultatInconnu) => "uncertain (answer lost, to be checked)",
        (Lang::En, Motif::SansAdresse) => "without a usable address",
        (Lang::En, Motif::NumeroInvalide) => "invalid telephone number",
        (Lang::En, Motif::Opposition) => "does not want this channel",
        (Lang::En, Motif::Doublon) => "same address as another recipient",
        (Lang::En, Motif::Annule) => "cancelled before sending",
        (Lang::En, Motif::Efface) => "removed from the directory",
        (Lang::En, Motif::PaysRefuse) => "number of a country that is not allowed",
        (Lang::En, Motif::AdresseMorte) => "address that does not exist any more (two came back)",
    }
}

/// So many recipients of a channel and why they were not reached, such as `2 sans adresse utilisable`.
#[must_use]
pub fn counted(lang: Lang, canal: Canal, why: Motif, number: i64) -> String {
    let words = match (lang, why) {
        (Lang::Fr, Motif::Opposition) if canal == Canal::Sms => "refus de recevoir des SMS",
        (Lang::Fr, Motif::Opposition) => "refus de recevoir des e-mails",
        (Lang::Fr, _) if number > 1 => several(why),
        _ => motif(lang, why),
    };
    format!("{number} {words}")
}

/// French adjectives and nouns agree.
const fn several(why: Motif) -> &'static str {
    match why {
        Motif::Permanent => "refusés définitivement",
        Motif::Expire => "trop tard pour être envoyés",
        Motif::Poison => "erreurs du programme, prévenir l'administrateur",
        Motif::ResultatInconnu => "incertains (réponse perdue, à vérifier)",
        Motif::NumeroInvalide => "numéros de téléphone invalides",
        Motif::Annule => "annulés avant l'envoi",
        Motif::Efface => "retirés de l'annuaire",
        Motif::PaysRefuse => "numéros de pays non autorisés",
        Motif::AdresseMorte => "adresses qui n'existent plus (deux messages revenus)",
        Motif::Epuise | Motif::SansAdresse | Motif::Opposition | Motif::Doublon => {
            motif(Lang::Fr, why)
        }
    }
}

/// The reasons of a message, such as `2 refusés définitivement, 1 sans adresse utilisable`; empty
/// when everybody was reached. A double is somebody who was reached, so it is not named.
#[must_use]
pub fn reasons(lang: Lang, closed: &Closed) -> String {
    let (unwanted, too_large) = (closed.indesirables, closed.volumineux);
    let mut reasons: Vec<(i64, Motif, String)> = closed
        .bilan
        .iter()
        .filter_map(|((_, why), number)| why.map(|why| (*number, why)))
        .filter(|(_, why)| *why != Motif::Doublon)
        .map(|(number, why)| match why {
            Motif::Permanent => (number - unwanted - too_large, why),
            _ => (number, why),
        })
        .map(|(number, why)| (number, why, counted(lang, closed.canal, why, number)))
        .collect();
    reasons.push((unwanted, Motif::Permanent, as_unwanted(lang, unwanted)));
    reasons.push((too_large, Motif::Permanent, as_too_large(lang, too_large)));
    reasons.retain(|(number, ..)| *number > 0);
    reasons.sort_by_key(|(number, why, _)| (-number, *why));
    let words: Vec<String> = reasons.into_iter().map(|(.., words)| words).collect();
    words.join(", ")
}

/// So many were refused for what the message says.
fn as_unwanted(lang: Lang, number: i64) -> String {
    match lang {
        Lang::Fr if number > 1 => format!("{number} refusés comme courrier indésirable"),
        Lang::Fr => format!("{number} {UNWANTED}"),
        Lang::En => format!("{number} refused as unwanted mail"),
    }
}

/// So many were refused because the message is larger than the relay takes.
fn as_too_large(lang: Lang, number: i64) -> String {
    match lang {
        Lang::Fr => format!("{number} parce que le message est trop volumineux (pièces jointes)"),
        Lang::En => format!("{number} because the message is too large (attachments)"),
    }
}

/// `details_erreur` of a message: none when everybody was reached.
#[must_use]
pub fn details(lang: Lang, closed: &Closed) -> Option<String> {
    let total: i64 = closed.bilan.values().sum();
    if total == 0 {
        return Some(nobody(lang, closed).to_owned());
    }
    let reasons = reasons(lang, closed);
    if reasons.is_empty() {
        return None;
    }
    let missed = total - closed.count(Etat::Envoye) - doubles(closed);
    Some(not_reached(lang, missed, &reasons))
}

/// `2 destinataires non atteints : 1 sans adresse utilisable, 1 …`.
fn not_reached(lang: Lang, number: i64, reasons: &str) -> String {
    match lang {
        Lang::Fr if number == 1 => format!("1 destinataire non atteint : {reasons}."),
        Lang::Fr => format!("{number} destinataires non atteints : {reasons}."),
        Lang::En if number == 1 => format!("1 recipient not reached: {reasons}."),
        Lang::En => format!("{number} recipients not reached: {reasons}."),
    }
}

const fn nobody(lang: Lang, closed: &Closed) -> &'static str {
    match (lang, closed.annule) {
        (Lang::Fr, true) => "Annulé avant l'envoi.",
        (Lang::Fr, false) => "Aucun destinataire.",
        (Lang::En, true) => "Cancelled before sending.",
        (Lang::En, false) => "No recipient.",
    }
}

/// Why a run that sends nothing is refused on a database that has sent for real, lately on `day`.
#[must_use]
pub fn pretending(lang: Lang, mode: Mode, day: &str) -> String {
    let mode = match mode {
        Mode::Simulation => "SIMULATION",
        Mode::Fichier => "fichier",
        Mode::Reel => "reel",
    };
    match lang {
        Lang::Fr => format!(
            "{mode} refusé, cette base a envoyé pour de bon (le {day}) : ses messages seraient \
             marqués comme envoyés sans partir. Mettez MESSAGES_MODE=reel ; pour un essai, donnez \
             une autre base (DATABASE_URL)"
        ),
        Lang::En => format!(
            "{mode} refused, this database has sent for real (on {day}): its messages would be \
             marked as sent without leaving. Set MESSAGES_MODE=reel; for a trial, name another \
             database (DATABASE_URL)"
        ),
    }
}

/// Recipients who have another recipient's address.
#[must_use]
pub fn doubles(closed: &Closed) -> i64 {
    closed
        .bilan
        .get(&(Etat::Ignore, Some(Motif::Doublon)))
        .copied()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Statut;

    fn closed(bilan: &[(Etat, Option<Motif>, i64)]) -> Closed {
        Closed {
            id: 1,
            canal: Canal::Sms,
            sujet: None,
            est_message_groupe: false,
            classe: None,
            statut: Statut::Envoye,
            annule: false,
            bilan: bilan
                .iter()
                .map(|(etat, motif, n)| ((*etat, *motif), *n))
                .collect(),
            indesirables: 0,
            volumineux: 0,
        }
    }

    #[test]
    fn what_was_refused_as_unwanted_is_told_apart() {
        let mut some = closed(&[
            (Etat::Envoye, None, 3),
            (Etat::Echec, Some(Motif::Permanent), 3),
        ]);
        some.indesirables = 2;
        assert_eq!(
            details(Lang::Fr, &some).unwrap(),
            "3 destinataires non atteints : 2 refusés comme courrier indésirable, 1 refusé définitivement."
        );
        some.indesirables = 3;
        assert_eq!(
            details(Lang::Fr, &some).unwrap(),
            "3 destinataires non atteints : 3 refusés comme courrier indésirable."
        );
        (some.indesirables, some.volumineux) = (0, 3);
        assert_eq!(
            details(Lang::Fr, &some).unwrap(),
            "3 destinataires non atteints : 3 parce que le message est trop volumineux (pièces jointes)."
        );
    }

    #[test]
    fn a_message_that_reached_everybody_has_no_details() {
        let all = closed(&[
            (Etat::Envoye, None, 3),
            (Etat::Ignore, Some(Motif::Doublon), 1),
        ]);
        assert_eq!(details(Lang::Fr, &all), None);
    }

    #[test]
    fn reasons_agree_with_their_number() {
        for (why, one, two) in [
            (
                Motif::Annule,
                "annulé avant l'envoi",
                "annulés avant l'envoi",
            ),
            (
                Motif::Opposition,
                "refus de recevoir des SMS",
                "refus de recevoir des SMS",
            ),
            (
                Motif::SansAdresse,
                "sans adresse utilisable",
                "sans adresse utilisable",
            ),
            (
                Motif::PaysRefuse,
                "numéro d'un pays non autorisé",
                "numéros de pays non autorisés",
            ),
        ] {
            for (number, words) in [(1, one), (2, two)] {
                let told = reasons(Lang::Fr, &closed(&[(Etat::Ignore, Some(why), number)]));
                assert_eq!(told, format!("{number} {words}"));
            }
        }
    }

    #[test]
    fn details_name_the_commonest_reason_first() {
        let some = closed(&[
            (Etat::Envoye, None, 3),
            (Etat::Echec, Some(Motif::Permanent), 1),
            (Etat::Ignore, Some(Motif::SansAdresse), 2),
            (Etat::Ignore, Some(Motif::Doublon), 1),
        ]);
        assert_eq!(
            details(Lang::Fr, &some).unwrap(),
            "3 destinataires non atteints : 2 sans adresse utilisable, 1 refusé définitivement."
        );
        assert_eq!(
            details(Lang::Fr, &closed(&[])).unwrap(),
            "Aucun destinataire."
        );
    }
}
