//! `resume`: what may leave of a database that was restored or copied.

use crate::cli::{Cli, Resume};
use crate::output::{self, plural};
use crate::start;
use messages_core::config::Config;
use messages_core::exit::{Exit, Failure};
use messages_core::generation::{self, Resumed, Wish};
use messages_core::store::{Conn, Error};
use messages_core::texts;
use serde_json::json;

pub(crate) fn resume(cli: &Cli, asked: &Resume) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    let (send, skip) = (asked.messages.as_slice(), asked.skip.as_slice());
    let wish = match (asked.all, asked.none) {
        (true, _) => Wish::All,
        (_, true) => Wish::None,
        _ if send.is_empty() && skip.is_empty() => return show(cli, &config, &mut conn),
        _ => Wish::These { send, skip },
    };
    let resumed = generation::resume(&config, &mut conn, wish).map_err(|error| match error {
        Error::NotFound => Failure::new(
            Exit::Failed,
            "un de ces messages n'est pas retenu ; rien n'est changé. « process-scheduled resume » \
             montre ceux qui le sont",
        ),
        other => Failure::of_store(config.messages.lang, other),
    })?;
    if cli.json {
        output::json(&json!(resumed));
    } else if !cli.quiet {
        told(&resumed).iter().for_each(output::line);
    }
    Ok(Exit::Done)
}

/// What is held back, one message a line.
fn show(cli: &Cli, config: &Config, conn: &mut Conn) -> Result<Exit, Failure> {
    let held = generation::held(config, conn)?;
    if cli.json {
        let doutes = held.as_ref().map_or(&[][..], |held| &held.doutes);
        let cause = held.as_ref().map(|held| held.cause);
        output::json(&json!({ "cause": cause, "messages": doutes }));
    } else if let Some(held) = &held {
        let why = texts::held_why(config.messages.lang, held.cause);
        output::line(format_args!("ATTENTION, {why}"));
        for doute in &held.doutes {
            let number = generation::recipients(config, conn, doute)?;
            let (lang, zone) = (config.messages.lang, config.messages.zone);
            let line = texts::doubtful(lang, zone, doute, number);
            output::line(format_args!(
                "  {line}, {}",
                texts::canal(lang, doute.canal)
            ));
        }
        output::line(texts::held_what(config.messages.lang));
    } else if !cli.quiet {
        output::line("Rien n'est retenu.");
    }
    Ok(held.map_or(Exit::Done, |_| Exit::Config))
}

fn told(resumed: &Resumed) -> Vec<String> {
    let count = |list: &[i64]| i64::try_from(list.len()).unwrap_or(i64::MAX);
    let groups = [
        (&resumed.repartent, "message partira", "messages partiront"),
        (
            &resumed.ecartes,
            "message est écarté",
            "messages sont écartés",
        ),
        (
            &resumed.restent,
            "message reste à décider",
            "messages restent à décider",
        ),
    ];
    let mut lines: Vec<String> = groups
        .iter()
        .filter(|(list, ..)| !list.is_empty())
        .map(|(list, one, many)| format!("{}.", plural(count(list), one, many)))
        .collect();
    if resumed.restent.is_empty() {
        lines.push("Rien n'est plus retenu.".to_owned());
    }
    lines
}
