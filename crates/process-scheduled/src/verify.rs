//! `verify`: proves from the database that nothing is lost and nobody was sent to twice, or names
//! the rows that say otherwise.

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::start;
use messages_core::exit::{Exit, Failure};
use messages_core::store::verify::{self, Breach, States};
use messages_core::vocabulary::{Etat, Regle};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many rows of each rule are named.
const NAMED_MAX: usize = 20;

/// The rows that break each rule, one more than are named when there are more.
type Breaches = BTreeMap<Regle, Vec<Breach>>;

pub(crate) fn verify(cli: &Cli) -> Result<Exit, Failure> {
    let (_, mut conn) = start::start_looking(cli)?;
    let states = verify::states(&mut conn)?;
    let copies = verify::second_copies(&mut conn)?;
    let mut breaches = Breaches::new();
    for regle in Regle::ALL {
        let found = verify::breaches(&mut conn, *regle, NAMED_MAX + 1)?;
        breaches.insert(*regle, found);
    }
    let sound = breaches.values().all(Vec::is_empty);
    if cli.json {
        output::json(&machine(sound, &states, copies, &breaches));
    } else if !(cli.quiet && sound) {
        human(&states, copies, &breaches)
            .iter()
            .for_each(output::line);
    }
    Ok(if sound { Exit::Done } else { Exit::Failed })
}

fn human(states: &[States], copies: i64, breaches: &Breaches) -> Vec<String> {
    let of = |last: bool| -> i64 {
        let those = states.iter().filter(|s| s.etat.is_final() == last);
        those.map(|s| s.nombre).sum()
    };
    let uncertain: i64 = states
        .iter()
        .filter(|s| s.etat == Etat::Incertain)
        .map(|s| s.nombre)
        .sum();
    let mut lines = vec![format!(
        "{} : {} dans un état final ({}), {} en route.",
        plural(of(true) + of(false), "destinataire", "destinataires"),
        of(true),
        plural(uncertain, "incertain", "incertains"),
        of(false)
    )];
    for (regle, found) in breaches {
        if found.is_empty() {
            lines.push(format!("ok     {}", promise(*regle)));
        } else {
            lines.push(format!("FAUTE  {} : {}", broken(*regle), named(found)));
        }
    }
    if copies > 0 {
        lines.push(format!(
            "       {} : réponse perdue d'un e-mail, ou renvoi demandé par une personne.",
            plural(
                copies,
                "second exemplaire a pu partir",
                "seconds exemplaires ont pu partir"
            )
        ));
    }
    lines
}

const fn promise(regle: Regle) -> &'static str {
    match regle {
        Regle::SansSuite => "chaque destinataire a un état final ou est en route",
        Regle::Totaux => "les totaux des messages sont ceux de leurs envois",
        Regle::Statut => "un message est « envoyé » si quelqu'un a été atteint, et seulement alors",
        Regle::DeuxFois => {
            "aucun SMS n'a pu partir deux fois, ni un e-mail hors des réponses perdues"
        }
        Regle::SansPreuve => "ce qui est dit parti ou incertain a une tentative qui le dit",
        Regle::Tentative => "chaque tentative a une fin",
    }
}

const fn broken(regle: Regle) -> &'static str {
    match regle {
        Regle::SansSuite => "envois ni finaux ni en route",
        Regle::Totaux => "messages dont les totaux ne sont pas ceux de leurs envois",
        Regle::Statut => "messages dont le statut contredit les envois",
        Regle::DeuxFois => "envois qui ont pu partir deux fois",
        Regle::SansPreuve => "envois dits partis ou incertains sans tentative qui le dise",
        Regle::Tentative => "tentatives sans fin, ou que la base a oubliées en partie",
    }
}

fn named(found: &[Breach]) -> String {
    let one = |breach: &Breach| match breach.envoi {
        Some(envoi) => format!("envoi {envoi} (message {})", breach.message),
        None => format!("message {}", breach.message),
    };
    let mut names: Vec<String> = found.iter().take(NAMED_MAX).map(one).collect();
    if found.len() > NAMED_MAX {
        names.push("…".to_owned());
    }
    names.join(", ")
}

fn machine(sound: bool, states: &[States], copies: i64, breaches: &Breaches) -> Value {
    let etats: BTreeMap<&str, i64> = states.iter().map(|s| (s.etat.as_str(), s.nombre)).collect();
    let fautes: Vec<&Breach> = breaches
        .values()
        .flat_map(|found| found.iter().take(NAMED_MAX))
        .collect();
    let more = breaches.values().any(|found| found.len() > NAMED_MAX);
    json!({
        "sain": sound,
        "etats": etats,
        "seconds_exemplaires": copies,
        "fautes": fautes,
        "fautes_de_plus": more,
    })
}
