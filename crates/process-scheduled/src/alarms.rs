//! What needs a person is told at the end of a run, however it ended: on stderr even where silence was
//! asked for, in the log, by e-mail, and to whatever watches over the runs.

use crate::cli::Cli;
use crate::output;
use crate::start;
use messages_core::config::{Config, Faults, Lang, Remnant};
use messages_core::dispatch::Stop;
use messages_core::exit::Failure;
use messages_core::incidents::{self, Ping, State};
use messages_core::store::{Conn, Error};
use messages_core::texts;
use messages_core::vocabulary::Genre;
use std::time::{Duration, Instant as Moment};

/// For a mail of a run that was asked to stop.
const HURRY: Duration = Duration::from_secs(2);

const PROGRAM: &str = "process-scheduled";

/// The settings; that they are wrong is told as well as it can be without them.
pub(crate) fn settings(cli: &Cli) -> Result<Config, Failure> {
    Config::load(start::vars(cli)).map_err(|faults| of_settings(cli, faults))
}

fn of_settings(cli: &Cli, faults: Faults) -> Failure {
    let names = faults.settings();
    let failure = Failure::from(faults);
    let Some(remnant) = Remnant::read(start::vars(cli)) else {
        return failure;
    };
    let ping = Ping::start(&remnant.alarms);
    let state = incidents::of_settings(&remnant.database, remnant.lang, &names);
    ping.fail(&failed(remnant.lang, &failure));
    match state {
        // Without a database nobody knows what was told.
        Err(_) => failure,
        Ok(state) => told_once(cli, failure, &state, &[Genre::Reglages]),
    }
}

/// Of one run.
pub(crate) struct Alarms<'r> {
    cli: &'r Cli,
    config: &'r Config,
    until: Moment,
    ping: Ping,
}

impl<'r> Alarms<'r> {
    /// A run begins; whatever is told must be told at `until`.
    pub(crate) fn begin(cli: &'r Cli, config: &'r Config, until: Moment) -> Self {
        Self {
            cli,
            config,
            until,
            ping: Ping::start(&config.alarms),
        }
    }

    /// It ended; what it did is recorded. Whoever asked it to stop waits.
    pub(crate) fn after_run(self, conn: &mut Conn, stop: Option<Stop>) {
        let until = match stop {
            Some(Stop::Asked) => self.until.min(Moment::now() + HURRY),
            _ => self.until,
        };
        match incidents::after_run(self.config, conn) {
            Ok(state) => {
                incidents::aloud(PROGRAM, self.config.messages.lang, &state.told);
                incidents::mail(self.config, &state, until);
                self.ping.end(&state);
            }
            Err(error) => {
                let text = unknown(self.config.messages.lang, &error);
                output::alarm(&text);
                log::error!("{text}");
                self.ping.fail(&text);
            }
        }
    }

    /// It was refused or broken off.
    pub(crate) fn after_failure(self, failure: Failure, conn: &mut Conn) -> Failure {
        let Ok(state) = incidents::after_failure(self.config, conn) else {
            return self.without_database(failure);
        };
        incidents::mail(self.config, &state, self.until);
        self.ping.fail(&failed(self.config.messages.lang, &failure));
        let told_as = [Genre::Simulation, Genre::Horloge, Genre::Retenue];
        told_once(self.cli, failure, &state, &told_as)
    }

    /// The database is not there, or not fit: nobody knows what was told.
    pub(crate) fn without_database(self, failure: Failure) -> Failure {
        self.ping.fail(&failed(self.config.messages.lang, &failure));
        failure
    }
}

/// A failure that is an incident too is said in its own words, and with `--quiet` only when that
/// incident is to be told.
fn told_once(cli: &Cli, failure: Failure, state: &State, told_as: &[Genre]) -> Failure {
    let is_open = state
        .open
        .iter()
        .any(|(incident, _)| told_as.contains(&incident.genre));
    let is_told = told_as.iter().any(|genre| state.tells(*genre));
    if cli.quiet && is_open && !is_told {
        failure.was_said()
    } else {
        failure
    }
}

/// A failure's own words may name what is no watcher's business.
fn failed(lang: Lang, failure: &Failure) -> String {
    texts::run_failed(lang, failure.exit().into())
}

fn unknown(lang: Lang, error: &Error) -> String {
    match lang {
        Lang::Fr => {
            format!("ALERTE. La base ne dit pas ce qui demande quelqu'un : {error}.")
        }
        Lang::En => format!("ALERT. The database does not tell what needs a person: {error}."),
    }
}
