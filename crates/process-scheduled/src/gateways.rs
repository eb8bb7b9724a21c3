//! `gateways`: which there are and what each needs; with `--try`, one SMS that really leaves.

use crate::cli::{Cli, Gateways};
use crate::{output, start};
use messages_core::channel::{Answer, Channel};
use messages_core::config::{Config, Lang};
use messages_core::exit::{Exit, Failure};
use messages_core::gateways::{self, Preset};
use messages_core::trial::{self, Letter};
use messages_core::vocabulary::{Canal, Mode, Verdict};
use messages_core::{phone, texts};
use std::io::{BufRead, Write};

/// Says that it is a trial, in letters of 7 bits.
const TEXT: &str = "Ceci est un essai du service de messages de l'ecole : les SMS arrivent.";

pub(crate) fn gateways(cli: &Cli, asked: &Gateways) -> Result<Exit, Failure> {
    match &asked.essai {
        Some(number) => try_one(cli, number, asked.oui),
        None => list(cli, asked.passerelle.as_deref()),
    }
}

fn list(cli: &Cli, wanted: Option<&str>) -> Result<Exit, Failure> {
    let names = gateways::names().filter(|name| wanted.is_none_or(|wanted| wanted == *name));
    let presets: Vec<(&str, Preset)> = names.filter_map(|name| Some((name, read(name)?))).collect();
    if presets.is_empty() {
        let known: Vec<&str> = gateways::names().collect();
        let text = format!(
            "cette passerelle n'est pas connue, il y a : {}",
            known.join(", ")
        );
        return Err(Failure::new(Exit::Failed, text));
    }
    if cli.json {
        let all: Vec<serde_json::Value> = presets
            .iter()
            .map(|(name, preset)| json(name, preset))
            .collect();
        output::json(&all.into());
        return Ok(Exit::Done);
    }
    output::line(
        "Passerelles SMS. À mettre dans le fichier de réglages : SMS_PROVIDER et, pour chacune :",
    );
    for (name, preset) in &presets {
        output::line("");
        output::line(format!("SMS_PROVIDER={name}   {}", preset.name));
        let mut settings: Vec<_> = preset.settings.iter().collect();
        // What has to be given, then what may be.
        settings.sort_by_key(|(_, about)| about.default.is_some() || about.optional);
        for (setting, about) in settings {
            let need = match (&about.default, about.optional) {
                (Some(default), _) if default.is_empty() => " (facultatif)".to_owned(),
                (Some(default), _) => format!(" (sinon {default})"),
                (None, true) => " (facultatif)".to_owned(),
                (None, false) => String::new(),
            };
            output::line(format!("  {setting:<17} {}{need}", about.about));
        }
        if !preset.manual.is_empty() {
            output::line(format!("  documentation     {}", preset.manual));
        }
    }
    Ok(Exit::Done)
}

fn read(name: &str) -> Option<Preset> {
    gateways::parse(gateways::named(name)?).ok()
}

fn json(name: &str, preset: &Preset) -> serde_json::Value {
    let settings = preset.settings.iter().map(|(setting, about)| {
        serde_json::json!({
            "reglage": setting,
            "description": about.about,
            "defaut": about.default,
            "obligatoire": about.default.is_none() && !about.optional,
        })
    });
    serde_json::json!({
        "passerelle": name,
        "nom": preset.name,
        "documentation": preset.manual,
        "reglages": settings.collect::<Vec<_>>(),
    })
}

/// Sends one SMS through the gateway of the settings, whatever `MESSAGES_MODE` says.
fn try_one(cli: &Cli, number: &str, agreed: bool) -> Result<Exit, Failure> {
    let mut config = start::settings(cli)?;
    start::logging(cli, &config);
    let lang = config.messages.lang;
    let number = phone::parse(number, config.sms.region).map_err(|_fault| {
        Failure::new(
            Exit::Failed,
            "ce n'est pas un numéro de téléphone : rien n'est envoyé",
        )
    })?;
    config.messages.mode = Mode::Reel;
    let unready = |fault| Failure::new(Exit::Config, texts::unready(lang, &fault));
    // Before anything is asked.
    Channel::new(&config, Canal::Sms).map_err(unready)?;
    if !agreed && !is_agreed(&config) {
        output::line("Rien n'est envoyé.");
        return Ok(Exit::Failed);
    }
    let letter = Letter {
        contenu: TEXT.to_owned(),
        ..Letter::default()
    };
    let sent = trial::send(&config, Canal::Sms, number.e164, letter);
    let answer = sent.map_err(unready)?;
    log::info!(
        "gateways essai verdict={} code={}",
        answer.verdict,
        answer.code.as_deref().unwrap_or("-")
    );
    Ok(told(lang, &answer))
}

/// Asks once; anything but yes is no.
fn is_agreed(config: &Config) -> bool {
    let name = config
        .sms
        .gateway
        .as_ref()
        .map_or("", |gateway| gateway.preset.name.as_str());
    output::print(format!(
        "Envoyer un vrai SMS à ce numéro par {name} (il sera compté) ? oui/non : "
    ));
    std::io::stdout().flush().ok();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.is_ok() && ["o", "oui", "y", "yes"].contains(&line.trim().to_lowercase().as_str())
}

/// What the gateway said: to the person at the terminal, for it may hold the number that they typed.
fn told(lang: Lang, answer: &Answer) -> Exit {
    output::line(texts::trial(lang, Canal::Sms, answer));
    match answer.verdict {
        Verdict::Accepte => Exit::Done,
        Verdict::Config => Exit::Config,
        Verdict::Temporaire => Exit::TryLater,
        _ => Exit::Failed,
    }
}
