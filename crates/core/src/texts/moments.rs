//! What is said of times: of the next attempt, of the night, of midnight.

use super::{counted, not_reached};
use crate::config::Lang;
use crate::instant::Instant;
use crate::quiet::Quiet;
use crate::store::envois::recipients::Destinataire;
use crate::store::messages::Attente;
use crate::vocabulary::{Canal, Etat, Motif};
use chrono::{DateTime, NaiveTime};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// An hour by the clock on the wall: `7 h 30`, `minuit`.
fn hour(lang: Lang, time: NaiveTime) -> String {
    match lang {
        Lang::Fr if time == NaiveTime::MIN => "minuit".to_owned(),
        Lang::Fr => time.format("%-H h %M").to_string(),
        Lang::En if time == NaiveTime::MIN => "midnight".to_owned(),
        Lang::En => time.format("%H:%M").to_string(),
    }
}

/// When something will be, seen from `now`: `à 14 h 05`, `le 28/11/2026 à 7 h 30`, `au prochain
/// traitement`.
pub(super) fn moment(lang: Lang, at: DateTime<Tz>, now: DateTime<Tz>) -> String {
    let time = hour(lang, at.time());
    let day = at.date_naive();
    match lang {
        Lang::Fr if at <= now => "au prochain traitement".to_owned(),
        Lang::Fr if day == now.date_naive() => format!("à {time}"),
        Lang::Fr => format!("le {} à {time}", day.format("%d/%m/%Y")),
        Lang::En if at <= now => "at the next run".to_owned(),
        Lang::En if day == now.date_naive() => format!("at {time}"),
        Lang::En => format!("on {} at {time}", day.format("%d/%m/%Y")),
    }
}

/// Why an envoi that is not final is not, as `domaine introuvable, nouvel essai à 14 h 05`; nothing
/// when its turn has simply not come.
#[must_use]
pub fn next_attempt(lang: Lang, envoi: &Destinataire, zone: Tz, now: Instant) -> Option<String> {
    if envoi.etat != Etat::AEnvoyer {
        return None;
    }
    let when = moment(lang, envoi.prochaine.in_zone(zone), now.in_zone(zone));
    match (lang, envoi.words()) {
        (Lang::Fr, Some(why)) => Some(format!("{why}, nouvel essai {when}")),
        (Lang::En, Some(why)) => Some(format!("{why}, next attempt {when}")),
        (_, None) if envoi.prochaine <= now || envoi.canal == Canal::Email => None,
        (Lang::Fr, None) => Some(format!("heures calmes, départ {when}")),
        (Lang::En, None) => Some(format!("quiet hours, leaves {when}")),
    }
}

/// `details_erreur` of a message that is leaving: who waits for another attempt, why, and until when.
#[must_use]
pub fn waiting(lang: Lang, attente: &Attente, zone: Tz, now: Instant) -> String {
    let n = attente.nombre;
    let when = moment(lang, attente.prochaine.in_zone(zone), now.in_zone(zone));
    let who = match lang {
        Lang::Fr if n == 1 => "1 destinataire attend".to_owned(),
        Lang::Fr => format!("{n} destinataires attendent"),
        Lang::En if n == 1 => "1 recipient waits".to_owned(),
        Lang::En => format!("{n} recipients wait"),
    };
    match (lang, &attente.raison) {
        (Lang::Fr, Some(why)) => format!("{who} un nouvel essai ({why}) {when}."),
        (Lang::Fr, None) => format!("{who} la fin des heures calmes, {when}."),
        (Lang::En, Some(why)) => format!("{who} for another attempt ({why}) {when}."),
        (Lang::En, None) => format!("{who} for the end of the quiet hours, {when}."),
    }
}

/// Who was not reached, and why: `2 destinataires non atteints : 1 sans adresse utilisable, 1 …`.
#[must_use]
pub fn missed(lang: Lang, canal: Canal, motifs: &BTreeMap<Motif, i64>) -> Option<String> {
    let total: i64 = motifs.values().sum();
    let words: Vec<String> = motifs
        .iter()
        .map(|(why, number)| counted(lang, canal, *why, *number))
        .collect();
    (total > 0).then(|| not_reached(lang, total, &words.join(", ")))
}

