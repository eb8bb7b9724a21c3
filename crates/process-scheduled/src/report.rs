//! What a passage did, for a school secretary; and for machines with `--json`.

use crate::cli::Cli;
use crate::output::{self, plural};
use messages_core::config::{Config, Lang};
use messages_core::dispatch::{Report, Stop};
use messages_core::store::messages::Closed;
use messages_core::texts;
use messages_core::vocabulary::{Etat, Mode, Statut};
use serde_json::{Map, Value, json};

/// More messages than these are summed up; those with trouble come first.
const LISTED_MAX: usize = 20;

pub(crate) fn show(cli: &Cli, config: &Config, report: &Report) {
    if cli.json {
        output::json(&machine(config.messages.lang, report));
    } else if !cli.quiet {
        output::print(human(config, report));
    } else if report.mode == Mode::Simulation && report.counts.envoyes > 0 {
        output::alarm(simulation(config.messages.lang));
    }
}

/// What is said first when nothing leaves.
pub(crate) const fn simulation(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "SIMULATION : rien ne quitte cette machine (MESSAGES_MODE=simulation).",
        Lang::En => "SIMULATION: nothing leaves this machine (MESSAGES_MODE=simulation).",
    }
}

fn human(config: &Config, report: &Report) -> String {
    let lang = config.messages.lang;
    let mut lines = Vec::new();
    if report.mode == Mode::Simulation {
        lines.push(simulation(lang).to_owned());
    }
    lines.push(headline(lang, report));
    lines.extend(messages(lang, report));
    lines.extend(report.stopped.iter().map(|stop| stop.told(lang)));
    lines.extend(report.stop.map(|stop| early(lang, stop).to_owned()));
    if report.waiting > 0 {
        lines.push(waiting(
            lang,
            i64::try_from(report.waiting).unwrap_or(i64::MAX),
        ));
    }
    lines.join("\n") + "\n"
}

fn headline(lang: Lang, report: &Report) -> String {
    let counts = &report.counts;
    let treated = i64::try_from(report.closed.len()).unwrap_or(i64::MAX);
    let sent = report
        .closed
        .iter()
        .filter(|closed| closed.statut == Statut::Envoye)
        .count();
    let sent = i64::try_from(sent).unwrap_or(i64::MAX);
    let failed = treated - sent;
    let seconds = format!("{:.1}", report.ended.since(report.begun).as_secs_f64());
    let touched = counts.envoyes + counts.echecs + counts.incertains + counts.reportes;
    let idle = treated == 0 && counts.messages == 0 && touched == 0;
    match lang {
        Lang::Fr if idle && report.waiting > 0 => {
            "Rien n'est parti lors de ce traitement.".to_owned()
        }
        Lang::En if idle && report.waiting > 0 => "Nothing left in this run.".to_owned(),
        Lang::Fr if idle => "Aucun message programmé à envoyer.".to_owned(),
        Lang::En if idle => "No programmed message to send.".to_owned(),
        Lang::Fr => format!(
            "{} : {}, {} en échec. Destinataires : {}, {} en échec, {}, {} ({} s).",
            plural(treated, "message traité", "messages traités"),
            plural(sent, "envoyé", "envoyés"),
            failed,
            plural(counts.envoyes, "atteint", "atteints"),
            counts.echecs,
            plural(counts.incertains, "incertain", "incertains"),
            plural(counts.ignores, "non envoyé", "non envoyés"),
            seconds.replace('.', ","),
        ),
        Lang::En => format!(
            "{treated} message(s) treated: {sent} sent, {failed} failed. Recipients: {} reached, \
             {} failed, {} uncertain, {} left out ({seconds} s).",
            counts.envoyes, counts.echecs, counts.incertains, counts.ignores,
        ),
    }
}

fn messages(lang: Lang, report: &Report) -> Vec<String> {
    let mut closed: Vec<&Closed> = report.closed.iter().collect();
    closed.sort_by_key(|message| (texts::details(lang, message).is_none(), message.id));
    let more = closed.len().saturating_sub(LISTED_MAX);
    let mut lines: Vec<String> = closed
        .iter()
        .take(LISTED_MAX)
        .map(|message| one(lang, message))
        .collect();
    if more > 0 {
        lines.push(match lang {
            Lang::Fr => format!("  … et {more} autres messages"),
            Lang::En => format!("  … and {more} more messages"),
        });
    }
    lines
}

