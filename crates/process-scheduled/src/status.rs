//! `status`: what is due, waiting, late, uncertain; the last passages.

mod human;

pub(crate) use human::local;

use crate::cli::Cli;
use crate::{output, start};
use messages_core::config::Config;
use messages_core::dispatch;
use messages_core::exit::{Exit, Failure};
use messages_core::generation;
use messages_core::incidents;
use messages_core::instant::Instant;
use messages_core::store::depenses::Compte;
use messages_core::store::incidents::Incident;
use messages_core::store::passages::{self, Passage};
use messages_core::store::{Error, canaux, depenses, overview};
use messages_core::vocabulary::Mode;
use serde_json::{Value, json};

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
    /// SMS counted against the limits of the settings.
    comptes: Vec<Compte>,
    /// What needs a person, each with its sentence.
    incidents: Vec<(Incident, String)>,
}

pub(crate) fn status(cli: &Cli, check: bool) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    let now = conn.now()?;
    let refused = match dispatch::permit(&mut conn, &config) {
        Ok(()) => generation::refusal(&config, &mut conn)?,
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
        comptes: depenses::of_settings(&mut conn, &config)?,
        incidents: incidents::now(config.messages.lang, &mut conn)?,
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
        if check {
            output::line(human::verdict(config.messages.lang, status.incidents.len()));
        }
        human::lines(&config, &status).iter().for_each(output::line);
    }
    if check && !status.incidents.is_empty() {
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

fn machine(config: &Config, status: &Status) -> Value {
    let passages: Vec<Value> = status
        .passages
        .iter()
        .map(|p| {
            let counts = &p.counts;
            json!({
                "id": p.id, "hote": p.hote, "mode": p.mode, "debut": p.debut, "fin": p.fin,
                "nb_messages": counts.messages, "nb_envoyes": counts.envoyes,
                "nb_echecs": counts.echecs, "nb_incertains": counts.incertains,
                "nb_ignores": counts.ignores, "nb_reportes": counts.reportes, "arret": p.arret,
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
                "detail": stopped.arret.phrase(config.messages.lang),
                "depuis": stopped.depuis,
                "arrets": stopped.arrets,
                "bloque_jusqua": stopped.bloque_jusqua,
            })
        })
        .collect();
    let incidents: Vec<Value> = status
        .incidents
        .iter()
        .map(|(incident, text)| {
            json!({
                "genre": incident.genre,
                "objet": incident.objet,
                "depuis": incident.debut,
                "texte": text,
            })
        })
        .collect();
    let comptes: Vec<Value> = status
        .comptes
        .iter()
        .map(|compte| {
            json!({
                "reglage": compte.duree.setting(),
                "segments": compte.segments,
                "limite": compte.most,
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
        "sms_comptes": comptes,
        "simules": status.simulated.len(),
        "refus": status.refused,
        "incidents": incidents,
        "passages": passages,
    })
}
