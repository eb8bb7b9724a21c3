//! `status` for people, in both languages.

use super::Status;
use crate::output::{either, plural};
use crate::report;
use messages_core::config::{Config, Lang};
use messages_core::dispatch::Stop;
use messages_core::incidents::SILENCE_MAX;
use messages_core::instant::Instant;
use messages_core::store::depenses::Compte;
use messages_core::store::incidents::Incident;
use messages_core::store::passages::Passage;
use messages_core::store::{canaux, overview};
use messages_core::texts;
use messages_core::vocabulary::{Cause, Etat, Genre, Mode};
use std::time::Duration;

/// So many messages are named.
const NAMED_MAX: usize = 20;

/// The lines to show.
pub(super) fn lines(config: &Config, status: &Status) -> Vec<String> {
    let lang = config.messages.lang;
    let mut lines = Vec::new();
    if config.messages.mode == Mode::Simulation {
        lines.push(report::simulation(lang).to_owned());
    }
    let refused = status.refused.as_ref();
    lines.extend(refused.map(|text| format!("ATTENTION, {}.", text.trim_end_matches('.'))));
    lines.extend(incidents(config, status));
    lines.extend(programmed(config, status));
    lines.extend(simulated(lang, &status.simulated));
    lines.extend(waiting(config, status));
    let stopped = status.stopped.iter();
    lines.extend(stopped.map(|stopped| channel(config, status.now, stopped)));
    lines.extend(counted(lang, &status.comptes));
    let uncertain = status.uncertain.iter();
    lines.extend(uncertain.map(|message| in_doubt(lang, message)));
    lines.extend(runs(config, status));
    lines
}

/// The first line for a monitoring system, which shows no other.
pub(super) fn verdict(lang: Lang, open: usize) -> String {
    let open = i64::try_from(open).unwrap_or(i64::MAX);
    match (lang, open) {
        (Lang::Fr, 0) => "OK : rien ne demande quelqu'un.".to_owned(),
        (Lang::En, 0) => "OK: nothing needs a person.".to_owned(),
        (Lang::Fr, _) => format!("ALERTE : {}.", plural(open, "incident", "incidents")),
        (Lang::En, _) => format!("ALERT: {}.", plural(open, "incident", "incidents")),
    }
}

/// What needs a person, but for what has a line of its own below.
fn incidents(config: &Config, status: &Status) -> Vec<String> {
    let lang = config.messages.lang;
    let has_line = |genre: Genre| {
        let below = [
            Genre::CanalArrete,
            Genre::Quota,
            Genre::Incertain,
            Genre::SansPassage,
        ];
        below.contains(&genre)
            || ([Genre::Simulation, Genre::Retenue].contains(&genre) && status.refused.is_some())
    };
    let shown = status
        .incidents
        .iter()
        .filter(|(incident, _)| !has_line(incident.genre));
    let line = |(incident, text): &(Incident, String)| {
        let since = local(config, incident.debut);
        texts::incident_told(lang, text, Some(&since), false)
    };
    shown.map(line).collect()
}

fn programmed(config: &Config, status: &Status) -> Vec<String> {
    let lang = config.messages.lang;
    if status.programmed.is_empty() {
        let none = either(
            lang,
            "Messages programmés : aucun.",
            "Programmed messages: none.",
        );
        return vec![none.to_owned()];
    }
    let line = |group: &overview::Programmed| {
        let (at, count) = (local(config, group.premiere), messages(lang, group.nombre));
        let late = minutes(lang, status.now.since(group.premiere));
        match (lang, group.due) {
            (Lang::Fr, true) => format!("À envoyer maintenant : {count} (depuis {late})."),
            (Lang::En, true) => format!("To be sent now: {count} (for {late})."),
            (Lang::Fr, false) => {
                format!("Programmés pour plus tard : {count}, le premier le {at}.")
            }
            (Lang::En, false) => format!("Programmed for later: {count}, the first one on {at}."),
        }
    };
    status.programmed.iter().map(line).collect()
}

