//! One line for each thing that must work; sends nothing.

use super::{Line, writing};
use crate::channel::imap::Inbox;
use crate::channel::{Answer, Channel};
use crate::config::{Config, Lang};
use crate::dispatch;
use crate::exit::Exit;
use crate::generation;
use crate::instant::Instant;
use crate::store::{Conn, Error, canaux, depenses, migrations, passages};
use crate::texts::{self, either, plural};
use crate::vocabulary::{Canal, Mode, Verdict};
use std::time::Duration;

/// Two clocks that differ by more are worth a word.
const SKEW_MAX: Duration = Duration::from_secs(60);

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub name: &'static str,
    /// How it is; or how `check` ends for it, and why.
    pub outcome: Result<String, (Exit, String)>,
}

impl Finding {
    /// The same, for a person.
    #[must_use]
    pub fn line(&self) -> Line {
        let (holds, text) = match &self.outcome {
            Ok(text) => (true, text),
            Err((_, text)) => (false, text),
        };
        Line {
            holds: Some(holds),
            text: format!("{} : {text}", self.name),
        }
    }
}

/// Looks at everything. It may take as long as a relay and a gateway take to answer.
#[must_use]
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![settings(config)];
    findings.extend(database(config));
    let lang = config.messages.lang;
    for (canal, name) in [
        (Canal::Email, either(lang, "E-mail", "Email")),
        (Canal::Sms, "SMS"),
    ] {
        findings.push(Finding {
            name,
            outcome: channel(config, canal),
        });
    }
    findings.extend(mailbox(config));
    findings
}

/// The mailbox of bounces, where one is set.
fn mailbox(config: &Config) -> Option<Finding> {
    let settings = config.imap.as_ref()?;
    let lang = config.messages.lang;
    let outcome = Inbox::open(settings).map(|inbox| {
        let number = i64::from(inbox.messages);
        inbox.close();
        let open = either(lang, "la boîte s'ouvre", "the mailbox opens");
        format!("{open}, {}", plural(number, "message", "messages"))
    });
    Some(Finding {
        name: either(lang, "Retours (IMAP)", "Bounces (IMAP)"),
        outcome: outcome.map_err(refused),
    })
}

fn settings(config: &Config) -> Finding {
    let (lang, mode) = (config.messages.lang, config.messages.mode);
    let text = if config.warnings.is_empty() {
        let zone = either(lang, "fuseau", "time zone");
        let kept = kept(lang, config.messages.retention);
        format!("mode {mode}, {zone} {}, {kept}", config.messages.zone)
    } else {
        let odd = either(lang, "à voir :", "to be looked at:");
        format!("mode {mode} ; {odd} {}", config.warnings.join(" ; "))
    };
    Finding {
        name: either(lang, "Réglages", "Settings"),
        outcome: Ok(text),
    }
}

/// How long messages are kept.
fn kept(lang: Lang, days: Option<u32>) -> String {
    match (lang, days) {
        (Lang::Fr, Some(days)) => format!("conservation {days} jours"),
        (Lang::Fr, None) => "conservation sans limite (MESSAGES_RETENTION_DAYS)".to_owned(),
        (Lang::En, Some(days)) => format!("kept for {days} days"),
        (Lang::En, None) => "kept for ever (MESSAGES_RETENTION_DAYS)".to_owned(),
    }
}

fn database(config: &Config) -> Vec<Finding> {
    let lang = config.messages.lang;
    let place = either(lang, "Base de données", "Database");
    let mut conn = match Conn::open(&config.database) {
        Ok(conn) => conn,
        Err(error) => {
            return vec![Finding {
                name: place,
                outcome: Err(failed(&error.with_origin(config))),
            }];
        }
    };
    let named = |name, outcome| Finding { name, outcome };
    let tables = tables(lang, &mut conn);
    let ready = tables.is_ok();
    let mut findings = vec![
        named(place, durability(config, &mut conn)),
        named("Tables", tables),
    ];
    if ready {
        findings.push(named(
            either(lang, "Écriture", "Writing"),
            writing(config, &mut conn),
        ));
        findings.push(named(
            either(lang, "Horloge", "Clock"),
            clock(lang, &mut conn),
        ));
        if let Err(error) = dispatch::permit(&mut conn, config) {
            findings.push(named("Mode", Err(failed(&error))));
        }
        findings.extend(held(config, &mut conn));
        findings.extend(counted(config, &mut conn));
    }
    findings
}

/// A database that went back in time, or is a copy.
fn held(config: &Config, conn: &mut Conn) -> Option<Finding> {
    let told = generation::refusal(config, conn).transpose()?;
    Some(Finding {
        name: either(config.messages.lang, "Retenue", "Held"),
        outcome: Err(told.map_or_else(|error| failed(&error), |text| (Exit::Config, text))),
    })
}

/// SMS counted against the limits of the settings.
fn counted(config: &Config, conn: &mut Conn) -> Option<Finding> {
    let lang = config.messages.lang;
    let comptes = depenses::of_settings(conn, config);
    let is_limited = !comptes.as_ref().is_ok_and(Vec::is_empty);
    let outcome = comptes.map(|comptes| texts::comptes(lang, &comptes));
    is_limited.then(|| Finding {
        name: either(lang, "SMS comptés", "SMS counted"),
        outcome: outcome.map_err(|error| failed(&error)),
    })
}

