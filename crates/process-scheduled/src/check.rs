//! `check`: one line for each thing that must work; sends nothing.

mod writing;

use crate::cli::Cli;
use crate::output::{self, plural};
use crate::{report, start};
use messages_core::channel::{Answer, Channel};
use messages_core::config::Config;
use messages_core::dispatch;
use messages_core::exit::{Exit, Failure};
use messages_core::instant::Instant;
use messages_core::store::{Conn, Error, canaux, migrations, passages};
use messages_core::vocabulary::{Canal, Mode, Verdict};
use std::time::Duration;

/// Two clocks that differ by more are worth a word.
const SKEW_MAX: Duration = Duration::from_secs(60);

/// What was found out about one thing.
struct Finding {
    name: &'static str,
    outcome: Result<String, (Exit, String)>,
}

pub(crate) fn check(cli: &Cli) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    if config.messages.mode == Mode::Simulation {
        output::line(report::simulation(config.messages.lang));
    }
    let mut findings = vec![settings(&config)];
    findings.extend(database(&config));
    for (canal, name) in [(Canal::Email, "E-mail"), (Canal::Sms, "SMS")] {
        findings.push(Finding {
            name,
            outcome: channel(&config, canal),
        });
    }
    let mut worst = Exit::Done;
    for finding in &findings {
        match &finding.outcome {
            Ok(text) => output::line(format_args!("ok     {} : {text}", finding.name)),
            Err((exit, text)) => {
                output::line(format_args!("ERREUR {} : {text}", finding.name));
                if worst != Exit::Config {
                    worst = *exit;
                }
            }
        }
    }
    Ok(worst)
}

fn settings(config: &Config) -> Finding {
    let text = if config.warnings.is_empty() {
        format!(
            "mode {}, fuseau {}",
            config.messages.mode, config.messages.zone
        )
    } else {
        format!(
            "mode {} ; à voir : {}",
            config.messages.mode,
            config.warnings.join(" ; ")
        )
    };
    Finding {
        name: "Réglages",
        outcome: Ok(text),
    }
}

fn database(config: &Config) -> Vec<Finding> {
    let mut conn = match Conn::open(&config.database) {
        Ok(conn) => conn,
        Err(error) => {
            return vec![Finding {
                name: "Base de données",
                outcome: Err(failed(&error.with_origin(config))),
            }];
        }
    };
    let named = |name, outcome| Finding { name, outcome };
    let tables = tables(&mut conn);
    let ready = tables.is_ok();
    let mut findings = vec![
        named("Base de données", durability(config, &mut conn)),
        named("Tables", tables),
    ];
    if ready {
        findings.push(named("Écriture", writing(config, &mut conn)));
        findings.push(named("Horloge", clock(&mut conn)));
        if let Err(error) = dispatch::permit(&mut conn, config) {
            findings.push(named("Mode", Err(failed(&error))));
        }
    }
    findings
}

/// What this user can do is what is looked at: cron may run as another.
fn writing(config: &Config, conn: &mut Conn) -> Result<String, (Exit, String)> {
    writing::database(config, conn).map_err(|error| failed(&error))?;
    writing::folders(config).map_err(|text| (Exit::Config, text))?;
    Ok("base, dossiers et journal".to_owned())
}

/// No fault, for such a server may be there for a trial; but nobody should learn of it from parents.
fn durability(config: &Config, conn: &mut Conn) -> Result<String, (Exit, String)> {
    let durable = conn.is_durable().map_err(|error| failed(&error))?;
    let kind = config.database.kind();
    let pool = if conn.is_pooled() {
        " par PgBouncer ou un semblable, donc sans requêtes préparées"
    } else {
        ""
    };
    Ok(if durable {
        format!("{kind} répond{pool}")
    } else {
        format!(
            "{kind} répond{pool} ; à voir : fsync ou full_page_writes est désactivé sur le serveur, qui \
             après une coupure de courant oublie des envois : ils partiraient une seconde fois"
        )
    })
}

fn tables(conn: &mut Conn) -> Result<String, (Exit, String)> {
    match migrations::pending(conn) {
        Ok(0) => Ok("à jour".to_owned()),
        Ok(missing) => {
            let missing = i64::try_from(missing).unwrap_or(i64::MAX);
            let missing = plural(missing, "mise à jour manque", "mises à jour manquent");
            let text = format!("{missing} : lancez « process-scheduled migrate »");
            Err((Exit::Config, text))
        }
        Err(error) => Err(failed(&error)),
    }
}

fn clock(conn: &mut Conn) -> Result<String, (Exit, String)> {
    let now = conn.now().map_err(|error| failed(&error))?;
    // Without tables there is no earlier passage to compare with.
    if let Ok(Some(fault)) = passages::clock_fault(conn, now) {
        return Err((Exit::TryLater, fault));
    }
    let here = Instant::of_this_machine();
    let skew = here.since(now).max(now.since(here));
    Ok(if skew > SKEW_MAX {
        format!(
            "celle de la base fait foi ; celle de cette machine en diffère de {} s",
            skew.as_secs()
        )
    } else {
        "à l'heure".to_owned()
    })
}

/// A school without one of the channels is no fault.
fn channel(config: &Config, canal: Canal) -> Result<String, (Exit, String)> {
    let found = reach(config, canal);
    if config.messages.mode != Mode::Reel || config.names_peer(canal) {
        return found;
    }
    let (setting, waits) = match canal {
        Canal::Email => ("EMAIL_HOST", "un e-mail programmé attendrait"),
        Canal::Sms => ("SMS_API_URL", "un SMS programmé attendrait"),
    };
    Ok(found.unwrap_or_else(|_| format!("canal non réglé ({setting}) ; {waits}")))
}

fn reach(config: &Config, canal: Canal) -> Result<String, (Exit, String)> {
    let channel = Channel::new(config, canal).map_err(|text| (Exit::Config, text))?;
    let told = channel.check().map_err(|answer: Answer| {
        let exit = match answer.verdict {
            Verdict::Config | Verdict::Permanent => Exit::Config,
            _ => Exit::TryLater,
        };
        let (code, detail) = (
            answer.code.unwrap_or_default(),
            answer.detail.unwrap_or_default(),
        );
        (exit, format!("{detail} ({code})"))
    })?;
    if config.messages.mode == Mode::Reel
        && let Ok(mut conn) = Conn::open(&config.database)
    {
        // Without a database there is no pause either.
        conn.write(|conn| canaux::login_works(conn, canal)).ok();
    }
    Ok(told)
}

fn failed(error: &Error) -> (Exit, String) {
    let exit = match error {
        Error::Unavailable(_) => Exit::TryLater,
        Error::Config(_) => Exit::Config,
        _ => Exit::Internal,
    };
    (exit, error.to_string())
}