fn waiting(config: &Config, status: &Status) -> Vec<String> {
    let lang = config.messages.lang;
    if status.waiting.is_empty() {
        let none = either(
            lang,
            "Envois en cours : aucun.",
            "Deliveries under way: none.",
        );
        return vec![none.to_owned()];
    }
    let line = |group: &overview::Waiting| {
        let what = match group.etat {
            Etat::Reserve => either(lang, "pris par un traitement", "taken by a run"),
            Etat::Emission => either(lang, "en cours d'émission", "being sent"),
            _ => either(lang, "en attente", "waiting"),
        };
        let next = match (group.etat, group.prochaine, lang) {
            (Etat::AEnvoyer, Some(at), Lang::Fr) if at > status.now => {
                format!(", prochain essai le {}", local(config, at))
            }
            (Etat::AEnvoyer, Some(at), Lang::En) if at > status.now => {
                format!(", next attempt on {}", local(config, at))
            }
            (Etat::AEnvoyer, Some(_), _) => {
                either(lang, ", au prochain traitement", ", at the next run").to_owned()
            }
            _ => String::new(),
        };
        let (canal, count) = (texts::canal(lang, group.canal), envois(lang, group.nombre));
        format!("{canal} : {count} {what}{next}.")
    };
    status.waiting.iter().map(line).collect()
}

/// Such as `ARRÊTÉ, e-mail : … (535 5.7.8). Depuis le 27/11/2026 à 14:05, 3 traitements.`.
fn channel(config: &Config, now: Instant, stopped: &canaux::Stopped) -> String {
    let lang = config.messages.lang;
    let canal = texts::canal(lang, stopped.arret.canal);
    let (phrase, since) = (stopped.arret.phrase(lang), local(config, stopped.depuis));
    let paused = stopped.bloque_jusqua.filter(|at| *at > now);
    let again = paused.map_or_else(String::new, |at| {
        let by_hand = Cause::OF_LOGIN.contains(&stopped.arret.cause);
        next_try(lang, &local(config, at), by_hand)
    });
    match lang {
        Lang::Fr => format!(
            "ARRÊTÉ, {canal} : {phrase}. Depuis le {since}, {}.{again}",
            plural(stopped.arrets, "traitement", "traitements"),
        ),
        Lang::En => format!(
            "STOPPED, {canal}: {phrase}. Since {since}, runs: {}.{again}",
            stopped.arrets
        ),
    }
}

/// SMS counted against the limits of the settings.
fn counted(lang: Lang, comptes: &[Compte]) -> Option<String> {
    let told = texts::comptes(lang, comptes);
    (!comptes.is_empty()).then(|| match lang {
        Lang::Fr => format!("SMS comptés : {told}."),
        Lang::En => format!("SMS counted: {told}."),
    })
}

fn next_try(lang: Lang, at: &str, by_hand: bool) -> String {
    let sooner = match (lang, by_hand) {
        (_, false) => "",
        (Lang::Fr, true) => ", ou après « process-scheduled check »",
        (Lang::En, true) => ", or after \"process-scheduled check\"",
    };
    match lang {
        Lang::Fr => format!(" Prochain essai le {at}{sooner}."),
        Lang::En => format!(" Next try on {at}{sooner}."),
    }
}

fn simulated(lang: Lang, messages: &[i64]) -> Option<String> {
    let count = i64::try_from(messages.len()).unwrap_or(i64::MAX);
    let shown = messages.iter().take(NAMED_MAX);
    let mut numbers: Vec<String> = shown.map(ToString::to_string).collect();
    if messages.len() > NAMED_MAX {
        numbers.push("…".to_owned());
    }
    let numbers = numbers.join(", ");
    (count > 0).then(|| match lang {
        Lang::Fr => format!(
            "À VÉRIFIER, {} (n° {numbers}). Pour envoyer : process-scheduled resend NUMÉRO",
            plural(
                count,
                "message marqué « envoyé » par une simulation n'est jamais parti",
                "messages marqués « envoyé » par une simulation ne sont jamais partis",
            )
        ),
        Lang::En => format!(
            "TO BE CHECKED, {} that a simulation marked as sent never left (no. {numbers}). To send: process-scheduled resend NUMBER",
            self::messages(lang, count)
        ),
    })
}

