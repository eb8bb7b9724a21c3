//! Why somebody cannot be written to, or was not reached, for the office.

use super::{motif, undelivered};
use crate::config::Lang;
use crate::joignable::Obstacle;
use crate::store::envois::missed::Manque;
use crate::vocabulary::{Canal, Motif};
use chrono_tz::Tz;

/// What is wrong with an address: `ligne fixe`, `refusé par la passerelle le 12/11/2026 (21211)`.
#[must_use]
pub fn obstacle(lang: Lang, obstacle: &Obstacle, zone: Tz) -> String {
    if let Some(refus) = &obstacle.refus {
        let day = refus.le.map(|at| at.in_zone(zone).format("%d/%m/%Y"));
        let day = day.map(|day| match lang {
            Lang::Fr => format!(" le {day}"),
            Lang::En => format!(" on {day}"),
        });
        let code = refus.code.as_deref().map(|code| format!(" ({code})"));
        let begin = match lang {
            Lang::Fr => "numéro refusé par la passerelle",
            Lang::En => "number refused by the gateway",
        };
        let said = [Some(begin.to_owned()), day, code];
        return said.into_iter().flatten().collect();
    }
    match (obstacle.motif, obstacle.canal, &obstacle.detail, lang) {
        (Motif::SansAdresse, Canal::Sms, None, Lang::Fr) => "pas de numéro de téléphone".to_owned(),
        (Motif::SansAdresse, Canal::Sms, None, Lang::En) => "no telephone number".to_owned(),
        (Motif::SansAdresse, Canal::Email, None, Lang::Fr) => {
            "pas d'adresse e-mail utilisable".to_owned()
        }
        (Motif::SansAdresse, Canal::Email, None, Lang::En) => "no usable mailbox".to_owned(),
        (why, _, detail, _) => with_detail(lang, why, detail.as_deref()),
    }
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
