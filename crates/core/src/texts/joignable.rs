//! Why somebody cannot be written to, or was not reached, for the office.

use super::{motif, undelivered};
use crate::config::Lang;
use crate::joignable::Obstacle;
use crate::store::adresses::mortes::Constat;
use crate::store::envois::missed::Manque;
use crate::vocabulary::{Canal, Motif};
use chrono_tz::Tz;

/// What is wrong with an address: `ligne fixe`, `refusé par la passerelle le 12/11/2026 (21211)`.
#[must_use]
pub fn obstacle(lang: Lang, obstacle: &Obstacle, zone: Tz) -> String {
    if let Some(constat) = &obstacle.constat {
        return seen(lang, constat, zone);
    }
    let Some(why) = obstacle.motif else {
        return String::new();
    };
    match (why, obstacle.canal, &obstacle.detail, lang) {
        (Motif::SansAdresse, Canal::Sms, None, Lang::Fr) => "pas de numéro de téléphone".to_owned(),
        (Motif::SansAdresse, Canal::Sms, None, Lang::En) => "no telephone number".to_owned(),
        (Motif::SansAdresse, Canal::Email, None, Lang::Fr) => {
            "pas d'adresse e-mail utilisable".to_owned()
        }
        (Motif::SansAdresse, Canal::Email, None, Lang::En) => "no usable mailbox".to_owned(),
        (_, _, detail, _) => with_detail(lang, why, detail.as_deref()),
    }
}

fn seen(lang: Lang, constat: &Constat, zone: Tz) -> String {
    let (le, code) = match (constat, lang) {
        (Constat::Muet, Lang::Fr) => return "deux SMS ne sont pas arrivés".to_owned(),
        (Constat::Muet, Lang::En) => return "two SMS did not arrive".to_owned(),
        (Constat::Refuse(le, code), _) => (le, code),
    };
    let day = le.map(|at| at.in_zone(zone).format("%d/%m/%Y"));
    let day = day.map(|day| match lang {
        Lang::Fr => format!(" le {day}"),
        Lang::En => format!(" on {day}"),
    });
    let code = code.as_deref().map(|code| format!(" ({code})"));
    let begin = match lang {
        Lang::Fr => "numéro refusé par la passerelle",
        Lang::En => "number refused by the gateway",
    };
    let said = [Some(begin.to_owned()), day, code];
    said.into_iter().flatten().collect()
}

/// Why a message did not reach somebody.
#[must_use]
pub fn not_reached_because(lang: Lang, envoi: &Manque) -> String {
    match envoi.motif {
        Some(why) => with_detail(lang, why, envoi.detail.as_deref()),
        None => undelivered(lang, envoi.canal, envoi.remise_code.as_deref()),
    }
}

fn with_detail(lang: Lang, why: Motif, detail: Option<&str>) -> String {
    let why = motif(lang, why);
    match detail.filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("{why} : {detail}"),
        None => why.to_owned(),
    }
}