fn in_doubt(lang: Lang, message: &overview::Uncertain) -> String {
    let (id, canal) = (message.message, texts::canal(lang, message.canal));
    match lang {
        Lang::Fr => format!(
            "À VÉRIFIER, message {id} ({canal}) : {}, la réponse s'est perdue. Pour renvoyer : process-scheduled resend {id} (ceux qui l'ont déjà reçu le recevront deux fois ; les échecs repartent aussi)",
            plural(message.nombre, "envoi incertain", "envois incertains"),
        ),
        Lang::En => format!(
            "TO BE CHECKED, message {id} ({canal}): {} uncertain, the answer was lost. To send again: process-scheduled resend {id} (who has it already gets it twice; failures leave again too)",
            message.nombre,
        ),
    }
}

fn runs(config: &Config, status: &Status) -> Vec<String> {
    let lang = config.messages.lang;
    let Some(last) = status.passages.first() else {
        let never = either(
            lang,
            "Dernier traitement : jamais. La tâche planifiée est-elle créée ?",
            "Last run: never. Was the scheduled task made?",
        );
        return vec![never.to_owned()];
    };
    let silence = status.now.since(last.battement);
    let mut lines = Vec::new();
    if silence > SILENCE_MAX {
        let silence = minutes(lang, silence);
        lines.push(match lang {
            Lang::Fr => format!(
                "ATTENTION : aucun traitement depuis {silence}. La tâche planifiée fonctionne-t-elle ?"
            ),
            Lang::En => format!("ATTENTION: no run for {silence}. Does the scheduled task work?"),
        });
    }
    lines.push(either(lang, "Derniers traitements :", "Last runs:").to_owned());
    lines.extend(status.passages.iter().map(|passage| run(config, passage)));
    lines
}

fn run(config: &Config, passage: &Passage) -> String {
    let lang = config.messages.lang;
    let end = match (passage.fin, &passage.arret) {
        (None, _) => either(
            lang,
            " (en cours ou interrompu)",
            " (under way or interrupted)",
        ),
        (Some(_), Some(arret)) if arret == Stop::TimeOver.as_str() => {
            either(lang, " (durée maximale atteinte)", " (its time was over)")
        }
        (Some(_), Some(_)) => either(lang, " (arrêt demandé)", " (stopped on request)"),
        (Some(_), None) => "",
    };
    let mode = match passage.mode {
        Mode::Reel => String::new(),
        other => format!(" [{other}]"),
    };
    let counts = &passage.counts;
    let sums = match lang {
        Lang::Fr => format!(
            "{}, {}, {} en échec, {}, {}",
            messages(lang, counts.messages),
            plural(counts.envoyes, "atteint", "atteints"),
            counts.echecs,
            plural(counts.incertains, "incertain", "incertains"),
            plural(counts.ignores, "non envoyé", "non envoyés"),
        ),
        Lang::En => format!(
            "{}, {} reached, {} failed, {} uncertain, {} not sent",
            messages(lang, counts.messages),
            counts.envoyes,
            counts.echecs,
            counts.incertains,
            counts.ignores,
        ),
    };
    let (begun, host) = (local(config, passage.debut), &passage.hote);
    format!("  {begun} · {host}{mode} · {sums}{end}")
}

/// The word is the same in both languages.
fn messages(lang: Lang, number: i64) -> String {
    let none_is_many = lang == Lang::En && number == 0;
    plural(
        number,
        if none_is_many { "messages" } else { "message" },
        "messages",
    )
}

fn envois(lang: Lang, number: i64) -> String {
    match lang {
        Lang::Fr => plural(number, "envoi", "envois"),
        Lang::En => plural(number, "delivery", "deliveries"),
    }
}

/// Day and time in the school's time zone.
pub(crate) fn local(config: &Config, at: Instant) -> String {
    let format = either(
        config.messages.lang,
        "%d/%m/%Y à %H:%M",
        "%d/%m/%Y at %H:%M",
    );
    at.in_zone(config.messages.zone).format(format).to_string()
}

fn minutes(lang: Lang, duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    match (lang, minutes) {
        (Lang::Fr, 0) => "moins d'une minute".to_owned(),
        (Lang::En, 0) => "less than a minute".to_owned(),
        (_, 1..120) => plural(i64::try_from(minutes).unwrap_or(0), "minute", "minutes"),
        (Lang::Fr, 120..2880) => format!("{} heures", minutes / 60),
        (Lang::En, 120..2880) => format!("{} hours", minutes / 60),
        (Lang::Fr, _) => format!("{} jours", minutes / 1440),
        (Lang::En, _) => format!("{} days", minutes / 1440),
    }
}