/// Such as `  n° 3 · e-mail « Réunion » · classe 6e A · envoyé : 3 atteints sur 5 (2 sans adresse)`.
fn one(lang: Lang, closed: &Closed) -> String {
    let number = match lang {
        Lang::Fr => "n°",
        Lang::En => "no.",
    };
    let canal = texts::canal(lang, closed.canal);
    let subject = match (&closed.sujet, lang) {
        (Some(sujet), Lang::Fr) if !sujet.is_empty() => format!(" « {sujet} »"),
        (Some(sujet), Lang::En) if !sujet.is_empty() => format!(" \"{sujet}\""),
        _ => String::new(),
    };
    let statut = match (closed.statut, closed.annule, lang) {
        (_, true, Lang::Fr) => "annulé",
        (_, true, Lang::En) => "cancelled",
        (Statut::Envoye, _, Lang::Fr) => "envoyé",
        (Statut::Envoye, _, Lang::En) => "sent",
        (_, _, Lang::Fr) => "ÉCHEC",
        (_, _, Lang::En) => "FAILED",
    };
    let audience = texts::audience(lang, closed.est_message_groupe, closed.classe.as_deref());
    format!(
        "  {number} {} · {canal}{subject} · {audience} · {statut} : {}",
        closed.id,
        reached(lang, closed)
    )
}

fn reached(lang: Lang, closed: &Closed) -> String {
    let total: i64 = closed.bilan.values().sum();
    let (sent, doubles) = (closed.count(Etat::Envoye), texts::doubles(closed));
    let people = total - doubles;
    if total == 0 {
        return texts::details(lang, closed).unwrap_or_default();
    }
    let mut text = match lang {
        Lang::Fr => format!("{} sur {people}", plural(sent, "atteint", "atteints")),
        Lang::En => format!("{sent} of {people} reached"),
    };
    let reasons = texts::reasons(lang, closed);
    if !reasons.is_empty() {
        text.extend([" (", &reasons, ")"]);
    }
    let same = match (doubles, lang) {
        (0, _) => String::new(),
        (n, Lang::Fr) => format!(", {} à la même adresse", plural(n, "autre", "autres")),
        (n, Lang::En) => format!(", {n} more at the same address"),
    };
    text + &same
}

const fn early(lang: Lang, stop: Stop) -> &'static str {
    match (lang, stop) {
        (Lang::Fr, Stop::Asked) => "Arrêt demandé : le reste attend le prochain traitement.",
        (Lang::Fr, Stop::TimeOver) => {
            "Durée maximale d'un traitement atteinte : le reste part au prochain."
        }
        (Lang::En, Stop::Asked) => "Stopped on request: the rest waits for the next run.",
        (Lang::En, Stop::TimeOver) => "A run's time is over: the rest leaves with the next run.",
    }
}

fn waiting(lang: Lang, number: i64) -> String {
    match lang {
        Lang::Fr if number == 1 => "1 envoi attend un prochain traitement.".to_owned(),
        Lang::Fr => format!("{number} envois attendent un prochain traitement."),
        Lang::En => format!("{number} deliveries wait for a later run."),
    }
}

fn machine(lang: Lang, report: &Report) -> Value {
    let messages: Vec<Value> = report.closed.iter().map(message).collect();
    let stopped: Vec<Value> = report
        .stopped
        .iter()
        .map(|stop| {
            json!({
                "canal": stop.canal,
                "verdict": stop.cause.verdict(),
                "cause": stop.cause,
                "code": stop.code,
                "detail": stop.phrase(lang),
            })
        })
        .collect();
    json!({
        "passage": report.passage,
        "mode": report.mode,
        "simulation": report.mode == Mode::Simulation,
        "debut": report.begun,
        "fin": report.ended,
        "totaux": report.counts,
        "messages": messages,
        "en_attente": report.waiting,
        "canaux_arretes": stopped,
        "arret": report.stop.map(Stop::as_str),
    })
}

fn message(closed: &Closed) -> Value {
    let mut motifs = Map::new();
    for ((_, motif), number) in &closed.bilan {
        if let Some(motif) = motif {
            motifs.insert(motif.to_string(), json!(number));
        }
    }
    json!({
        "id": closed.id,
        "type": closed.canal,
        "statut": closed.statut,
        "nb_destinataires": closed.bilan.values().sum::<i64>(),
        "nb_envoyes": closed.count(Etat::Envoye),
        "nb_echecs": closed.count(Etat::Echec),
        "nb_incertains": closed.count(Etat::Incertain),
        "nb_ignores": closed.count(Etat::Ignore),
        "motifs": motifs,
    })
}
