//! `--dry-run`: who would receive what.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::{report, start, status};
use messages_core::config::Lang;
use messages_core::dispatch;
use messages_core::exit::{Exit, Failure};
use messages_core::instant::Instant;
use messages_core::preview::{self, Preview};
use messages_core::texts;
use messages_core::vocabulary::Mode;
use serde_json::{Value, json};

pub(crate) fn preview(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    dispatch::permit(&mut conn, &config)?;
    let lang = config.messages.lang;
    let zone = config.messages.zone;
    let until = cli.until.as_deref();
    let until = until.and_then(|text| Instant::read_in_zone(text, zone));
    let mut all = Vec::new();
    let mut messages = 0;
    if !cli.json {
        output::line("Essai à blanc : rien n'est envoyé, rien n'est changé.");
        if let Some(until) = until {
            let until = status::local(&config, until);
            output::line(format_args!("Ce qui partirait jusqu'au {until} :"));
        }
        if config.messages.mode == Mode::Simulation {
            output::line(report::simulation(lang));
        }
    }
    preview::preview(&mut conn, &config, cli.limit, until, |preview| {
        messages += 1;
        if cli.json {
            all.push(machine(preview));
        } else {
            human(lang, preview);
        }
    })?;
    if cli.json {
        output::json(&json!({ "essai": true, "messages": all }));
    } else if messages == 0 {
        output::line("Aucun message programmé à envoyer.");
    }
    Ok(Exit::Done)
}

fn human(lang: Lang, preview: &Preview) {
    let message = &preview.message;
    let reached = preview
        .recipients
        .iter()
        .filter(|recipient| recipient.address.is_ok())
        .count();
    let reached = i64::try_from(reached).unwrap_or(i64::MAX);
    let subject = message
        .sujet
        .as_ref()
        .map(|sujet| format!(" « {sujet} »"))
        .unwrap_or_default();
    output::line(format_args!(
        "n° {} · {}{subject} · {} : {} sur {}",
        message.id,
        texts::canal(lang, message.canal),
        texts::audience(
            lang,
            message.est_message_groupe,
            message.classe_nom.as_deref()
        ),
        plural(reached, "envoi", "envois"),
        preview.recipients.len(),
    ));
    for recipient in &preview.recipients {
        let name = format!("{} {}", recipient.prenom, recipient.nom);
        match &recipient.address {
            Ok(address) => output::line(format_args!("  → {} : {address}", name.trim())),
            Err(refusal) => {
                let why = texts::motif(lang, refusal.motif);
                let detail = refusal.detail.as_ref();
                let detail = detail.map_or_else(String::new, |detail| format!(" ({detail})"));
                output::line(format_args!("  ✗ {} : {why}{detail}", name.trim()));
            }
        }
    }
    for odd in &preview.odd {
        output::line(format_args!("  ! {}", odd.told(lang, message.canal)));
    }
}

fn machine(preview: &Preview) -> Value {
    let recipients: Vec<Value> = preview
        .recipients
        .iter()
        .map(|recipient| {
            let refusal = recipient.address.as_ref().err();
            json!({
                "nom": recipient.nom,
                "prenom": recipient.prenom,
                "adresse": recipient.address.as_ref().ok(),
                "motif": refusal.map(|refusal| refusal.motif),
                "detail": refusal.and_then(|refusal| refusal.detail.as_ref()),
            })
        })
        .collect();
    json!({
        "id": preview.message.id,
        "type": preview.message.canal,
        "sujet": preview.message.sujet,
        "destinataires": recipients,
    })
}
