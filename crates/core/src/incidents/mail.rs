//! By e-mail to the administrator, over the school's own relay.

use super::words::{SHOWN_MAX, lines};
use super::{News, State};
use crate::channel::{Channel, Cutoff, Delivery};
use crate::config::{Config, Lang};
use crate::instant::Instant;
use crate::model::Content;
use crate::vocabulary::{Canal, Mode, Verdict};
use crate::{machine, texts};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant as Moment};

/// Longest time for all of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writes to whom the settings name, if there is something to tell and e-mails leave; waits until it
/// is told, at most until `until`.
///
/// What fails is logged: stderr has said it, and a relay that does not work is an incident of its own.
pub fn mail(config: &Config, state: &State, until: Moment) {
    let is_silent = config.messages.mode == Mode::Simulation;
    if config.alarms.email.is_empty() || state.told.is_empty() || is_silent {
        return;
    }
    if !state.mail_works() {
        log::warn!("alerte non envoyée par e-mail : l'envoi des e-mails est interrompu");
        return;
    }
    let until = until.min(Moment::now() + PATIENCE);
    let (config, letter) = (config.clone(), letter(config.messages.lang, state));
    let (done, wait) = mpsc::channel();
    // A name that is looked up may hold longer than any deadline.
    std::thread::spawn(move || {
        // Who no longer waits has given up.
        done.send(deliver(&config, &letter, until)).ok();
    });
    let left = until.saturating_duration_since(Moment::now());
    match wait.recv_timeout(left) {
        Ok(Ok(())) => log::info!("alerte envoyée par e-mail"),
        Ok(Err(why)) => log::warn!("alerte non envoyée par e-mail : {why}"),
        Err(_) => log::warn!("alerte non envoyée par e-mail : le relais ne répond pas à temps"),
    }
}

/// Subject and text.
struct Letter {
    sujet: String,
    contenu: String,
}

fn letter(lang: Lang, state: &State) -> Letter {
    let is_bad = state.told.iter().any(|told| told.news != News::Ends);
    let mut lines = lines(lang, &state.told);
    let said = |id: i64| state.told.iter().any(|told| told.incident.id == id);
    let open = state.open.iter().filter(|(incident, _)| !said(incident.id));
    let others: Vec<String> = open.map(|(_, sentence)| sentence.clone()).collect();
    if !others.is_empty() {
        lines.push(texts::also_open(lang).to_owned());
        lines.extend(others.into_iter().take(SHOWN_MAX));
    }
    Letter {
        sujet: texts::alert_subject(lang, is_bad, &machine::name()),
        contenu: lines.join("\n\n") + "\n",
    }
}

fn deliver(config: &Config, letter: &Letter, until: Moment) -> Result<(), String> {
    let why = |code: Option<String>| code.unwrap_or_else(|| "sans réponse".to_owned());
    let channel = Channel::new(config, Canal::Email)
        .map_err(|fault| texts::unready(config.messages.lang, &fault))?;
    let mut link = channel.open().map_err(|answer| why(answer.code))?;
    let mut outcome = Ok(());
    for adresse in &config.alarms.email {
        if !link.is_open() {
            outcome = Err("le relais a coupé la connexion".to_owned());
            break;
        }
        let answer = link.send(&delivery(adresse, letter, until));
        if answer.verdict != Verdict::Accepte {
            outcome = Err(why(answer.code));
        }
    }
    link.close();
    outcome
}

fn delivery(adresse: &str, letter: &Letter, until: Moment) -> Delivery {
    let now = Instant::of_this_machine();
    Delivery {
        id: now.utc().timestamp(),
        jeton: 0,
        content: Arc::new(Content {
            id: 0,
            sujet: Some(letter.sujet.clone()),
            contenu: letter.contenu.clone(),
            contenu_html: None,
            cle: uuid::Uuid::now_v7().simple().to_string(),
            cle_lecture: String::new(),
        }),
        attached: None,
        adresse: adresse.to_owned(),
        renvois: 0,
        emis_le: now,
        deadline: until,
        cutoff: Cutoff::default(),
    }
}
