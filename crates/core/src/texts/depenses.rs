//! What SMS cost, and the limits of the settings.

use crate::config::Lang;
use crate::store::depenses::{Compte, Duree, Reached};

/// Which limit of the settings is reached, and when it begins anew: `MESSAGES_SMS_PER_DAY=200, reprise le
/// 29/11/2026`.
#[must_use]
pub fn limit(lang: Lang, reached: &Reached) -> String {
    let (setting, most) = (reached.duree.setting(), reached.most);
    let day = reached.reprise.format("%d/%m/%Y");
    match lang {
        Lang::Fr => format!("{setting}={most}, reprise le {day}"),
        Lang::En => format!("{setting}={most}, it goes on {day}"),
    }
}

/// What was counted: `180 sur 200 aujourd'hui (MESSAGES_SMS_PER_DAY), 2300 sur 5000 ce mois-ci
/// (MESSAGES_SMS_PER_MONTH)`.
#[must_use]
pub fn comptes(lang: Lang, comptes: &[Compte]) -> String {
    let told = comptes.iter().map(|one| {
        let (counted, most, setting) = (one.segments, one.most, one.duree.setting());
        match (lang, one.duree) {
            (Lang::Fr, Duree::Jour) => format!("{counted} sur {most} aujourd'hui ({setting})"),
            (Lang::Fr, Duree::Mois) => format!("{counted} sur {most} ce mois-ci ({setting})"),
            (Lang::En, Duree::Jour) => format!("{counted} of {most} today ({setting})"),
            (Lang::En, Duree::Mois) => format!("{counted} of {most} this month ({setting})"),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}
