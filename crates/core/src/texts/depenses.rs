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

/// That a message costs more SMS than are left: `Ce message coûtera 300 SMS, il en reste 20 aujourd'hui
/// (MESSAGES_SMS_PER_DAY) : la suite attendra.`
#[must_use]
pub fn beyond(lang: Lang, total: usize, comptes: &[Compte]) -> Option<String> {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let left = |compte: &Compte| (compte.most - compte.segments).max(0);
    let compte = comptes.iter().min_by_key(|compte| left(compte))?;
    let (left, setting) = (left(compte), compte.duree.setting());
    (total > left).then(|| match (lang, compte.duree) {
        (Lang::Fr, Duree::Jour) => format!(
            "Ce message coûtera {total} SMS, il en reste {left} aujourd'hui ({setting}) : la suite attendra."
        ),
        (Lang::Fr, Duree::Mois) => format!(
            "Ce message coûtera {total} SMS, il en reste {left} ce mois-ci ({setting}) : la suite attendra."
        ),
        (Lang::En, Duree::Jour) => format!(
            "This message costs {total} SMS, {left} are left today ({setting}): the rest will wait."
        ),
        (Lang::En, Duree::Mois) => format!(
            "This message costs {total} SMS, {left} are left this month ({setting}): the rest will wait."
        ),
    })
}