/// What this user can do is what is looked at: cron may run as another.
fn writing(config: &Config, conn: &mut Conn) -> Result<String, (Exit, String)> {
    writing::database(config, conn).map_err(|error| failed(&error))?;
    writing::folders(config).map_err(|text| (Exit::Config, text))?;
    let told = either(
        config.messages.lang,
        "base, dossiers et journal",
        "database, folders and log",
    );
    Ok(told.to_owned())
}

/// No fault, for such a server may be there for a trial; but nobody should learn of it from parents.
fn durability(config: &Config, conn: &mut Conn) -> Result<String, (Exit, String)> {
    let durable = conn.is_durable().map_err(|error| failed(&error))?;
    let kind = config.database.kind();
    let lang = config.messages.lang;
    let pool = if conn.is_pooled() {
        either(
            lang,
            " par PgBouncer ou un semblable, donc sans requêtes préparées",
            " through PgBouncer or its like, so without prepared statements",
        )
    } else {
        ""
    };
    let forgets = if durable {
        ""
    } else {
        either(
            lang,
            " ; à voir : fsync ou full_page_writes est désactivé sur le serveur, qui après une \
             coupure de courant oublie des envois : ils partiraient une seconde fois",
            " ; to be looked at: fsync or full_page_writes is off on the server, which forgets \
             deliveries in a power cut: they would leave a second time",
        )
    };
    let answers = either(lang, "répond", "answers");
    Ok(format!("{kind} {answers}{pool}{forgets}"))
}

fn tables(lang: Lang, conn: &mut Conn) -> Result<String, (Exit, String)> {
    match migrations::pending(conn) {
        Ok(0) => Ok(either(lang, "à jour", "up to date").to_owned()),
        Ok(missing) => {
            let missing = i64::try_from(missing).unwrap_or(i64::MAX);
            let (one, many) = match lang {
                Lang::Fr => ("mise à jour manque", "mises à jour manquent"),
                Lang::En => ("update is missing", "updates are missing"),
            };
            let run = either(
                lang,
                "lancez « process-scheduled migrate »",
                "run \"process-scheduled migrate\"",
            );
            Err((
                Exit::Config,
                format!("{} : {run}", plural(missing, one, many)),
            ))
        }
        Err(error) => Err(failed(&error)),
    }
}

fn clock(lang: Lang, conn: &mut Conn) -> Result<String, (Exit, String)> {
    let now = conn.now().map_err(|error| failed(&error))?;
    // Without tables there is no earlier passage to compare with.
    if let Ok(Some(fault)) = passages::clock_fault(conn, now) {
        return Err((Exit::TryLater, fault));
    }
    let here = Instant::of_this_machine();
    let skew = here.since(now).max(now.since(here));
    Ok(match (skew > SKEW_MAX, skew.as_secs(), lang) {
        (false, _, _) => either(lang, "à l'heure", "right").to_owned(),
        (true, seconds, Lang::Fr) => {
            format!("celle de la base fait foi ; celle de cette machine en diffère de {seconds} s")
        }
        (true, seconds, Lang::En) => {
            format!("the database's counts; this machine's differs from it by {seconds} s")
        }
    })
}

/// A school without one of the channels is no fault.
fn channel(config: &Config, canal: Canal) -> Result<String, (Exit, String)> {
    let found = reach(config, canal);
    if config.messages.mode != Mode::Reel || config.names_peer(canal) {
        return found;
    }
    Ok(found.unwrap_or_else(|_| unset(config.messages.lang, canal)))
}

fn unset(lang: Lang, canal: Canal) -> String {
    let (setting, what) = match (canal, lang) {
        (Canal::Email, Lang::Fr) => ("EMAIL_HOST", "un e-mail"),
        (Canal::Email, Lang::En) => ("EMAIL_HOST", "an email"),
        (Canal::Sms, Lang::Fr) => ("SMS_PROVIDER", "un SMS"),
        (Canal::Sms, Lang::En) => ("SMS_PROVIDER", "an SMS"),
    };
    match lang {
        Lang::Fr => format!("canal non réglé ({setting}) ; {what} programmé attendrait"),
        Lang::En => format!("channel not set ({setting}) ; {what} that is programmed would wait"),
    }
}

fn reach(config: &Config, canal: Canal) -> Result<String, (Exit, String)> {
    let channel = Channel::new(config, canal)
        .map_err(|fault| (Exit::Config, texts::unready(config.messages.lang, &fault)))?;
    let told = channel.check().map_err(refused)?;
    if config.messages.mode == Mode::Reel
        && let Ok(mut conn) = Conn::open(&config.database)
    {
        // Without a database there is no pause either.
        conn.write(|conn| canaux::login_works(conn, canal)).ok();
    }
    Ok(told)
}

/// What a peer said instead of yes.
#[must_use]
pub fn refused(answer: Answer) -> (Exit, String) {
    let exit = match answer.verdict {
        Verdict::Config | Verdict::Permanent => Exit::Config,
        _ => Exit::TryLater,
    };
    let (code, detail) = (
        answer.code.unwrap_or_default(),
        answer.detail.unwrap_or_default(),
    );
    (exit, format!("{detail} ({code})"))
}

fn failed(error: &Error) -> (Exit, String) {
    let exit = match error {
        Error::Unavailable(_) => Exit::TryLater,
        Error::Config(_) => Exit::Config,
        _ => Exit::Internal,
    };
    let text = match error {
        Error::Unavailable(text) => format!("indisponible : {text}"),
        other => other.to_string(),
    };
    (exit, text)
}
