//! `verify`: proves from the database that nothing is lost and nobody was sent to twice, or names
//! the rows that say otherwise.

mod words;

use crate::cli::Cli;
use crate::{output, start};
use messages_core::config::Lang;
use messages_core::exit::{Exit, Failure};
use messages_core::store::Purpose;
use messages_core::store::verify::{self, Breach, States};
use messages_core::vocabulary::{Etat, Regle};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many rows of each rule are named.
const NAMED_MAX: usize = 20;

/// The rows that break each rule, one more than are named when there are more.
type Breaches = BTreeMap<Regle, Vec<Breach>>;

pub(crate) fn verify(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start_looking(cli)?;
    conn.devote(Purpose::Upkeep)?;
    let states = verify::states(&mut conn)?;
    let copies = verify::second_copies(&mut conn)?;
    let mut breaches = Breaches::new();
    let repeatable = config.sms.repeatable();
    for regle in Regle::ALL {
        let found = verify::breaches(&mut conn, *regle, &repeatable, NAMED_MAX + 1)?;
        breaches.insert(*regle, found);
    }
    let sound = breaches.values().all(Vec::is_empty);
    if cli.json {
        output::json(&machine(sound, &states, copies, &breaches));
    } else if !(cli.quiet && sound) {
        human(config.messages.lang, &states, copies, &breaches)
            .iter()
            .for_each(output::line);
    }
    Ok(if sound { Exit::Done } else { Exit::Failed })
}

fn human(lang: Lang, states: &[States], copies: i64, breaches: &Breaches) -> Vec<String> {
    let sum = |those: &dyn Fn(Etat) -> bool| -> i64 {
        let those = states.iter().filter(|s| those(s.etat));
        those.map(|s| s.nombre).sum()
    };
    let mut lines = vec![words::headline(
        lang,
        sum(&Etat::is_final),
        sum(&|etat| etat == Etat::Incertain),
        sum(&|etat| !etat.is_final()),
    )];
    for (regle, found) in breaches {
        lines.push(if found.is_empty() {
            format!("ok     {}", words::promise(lang, *regle))
        } else {
            let (fault, broken) = (words::fault(lang), words::broken(lang, *regle));
            format!("{fault} {broken} : {}", named(lang, found))
        });
    }
    if copies > 0 {
        lines.push(words::second_copies(lang, copies));
    }
    lines
}

fn named(lang: Lang, found: &[Breach]) -> String {
    let shown = found.iter().take(NAMED_MAX);
    let mut names: Vec<String> = shown.map(|breach| words::row(lang, breach)).collect();
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
