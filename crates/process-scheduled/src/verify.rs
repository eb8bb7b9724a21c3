//! `verify`: proves from the database that nothing is lost and nobody was sent to twice, or names
//! the rows that say otherwise.

use crate::cli::Cli;
use crate::{output, start};
use messages_core::control::verify::{NAMED_MAX, Proof, prove};
use messages_core::exit::{Exit, Failure};
use messages_core::store::verify::Breach;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn verify(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    let proof = prove(&mut conn, &config)?;
    let (sound, lang) = (proof.is_sound(), config.messages.lang);
    if cli.json {
        output::json(&machine(&proof));
    } else if !(cli.quiet && sound) {
        for line in proof.lines(lang) {
            output::line(line.printed(lang));
        }
    }
    Ok(if sound { Exit::Done } else { Exit::Failed })
}

fn machine(proof: &Proof) -> Value {
    let states = proof.states.iter();
    let etats: BTreeMap<&str, i64> = states.map(|s| (s.etat.as_str(), s.nombre)).collect();
    let breaches = || proof.breaches.values();
    let fautes: Vec<&Breach> = breaches()
        .flat_map(|found| found.iter().take(NAMED_MAX))
        .collect();
    let more = breaches().any(|found| found.len() > NAMED_MAX);
    json!({
        "sain": proof.is_sound(),
        "etats": etats,
        "seconds_exemplaires": proof.copies,
        "fautes": fautes,
        "fautes_de_plus": more,
    })
}
