//! What is said of what is forgotten.

use crate::output::{either, plural};
use messages_core::config::{Lang, Messages};
use messages_core::instant::Instant;
use messages_core::store::oubli::Oublies;

/// Nothing is ever forgotten.
pub(super) const fn unset(lang: Lang) -> &'static str {
    either(
        lang,
        "MESSAGES_RETENTION_DAYS n'est pas réglé : rien n'est oublié. Mettez par exemple \
         MESSAGES_RETENTION_DAYS=400 dans le fichier de réglages, pour garder une année scolaire",
        "MESSAGES_RETENTION_DAYS is not set: nothing is forgotten. Set MESSAGES_RETENTION_DAYS=400 in \
         the settings file, for instance, to keep a school year",
    )
}

/// Somebody asked it to stop.
pub(super) const fn broken_off(lang: Lang) -> &'static str {
    either(
        lang,
        "arrêté à votre demande ; le reste s'oublie aux traitements suivants, ou relancez purge",
        "stopped as asked; later runs forget the rest, or run purge again",
    )
}

/// What was forgotten, or with `rehearsed` would be.
pub(super) fn sentences(
    settings: &Messages,
    before: Instant,
    sum: &Oublies,
    rehearsed: bool,
) -> Vec<String> {
    let (lang, days) = (settings.lang, settings.retention.unwrap_or_default());
    let day = before.in_zone(settings.zone).format("%d/%m/%Y");
    let headline = match lang {
        Lang::Fr => format!(
            "Conservation : {days} jours ; ce à quoi il n'est rien arrivé depuis le {day} s'oublie."
        ),
        Lang::En => {
            format!("Retention: {days} days; what nothing happened to since {day} is forgotten.")
        }
    };
    let mut lines = vec![headline];
    if sum.is_nothing() {
        lines.push(either(lang, "Rien n'est à oublier.", "There is nothing to forget.").to_owned());
        return lines;
    }
    let said = if rehearsed {
        either(lang, "Serait oublié :", "Would be forgotten:")
    } else {
        either(lang, "Oublié :", "Forgotten:")
    };
    lines.push(said.to_owned());
    lines.extend(counted(lang, sum));
    lines.push(
        either(
            lang,
            "États, totaux, dates et statistiques restent.",
            "States, sums, dates and statistics stay.",
        )
        .to_owned(),
    );
    lines
}

/// A line for each kind of which there is something.
fn counted(lang: Lang, sum: &Oublies) -> Vec<String> {
    let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let of = |count, [one, many]: [&str; 2]| plural(n(count), one, many);
    let words = match lang {
        Lang::Fr => [
            ["message", "messages"],
            ["envoi", "envois"],
            ["essai", "essais"],
            ["ligne d'historique", "lignes d'historique"],
            ["parent parti", "parents partis"],
            ["élève sans autre parent", "élèves sans autre parent"],
        ],
        Lang::En => [
            ["message", "messages"],
            ["delivery", "deliveries"],
            ["attempt", "attempts"],
            ["line of the history", "lines of the history"],
            ["parent who left", "parents who left"],
            [
                "pupil without another parent",
                "pupils without another parent",
            ],
        ],
    };
    let counts = [
        sum.messages,
        sum.envois,
        sum.tentatives,
        sum.faits,
        sum.parents,
        sum.etudiants,
    ];
    let told = counts
        .into_iter()
        .zip(words)
        .filter(|(count, _)| *count > 0);
    told.map(|(count, words)| format!("  {}", of(count, words)))
        .collect()
}