/// What is to be known of a date before a message is programmed for it: that it is midnight, as of a
/// date that was typed without an hour, and that SMS ring at night.
#[must_use]
pub fn date_warning(
    lang: Lang,
    canal: Canal,
    date: Instant,
    quiet: Option<Quiet>,
    zone: Tz,
) -> Option<String> {
    let local = date.in_zone(zone);
    let night = quiet.filter(|quiet| canal == Canal::Sms && quiet.night(date, zone).is_some());
    if night.is_none() && local.time() != NaiveTime::MIN {
        return None;
    }
    let (day, time) = (local.format("%d/%m/%Y"), hour(lang, local.time()));
    let hours = night.map(|quiet| {
        let (from, until) = quiet.hours();
        [hour(lang, from), hour(lang, until)]
    });
    Some(match (lang, hours) {
        (Lang::Fr, None) => format!("Ce message partira le {day} à {time}."),
        (Lang::Fr, Some([from, until])) => format!(
            "Ces SMS partiront le {day} à {time}, pendant les heures calmes (de {from} à {until})."
        ),
        (Lang::En, None) => format!("This message leaves on {day} at {time}."),
        (Lang::En, Some([from, until])) => format!(
            "These SMS leave on {day} at {time}, within the quiet hours ({from} to {until})."
        ),
    })
}

/// What stands in place of a message's text that is not kept any more.
#[must_use]
pub fn forgotten(lang: Lang, at: DateTime<Tz>) -> String {
    let day = at.format("%d/%m/%Y");
    match lang {
        Lang::Fr => format!("[Texte oublié le {day} : données personnelles effacées]"),
        Lang::En => format!("[Text forgotten on {day}: personal data erased]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Paris;

    fn at(text: &str) -> Instant {
        format!("2026-11-27T{text}:00+01:00").parse().unwrap()
    }

    #[test]
    fn who_waits_is_told_with_reason_and_time() {
        let attente = |nombre, raison: Option<&str>, prochaine| Attente {
            message: 1,
            nombre,
            raison: raison.map(str::to_owned),
            prochaine,
        };
        let told = |attente: &Attente| waiting(Lang::Fr, attente, Paris, at("14:00"));
        assert_eq!(
            told(&attente(12, Some("domaine introuvable"), at("14:05"))),
            "12 destinataires attendent un nouvel essai (domaine introuvable) à 14 h 05."
        );
        assert_eq!(
            told(&attente(1, Some("451"), at("13:59"))),
            "1 destinataire attend un nouvel essai (451) au prochain traitement."
        );
        let morning = "2026-11-28T07:30:00+01:00".parse().unwrap();
        assert_eq!(
            told(&attente(3, None, morning)),
            "3 destinataires attendent la fin des heures calmes, le 28/11/2026 à 7 h 30."
        );
    }

    #[test]
    fn midnight_and_the_night_are_told_before() {
        let quiet = Quiet::parse("21:00-07:30");
        let warning = |canal, at| date_warning(Lang::Fr, canal, at, quiet, Paris);
        assert_eq!(warning(Canal::Sms, at("12:00")), None);
        assert_eq!(warning(Canal::Email, at("22:15")), None);
        assert_eq!(
            warning(Canal::Email, at("00:00")).unwrap(),
            "Ce message partira le 27/11/2026 à minuit."
        );
        assert_eq!(
            warning(Canal::Sms, at("22:15")).unwrap(),
            "Ces SMS partiront le 27/11/2026 à 22 h 15, pendant les heures calmes (de 21 h 00 à 7 h 30)."
        );
        assert_eq!(
            date_warning(Lang::Fr, Canal::Sms, at("00:00"), None, Paris).unwrap(),
            "Ce message partira le 27/11/2026 à minuit."
        );
    }
}
