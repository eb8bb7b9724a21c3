//! `status`: what is due, waiting, late, uncertain; the last passages.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::{report, start};
use messages_core::config::Config;
use messages_core::dispatch::{self, Stop};
use messages_core::exit::{Exit, Failure};
use messages_core::instant::Instant;
use messages_core::model::Passage;
use messages_core::store::{Error, canaux, overview, passages};
use messages_core::texts;
use messages_core::vocabulary::{Etat, Mode};
use serde_json::{Value, json};
use std::time::Duration;

/// Runs come every five minutes: without one for so long, the scheduler does not work.
const SILENCE_MAX: Duration = Duration::from_secs(15 * 60);

const UNCERTAIN_MAX: i64 = 20;
const PASSAGES_MAX: i64 = 5;

struct Status {
    now: Instant,
    programmed: Vec<overview::Programmed>,
    waiting: Vec<overview::Waiting>,
    uncertain: Vec<overview::Uncertain>,
    stopped: Vec<canaux::Stopped>,
    passages: Vec<Passage>,
    /// Messages that a simulation marked as sent, on a database that sends for real.
    simulated: Vec<i64>,
    /// Why runs are refused.
    refused: Option<String>,
}

pub(crate) fn status(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    let now = conn.now()?;
    let refused = match dispatch::permit(&mut conn, &config) {
        Ok(()) => None,
        Err(Error::Config(text)) => Some(text),
        Err(error) => return Err(error.into()),
    };
    let pretends = config.messages.mode != Mode::Reel && refused.is_none();
    let status = Status {
        simulated: if pretends {
            Vec::new()
        } else {
            overview::simulated(&mut conn)?
        },
        refused,
        now,
        programmed: overview::programmed(&mut conn, now)?,
        waiting: overview::waiting(&mut conn)?,
        uncertain: overview::uncertain(&mut conn, UNCERTAIN_MAX)?,
        stopped: canaux::stopped(&mut conn)?,
        passages: passages::last(&mut conn, PASSAGES_MAX)?,
    };
    if cli.json {
        output::json(&machine(&config, &status));
    } else {
        human(&config, &status).iter().for_each(output::line);
    }
    Ok(Exit::Done)
}

fn human(config: &Config, status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    if config.messages.mode == Mode::Simulation {
        lines.push(report::simulation(config.messages.lang).to_owned());
    }
    let refused = status.refused.as_ref();
    lines.extend(refused.map(|text| format!("ATTENTION, {text}.")));
    lines.extend(programmed(config, status));
    lines.extend(simulated(status));
    lines.extend(waiting(config, status));
    lines.extend(
        status
            .stopped
            .iter()
            .map(|stopped| channel(config, status.now, stopped)),
    );
    lines.extend(uncertain(config, status));
    lines.extend(runs(config, status));
    lines
}

fn programmed(config: &Config, status: &Status) -> Vec<String> {
    if status.programmed.is_empty() {
        return vec!["Messages programmés : aucun.".to_owned()];
    }
    let line = |group: &overview::Programmed| {
        let count = plural(group.nombre, "message", "messages");
        let at = local(config, group.premiere);
        if group.due {
            let late = minutes(status.now.since(group.premiere));
            format!("À envoyer maintenant : {count} (depuis {late}).")
        } else {
            format!("Programmés pour plus tard : {count}, le premier le {at}.")
        }
    };
    status.programmed.iter().map(line).collect()
}

fn waiting(config: &Config, status: &Status) -> Vec<String> {
    if status.waiting.is_empty() {
        return vec!["Envois en cours : aucun.".to_owned()];
    }
    let line = |group: &overview::Waiting| {
        let canal = texts::canal(config.messages.lang, group.canal);
        let what = match group.etat {
            Etat::Reserve => "pris par un traitement",
            Etat::Emission => "en cours d'émission",
            _ => "en attente",
        };
        let next = match (group.etat, group.prochaine) {
            (Etat::AEnvoyer, Some(at)) if at > status.now => {
                format!(", prochain essai le {}", local(config, at))
            }
            (Etat::AEnvoyer, Some(_)) => ", au prochain traitement".to_owned(),
            _ => String::new(),
        };
        format!(
            "{canal} : {} {what}{next}.",
            plural(group.nombre, "envoi", "envois")
        )
    };
    status.waiting.iter().map(line).collect()
}

/// Such as `ARRÊTÉ, e-mail : … (535 5.7.8). Depuis le 27/11/2026 à 14:05, 3 traitements.`.
fn channel(config: &Config, now: Instant, stopped: &canaux::Stopped) -> String {
    let canal = texts::canal(config.messages.lang, stopped.arret.canal);
    let again = match stopped.bloque_jusqua {
        Some(at) if at > now => {
            let sooner = if stopped.arret.cause.is_of_login() {
                ", ou après « process-scheduled check »"
            } else {
                ""
            };
            format!(" Prochain essai le {}{sooner}.", local(config, at))
        }
        _ => String::new(),
    };
    format!(
        "ARRÊTÉ, {canal} : {}. Depuis le {}, {}.{again}",
        stopped.phrase(config.messages.lang),
        local(config, stopped.depuis),
        plural(stopped.arrets, "traitement", "traitements"),
    )
}

/// So many messages are named.
const SIMULATED_MAX: usize = 20;

fn simulated(status: &Status) -> Option<String> {
    let count = i64::try_from(status.simulated.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return None;
    }
    let named = status.simulated.iter().take(SIMULATED_MAX);
    let mut named: Vec<String> = named.map(ToString::to_string).collect();
    if status.simulated.len() > SIMULATED_MAX {
        named.push("…".to_owned());
    }
    let marked = plural(
        count,
        "message marqué « envoyé » par une simulation n'est jamais parti",
        "messages marqués « envoyé » par une simulation ne sont jamais partis",
    );
    Some(format!(
        "À VÉRIFIER, {marked} (n° {}). Pour envoyer : process-scheduled resend NUMÉRO",
        named.join(", ")
    ))
}

fn uncertain(config: &Config, status: &Status) -> Vec<String> {
    let line = |message: &overview::Uncertain| {
        format!(
            "À VÉRIFIER, message {} ({}) : {}, la réponse s'est perdue. Pour renvoyer : process-scheduled resend {} (ceux qui l'ont déjà reçu le recevront deux fois ; les échecs repartent aussi)",
            message.message,
            texts::canal(config.messages.lang, message.canal),
            plural(message.nombre, "envoi incertain", "envois incertains"),
            message.message,
        )
    };
    status.uncertain.iter().map(line).collect()
}

fn runs(config: &Config, status: &Status) -> Vec<String> {
    let Some(last) = status.passages.first() else {
        return vec!["Dernier traitement : jamais. La tâche planifiée est-elle créée ?".to_owned()];
    };
    let silence = status.now.since(last.battement);
    let mut lines = Vec::new();
    if silence > SILENCE_MAX {
        lines.push(format!(
            "ATTENTION : aucun traitement depuis {}. La tâche planifiée fonctionne-t-elle ?",
            minutes(silence)
        ));
    }
    lines.push("Derniers traitements :".to_owned());
    lines.extend(status.passages.iter().map(|passage| run(config, passage)));
    lines
}

fn run(config: &Config, passage: &Passage) -> String {
    let end = match (passage.fin, &passage.arret) {
        (None, _) => " (en cours ou interrompu)".to_owned(),
        (Some(_), Some(arret)) if arret == Stop::TimeOver.as_str() => {
            " (durée maximale atteinte)".to_owned()
        }
        (Some(_), Some(_)) => " (arrêt demandé)".to_owned(),
        (Some(_), None) => String::new(),
    };
    let mode = match passage.mode {
        Mode::Reel => String::new(),
        other => format!(" [{other}]"),
    };
    format!(
        "  {} · {}{mode} · {}, {}, {} en échec, {}, {}{end}",
        local(config, passage.debut),
        passage.hote,
        plural(passage.nb_messages, "message", "messages"),
        plural(passage.nb_envoyes, "atteint", "atteints"),
        passage.nb_echecs,
        plural(passage.nb_incertains, "incertain", "incertains"),
        plural(passage.nb_ignores, "non envoyé", "non envoyés"),
    )
}

/// Day and time in the school's time zone.
pub(crate) fn local(config: &Config, at: Instant) -> String {
    at.in_zone(config.messages.zone)
        .format("%d/%m/%Y à %H:%M")
        .to_string()
}

fn minutes(duration: Duration) -> String {
    match duration.as_secs() / 60 {
        0 => "moins d'une minute".to_owned(),
        n @ 1..120 => plural(i64::try_from(n).unwrap_or(0), "minute", "minutes"),
        n @ 120..2880 => format!("{} heures", n / 60),
        n => format!("{} jours", n / 1440),
    }
}

fn machine(config: &Config, status: &Status) -> Value {
    let passages: Vec<Value> = status
        .passages
        .iter()
        .map(|p| {
            json!({
                "id": p.id, "hote": p.hote, "mode": p.mode, "debut": p.debut, "fin": p.fin,
                "nb_messages": p.nb_messages, "nb_envoyes": p.nb_envoyes, "nb_echecs": p.nb_echecs,
                "nb_incertains": p.nb_incertains, "nb_ignores": p.nb_ignores,
                "nb_reportes": p.nb_reportes, "arret": p.arret,
            })
        })
        .collect();
    let stopped: Vec<Value> = status
        .stopped
        .iter()
        .map(|stopped| {
            json!({
                "canal": stopped.arret.canal,
                "cause": stopped.arret.cause,
                "verdict": stopped.arret.cause.verdict(),
                "code": stopped.arret.code,
                "detail": stopped.phrase(config.messages.lang),
                "depuis": stopped.depuis,
                "arrets": stopped.arrets,
                "bloque_jusqua": stopped.bloque_jusqua,
            })
        })
        .collect();
    json!({
        "mode": config.messages.mode,
        "maintenant": status.now,
        "programmes": status.programmed,
        "en_cours": status.waiting,
        "incertains": status.uncertain,
        "canaux_arretes": stopped,
        "simules": status.simulated.len(),
        "refus": status.refused,
        "passages": passages,
    })
}
